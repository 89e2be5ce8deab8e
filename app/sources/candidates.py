"""Find passages in quotation marks with a "said X" nearby, to be offered with their likely speaker; pure.

Nothing is taken: an editor chooses. Where the speaker is unclear a candidate names nobody, rather than somebody wrong.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import regex

from app.sources.paragraphs import paragraphs

LONGEST_TEXT = 1_000_000  # characters looked through
MOST = 1_000  # candidates
_LEAST_WORDS = 3  # of a passage: fewer are a word held at arm's length
_LONGEST_SENTENCE = 600  # characters; a longer one is read in parts
_NEAR = 240  # characters beside a passage in which it is attributed

_OPENING = {
    "“": "”“",
    "„": "“”‟",
    "«": "»",
    "»": "«",
    "‘": "’",
    "‹": "›",
    '"': '"',
    "＂": "＂",
    "「": "」",
    "『": "』",
    "‚": "‘’",
}
_MARKS = regex.compile("[" + "".join(_OPENING) + "]")
_WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{N}\p{M}’'-]*+")
_SENTENCE_END = regex.compile(r"[.!?…](?=\s|$)")
_ABBREVIATED = regex.compile(
    r"(?:^|[\s(])(?:\p{Lu}|Mr|Mrs|Ms|Dr|St|Gen|Sen|Rep|Gov|Col|Lt|Prof|Jr|Sr|U\.S|U\.N|E\.U|г|им)$"
)

_VERBS = regex.compile(
    r"\b(?:said|says|(?<!\ba )say(?:ing)?|t(?:old|ells|elling)|wr(?:ote|ites|iting)|post(?:ed|s)|call(?:ed|s)"
    r"|add(?:ed|s|ing)|ask(?:ed|s|ing)"
    r"|continued|repl(?:ied|ies)|answered|insist(?:ed|s)|stated|declar(?:ed|es)|announced|warn(?:ed|s)|argued|noted|stressed"
    r"|repeated|tweeted|explained|remarked|concluded|promised|vowed|demanded|urged|affirmed|confirmed"
    r"|сказал[аи]?|заявил[аи]?|добавил[аи]?|написал[аи]?|отметил[аи]?|подчеркнул[аи]?|ответил[аи]?|спросил[аи]?|говорит|сообщил[аи]?"
    r"|сказа(?:в|ла|ли)|заяви(?:в|ла|ли)|дода(?:в|ла|ли)|написа(?:в|ла|ли)|зазначи(?:в|ла|ли)|наголоси(?:в|ла|ли)"
    r"|відпові(?:в|ла|ли)|запита(?:в|ла|ли)|повідоми(?:в|ла|ли))\b",
    regex.IGNORECASE,
)
_PRONOUN = regex.compile(r"\b(?:he|she|they|он|она|они|він|вона|вони)\b", regex.IGNORECASE)
_NAME = regex.compile(
    r"\b\p{Lu}[\p{L}\p{M}’'-]*+(?:\s(?:(?:de|del|van|von|der|bin|al|el|la)\s)?\p{Lu}[\p{L}\p{M}’'.-]*+)*+"
)
_NO_NAMES = frozenset(
    "a after an and as at but by earlier for from he her his i if in it its later meanwhile no not on once or our she"
    " since so still that the their then there these they this those to we what when where while who with yet you"
    " monday tuesday wednesday thursday friday saturday sunday january february march april may june july august"
    " september october november december"
    " в на но и а он она они по после как что это з у та і й він вона вони але про за".split()
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on file, or a party where `speaker` is None, with every name that it goes by."""

    names: tuple[str, ...]
    speaker: str | None
    party: str | None  # slug


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage without its marks, in code points of the text, and who seems to have said it."""

    start: int
    end: int
    who: Person | None  # on file
    name: str | None  # as written, where nobody on file goes by it


Speaker = tuple[Person | None, str | None]
NOBODY: Speaker = (None, None)


def candidates(text: str, people: Sequence[Person] = ()) -> list[Candidate]:
    """List the passages that a verb of saying stands beside, in their order."""
    known = _Known(people)
    made: list[Candidate] = []
    last: Speaker = NOBODY
    for begin, stop in paragraphs(text[:LONGEST_TEXT]):
        passages = list(_passages(text, begin, stop))
        said: Speaker | None = None  # by whom, as far as this paragraph has told
        edges = [begin, *(edge for p in passages for edge in p), stop]
        gaps = list(zip(edges[::2], edges[1::2], strict=True))
        for n, (start, end) in enumerate(passages):
            if n == 0:
                last = _through(text, *gaps[0], known, last)
            found = _attributed(text, gaps[n], (start, end), gaps[n + 1], known, last)
            said = found or said
            inner = (start + 1, end - 1 if text[end - 1] in _OPENING[text[start]] else end)
            if said is not None:
                last = said if said != NOBODY else last
                if len(_WORD.findall(text, *inner)) >= _LEAST_WORDS:
                    made.append(Candidate(*_trimmed(text, *inner), *said))
            last = _through(text, *gaps[n + 1], known, last)
        if not passages:
            last = _through(text, begin, stop, known, last)
        if len(made) >= MOST:
            break
    return made[:MOST]


def _passages(text: str, at: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield what stands in quotation marks, these included; one left open goes on to the end of its paragraph."""
    while mark := _MARKS.search(text, at, end):
        at = mark.end()
        before = text[mark.start() - 1] if mark.start() else " "
        if before.isalnum() or at >= end or text[at].isspace():
            continue  # an apostrophe, a mark of inches, a closing mark
        closing = next((i for i in range(at, end) if text[i] in _OPENING[mark[0]] and _closes(text, i, end)), None)
        if closing is None:
            if mark[0] in "“„«":
                yield mark.start(), end
                return
            continue
        yield mark.start(), closing + 1
        at = closing + 1


