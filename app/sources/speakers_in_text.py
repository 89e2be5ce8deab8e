"""Find who says something, by verbs of saying and the names beside them; pure functions.

Where the speaker is unclear nobody is named, rather than somebody wrong.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import regex

LONGEST_SENTENCE = 600  # characters; a longer sentence is read in parts
_SENTENCE_END = regex.compile(r"[.!?…](?=\s|$)")
_ABBREVIATED = regex.compile(
    r"(?:^|[\s(])(?:\p{Lu}|Mr|Mrs|Ms|Dr|St|Gen|Sen|Rep|Gov|Col|Lt|Prof|Jr|Sr|U\.S|U\.N|E\.U|г|им)$"
)

_VERBS = regex.compile(
    r"\b(?:said|says|(?<!\ba )say(?:ing)?|t(?:old|ells|elling)|wr(?:ote|ites|iting)|post(?:ed|s)"
    r"|call(?:ed|s)"
    r"|add(?:ed|s|ing)|ask(?:ed|s|ing)"
    r"|continued|repl(?:ied|ies)|answered|insist(?:ed|s)|stated|declar(?:ed|es)|announced"
    r"|warn(?:ed|s)|argued|noted|stressed"
    r"|repeated|tweeted|explained|remarked|concluded|promised|vowed|demanded|urged|affirmed|confirmed"
    r"|сказал[аи]?|заявил[аи]?|добавил[аи]?|написал[аи]?|отметил[аи]?|подчеркнул[аи]?"
    r"|ответил[аи]?|спросил[аи]?|говорит|сообщил[аи]?"
    r"|сказа(?:в|ла|ли)|заяви(?:в|ла|ли)|дода(?:в|ла|ли)|написа(?:в|ла|ли)|зазначи(?:в|ла|ли)"
    r"|наголоси(?:в|ла|ли)"
    r"|відпові(?:в|ла|ли)|запита(?:в|ла|ли)|повідоми(?:в|ла|ли))\b",
    regex.IGNORECASE,
)
_PRONOUN = regex.compile(r"\b(?:he|she|they|он|она|они|він|вона|вони)\b", regex.IGNORECASE)
_NAME = regex.compile(
    r"\b\p{Lu}[\p{L}\p{M}’'-]*+"
    r"(?:\s(?:(?:de|del|van|von|der|bin|al|el|la)\s)?\p{Lu}[\p{L}\p{M}’'.-]*+)*+"
)
_DAYS_AND_MONTHS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april june"
    " july august september october november december"
    " понедельник вторник среда четверг пятница суббота воскресенье".split()
)
_NO_NAMES = frozenset(
    "a after an and as at but by earlier for from he her his i if in it its later meanwhile no not"
    " on once or our she since so still that the their then there these they this those to we what"
    " when where while who with yet you"
    " monday tuesday wednesday thursday friday saturday sunday january february march april may"
    " june july august september october november december"
    " в на но и а он она они по после как что это з у та і й він вона вони але про за".split()
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """Stored speaker with all its names; a party if `speaker` is None."""

    names: tuple[str, ...]
    speaker: str | None
    party: str | None  # slug


Speaker = tuple[Person | None, str | None]
NOBODY: Speaker = (None, None)


def through(text: str, start: int, end: int, known: "Known", last: Speaker) -> Speaker:
    """Return the last speaker of a range of text: the one whom the next "he" means."""
    while start < end:
        stop = sentence_end(text, start, min(end, start + LONGEST_SENTENCE))
        found = subject(text, start, stop, known, last)
        last = found if found not in (None, NOBODY) else last
        start = stop
    return last


def subject(
    text: str, start: int, end: int, known: "Known", last: Speaker, *, newest: bool = False
) -> Speaker | None:
    """Return the speaker of one sentence; None without a verb of saying, NOBODY if unclear.

    `newest`: go by the last verb of the sentence instead of the first.
    """
    verbs = list(_VERBS.finditer(text, start, end))
    if not verbs:
        return None
    verb = verbs[-1] if newest else verbs[0]
    named = list(mentions(text, start, end, known, last))
    # "… said Volk": a name directly after the verb counts before one further away before it.
    beside = [m for m in named if 0 <= m[0] - verb.end() <= 2]
    ahead = [m for m in named if m[1] <= verb.start()]
    behind = [m for m in named if 0 <= m[0] - verb.end() <= 40]
    if (
        beside
        and text[verb.start() : verb.end()].lower() not in _TAKES_HEARER
        and not _ends_beside(text, ahead, verb.start())
    ):
        return beside[0][2]
    if ahead:
        return max(ahead)[2] if len({m[:2] for m in ahead}) == len(ahead) else ahead[-1][2]
    if not text[start : verb.start()].strip():
        return last  # "Asked again: …" asks whoever spoke last
    return behind[0][2] if behind and verb[0].lower() not in _TAKES_HEARER else NOBODY


def mentions(
    text: str, start: int, end: int, known: "Known", last: Speaker
) -> list[tuple[int, int, Speaker]]:
    """List everybody named in a range of text, with their places.

    These are stored speakers, "he" for `last`, and names that are not stored.
    """
    found = [*known.mentions(text, start, end)]
    found += [(m.start(), m.end(), last) for m in _PRONOUN.finditer(text, start, end)]
    taken = [(a, b) for a, b, _ in found]
    for name in _NAME.finditer(text, start, end):
        words = name[0].split()
        while words and words[0].lower() in _NO_NAMES:
            words.pop(0)
        # "Zoom Tuesday", "Paris March": a day or month after a name says when; no name ends in one.
        while words and words[-1].lower().rstrip(".’'") in _DAYS_AND_MONTHS:
            words.pop()
        free = not any(a < name.end() and name.start() < b for a, b in taken)
        if free and words and not words[0].endswith(("’s", "'s")):
            found.append((name.start(), name.end(), (None, " ".join(words).rstrip(".’'"))))
    return found


_TAKES_HEARER = frozenset(["told", "tells", "asked", "asks", "called", "calls", "warned", "urged"])


def _ends_beside(text: str, mentions: Iterable[tuple[int, int, Speaker]], verb: int) -> bool:
    return any(text[end:verb].isspace() for _, end, _ in mentions)


def sentence_end(text: str, start: int, end: int) -> int:
    """Return where the sentence that holds `start` ends, at most `end`."""
    for stop in _SENTENCE_END.finditer(text, start, end):
        if stop[0] != "." or not _ABBREVIATED.search(
            text, max(start, stop.start() - 6), stop.start()
        ):
            return stop.end()
    return end


def sentence_start(text: str, start: int, end: int) -> int:
    """Return where the last sentence of a range begins."""
    while (stop := sentence_end(text, start, end)) < end and text[stop:end].strip():
        start = stop
    return start


class Known:
    """Finder of stored speakers by full name, alias, and the last word of a speaker's name."""

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
            # two have this name: it is unclear who is meant
            self.people[name] = there if same else None

    def mentions(self, text: str, start: int, end: int) -> Iterator[tuple[int, int, Speaker]]:
        """Yield where they are named, except in the possessive ("Volk's")."""
        found = self.pattern.finditer(text, start, end) if self.pattern else ()
        for m in found:
            person = self.people[m[0]]
            yield m.start(), m.end(), (person, None if person else m[0])