def _closes(text: str, at: int, end: int) -> bool:
    return text[at] != "’" or not (at + 1 < end and text[at + 1].isalnum())


def _attributed(
    text: str, before: tuple[int, int], passage: tuple[int, int], after: tuple[int, int], known: "_Known", last: Speaker
) -> Speaker | None:
    """Tell who the words beside a passage say has said it; None where no verb does."""
    closed = text[passage[1] - 1] in _OPENING[text[passage[0]]]
    inner_end = text[passage[1] - 2 : passage[1] - 1] if closed else ""
    after_end = _sentence_end(text, after[0], min(after[1], after[0] + _NEAR))
    tail = text[after[0] : after_end].lstrip()
    # After a full stop a new sentence begins, which tells of what comes next.
    if tail and (inner_end not in (".", "…") or tail[0].islower() or tail[0] in "—–-,"):
        found = _subject(text, after[0], after_end, known, last)
        if found is not None:
            return found
    begin = max(before[0], before[1] - _NEAR)
    return _subject(text, _sentence_start(text, begin, before[1]), before[1], known, last, newest=True)


def _through(text: str, start: int, end: int, known: "_Known", last: Speaker) -> Speaker:
    """Follow who is spoken of as saying something from `start` to `end`: that is whom the next "he" means."""
    while start < end:
        stop = _sentence_end(text, start, min(end, start + _LONGEST_SENTENCE))
        found = _subject(text, start, stop, known, last)
        last = found if found not in (None, NOBODY) else last
        start = stop
    return last


def _subject(
    text: str, start: int, end: int, known: "_Known", last: Speaker, *, newest: bool = False
) -> Speaker | None:
    """Tell who says it in one sentence; None where it has no verb of saying, NOBODY where it is unclear who."""
    verbs = list(_VERBS.finditer(text, start, end))
    if not verbs:
        return None
    verb = verbs[-1] if newest else verbs[0]
    mentions = [*known.mentions(text, start, end)]
    mentions += [(m.start(), m.end(), last) for m in _PRONOUN.finditer(text, start, end)]
    taken = [(a, b) for a, b, _ in mentions]
    for name in _NAME.finditer(text, start, end):
        words = name[0].split()
        while words and words[0].lower() in _NO_NAMES:
            words.pop(0)
        free = not any(a < name.end() and name.start() < b for a, b in taken)
        if free and words and not words[0].endswith(("’s", "'s")):
            mentions.append((name.start(), name.end(), (None, " ".join(words).rstrip(".’'"))))
    # "… said Volk": what follows the verb at once goes before what stands further away before it.
    beside = [m for m in mentions if 0 <= m[0] - verb.end() <= 2]
    ahead = [m for m in mentions if m[1] <= verb.start()]
    behind = [m for m in mentions if 0 <= m[0] - verb.end() <= 40]
    if (
        beside
        and text[verb.start() : verb.end()].lower() not in _TAKES_HEARER
        and not _ends_beside(text, ahead, verb.start())
    ):
        return beside[0][2]
    if ahead:
        return max(ahead)[2] if len({m[:2] for m in ahead}) == len(ahead) else ahead[-1][2]
    if not text[start : verb.start()].strip():
        return last  # "Asked again: …" asks whoever spoke before
    return behind[0][2] if behind and verb[0].lower() not in _TAKES_HEARER else NOBODY


_TAKES_HEARER = frozenset(["told", "tells", "asked", "asks", "called", "calls", "warned", "urged"])


def _ends_beside(text: str, mentions: Iterable[tuple[int, int, Speaker]], verb: int) -> bool:
    return any(text[end:verb].isspace() for _, end, _ in mentions)


def _sentence_end(text: str, start: int, end: int) -> int:
    for stop in _SENTENCE_END.finditer(text, start, end):
        if stop[0] != "." or not _ABBREVIATED.search(text, max(start, stop.start() - 6), stop.start()):
            return stop.end()
    return end


def _sentence_start(text: str, start: int, end: int) -> int:
    while (stop := _sentence_end(text, start, end)) < end and text[stop:end].strip():
        start = stop
    return start


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


class _Known:
    """Finds those on file by their full names, by the last word of a speaker's name, and by aliases."""

    def __init__(self, people: Sequence[Person]) -> None:
        self.people: dict[str, Person | None] = {}
        for person in people:
            for name in person.names:
                words = name.split()
                self._add(name, person)
                if person.speaker is not None and len(words) > 1 and len(words[-1]) > 2:
                    self._add(words[-1], person)
        names = sorted(map(regex.escape, self.people), key=len, reverse=True)
        self.pattern = regex.compile(rf"\b(?:{'|'.join(names)})\b(?![’'ʼ]s\b)") if names else None

    def _add(self, name: str, person: Person) -> None:
        there = self.people.setdefault(name, person)
        if there is not None and there != person:
            same = there.speaker is not None and person.speaker is None
            self.people[name] = there if same else None  # two go by it: nobody is meant for sure

    def mentions(self, text: str, start: int, end: int) -> Iterator[tuple[int, int, Speaker]]:
        """Yield where they are named, but as owners of something."""
        found = self.pattern.finditer(text, start, end) if self.pattern else ()
        for m in found:
            person = self.people[m[0]]
            yield m.start(), m.end(), (person, None if person else m[0])
