"""Find what a second look at a proposed quote is worth; pure functions.

Nothing here refuses a proposal: the checks of an editor's own positions do that. These are hints to
the person who decides, so that a wrong hint costs a glance.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise

import regex

from app.core import dates
from app.core.errors import Fault
from app.models.vocabulary import QuoteKind, Verification
from app.sources.candidates import Candidate, in_quotation_marks
from app.sources.matching.normalise import fold
from app.sources.matching.paragraphs import paragraphs
from app.sources.speakers_in_text import sentence_end

BEFORE_PUBLICATION = timedelta(days=7)  # that a newspaper may take to print what was said
LONGEST_HEADLINE = 250
LEAST_WORDS = 3
_LABEL = regex.compile(r"\s*(\p{Lu}[\p{Lu}\p{L} .’'-]{1,40}?)\s?:(?=\s)")
_ENDS_QUOTED = regex.compile(r"[.!?…][”’»\"')\]]+\s")  # a sentence, inside quotation marks
_SCRIPTS = (("Cyrl", "\\p{Cyrillic}"), ("Latn", "\\p{Latin}"), ("Arab", "\\p{Arabic}"))
_LATIN = frozenset("en de fr es it pl pt nl sv da no nb fi cs sk sl hr ro hu et lv lt tr".split())
_CYRILLIC = frozenset("ru uk be bg mk kk ky tg mn".split())


@dataclass(frozen=True, slots=True)
class Words:
    """A proposed quote with what is known of its speaker and its source."""

    n: int  # its place in the proposal
    exact: str
    kind: str
    said_on: str | None
    language: str | None
    translated_from: str | None
    verification: str
    segments: Sequence[Sequence[int]]
    named: bool  # is there a speaker, with a name or only an office?
    speaker: tuple[str, ...]  # all names of the speaker
    speaker_party: str | None  # slug
    title: str  # of the source
    source_language: str | None
    published_on: str | None
    text: str | None
    said: Sequence[Candidate] = ()  # whom the text has say what
    voices: Sequence[str] = ()  # speakers named at the head of the text: its author, a guest
    known: Sequence[str] = ()  # all speakers who are known, by name


@dataclass(frozen=True)
class Look:
    """A proposed position: its party, its date, its quotes, and the names to know."""

    party: str
    stated_on: str | None
    quotes: Sequence[Words]
    names: Mapping[str, Sequence[str]]  # of each party of the negotiation, by slug

    @cached_property
    def patterns(self) -> Mapping[str, regex.Pattern[str]]:
        """How the names of each party are found."""
        return {
            slug: regex.compile(rf"\b(?:{'|'.join(map(regex.escape, names))})\b")
            for slug, given in self.names.items()
            if (names := sorted((n for n in given if len(n) > 2), key=len, reverse=True))
        }


def second_look(look: Look) -> list[Fault]:
    """Return the hints about a proposal, each with its `code`."""
    found = [fault for words in look.quotes for fault in _of_quote(look, words)]
    return found + list(_of_dates(look))


def hint(code: str, where: str, detail: str) -> Fault:
    """Return a hint of one kind."""
    return Fault(where, detail, extra={"code": code})


def same_words(one: str, other: str) -> bool:
    """Tell whether two quotes have the same words, by what a check passes over."""
    return folded(one) == folded(other)


def folded(words: str) -> str:
    """Return words without what a check passes over: kinds of marks, runs of spaces."""
    return " ".join(fold(words).text.split())


def _of_quote(look: Look, words: Words) -> Iterator[Fault]:
    where = f"/quotes/{words.n}"
    if words.verification == Verification.UNVERIFIED:
        yield hint("unchecked", f"{where}/exact", "no text of the source is saved to check it with")
    if words.named and words.speaker_party != look.party:
        whose = _name(look, words.speaker_party) if words.speaker_party else "no party"
        yield hint("other_speaker", f"{where}/speaker", f"the speaker speaks for {whose}")
    if not words.named and words.kind == QuoteKind.DIRECT:
        yield hint(
            "speakerless",
            f"{where}/speaker",
            "who said this? If the source reports it, its kind is reported",
        )
    yield from _named_parties(look, words)
    yield from _language(words)
    if words.text is None or not words.segments:
        return
    yield from _speaker(look, words, words.text)
    if _joins(words.text, words.segments):
        yield hint("joined", f"{where}/exact", "the ellipsis joins two sentences")
    if _is_headline(words, words.text):
        yield hint("headline", f"{where}/exact", "these are words of the headline")


def _named_parties(look: Look, words: Words) -> Iterator[Fault]:
    own = look.patterns.get(look.party)
    if own and own.search(words.exact):
        return
    for slug, pattern in look.patterns.items():
        if slug != look.party and pattern.search(words.exact):
            where = f"/quotes/{words.n}/exact"
            yield hint("names_other", where, f"names {_name(look, slug)}, not the party")
            return


def _language(words: Words) -> Iterator[Fault]:
    where = f"/quotes/{words.n}/language"
    own, of = (_primary(t) for t in (words.language, words.source_language))
    letters = next((s for s, p in _SCRIPTS if regex.search(p, words.exact)), None)
    known = {"Cyrl": _CYRILLIC, "Latn": _LATIN}
    if own and of and own != of and not words.translated_from:
        yield hint("language", where, f"is {own}, and its source is in {of}: a translation?")
    elif own and any(
        own in languages and letters in known and script != letters
        for script, languages in known.items()
    ):
        yield hint("language", where, f"is said to be {own}, but has other letters")


def _primary(tag: str | None) -> str | None:
    return tag.split("-")[0].lower() if tag else None


def _speaker(look: Look, words: Words, text: str) -> Iterator[Fault]:
    """Compare the speaker with whom the text has say these words."""
    where = f"/quotes/{words.n}/speaker"
    start, end = words.segments[0][0], words.segments[-1][1]
    label = _label(text, start)
    if words.speaker and label and not _is_one_of(label, words.speaker):
        yield hint("said_by_other", where, f"in the text {label.strip().title()} says this")
        return
    for found in words.said:
        if not (found.start < end and start < found.end):
            continue
        said = found.who.speaker if found.who else found.name
        if words.speaker and said and not _is_one_of(said, words.speaker):
            yield hint("said_by_other", where, f"in the text {said} says this")
            return
        party = found.who.party if found.who else None
        if not words.speaker and party and party != look.party:
            who = said or _name(look, party)
            yield hint("said_by_other", where, f"in the text {who} says this")
            return
    yield from _named_in_text(words, text, start, end)


def _named_in_text(words: Words, text: str, start: int, end: int) -> Iterator[Fault]:
    """Look for the speaker's name at the head of the text, in the paragraph, and anywhere."""
    if not words.speaker:
        return
    where = f"/quotes/{words.n}/speaker"
    direct = words.kind == QuoteKind.DIRECT
    alone = direct and words.voices and not in_quotation_marks(text, start, end)
    if alone and not _among(words.voices, words.speaker):
        whose = " or ".join(words.voices)
        yield hint("said_by_other", where, f"by its head the text is what {whose} says")
        return
    if not any(_stem(name) in text for name in words.speaker):
        yield hint("not_named", where, f"the text does not name {words.speaker[0]}")
        return
    beside = _named_beside(words, text, start, end) if direct else []
    if beside and not _among(beside, words.speaker):
        yield hint("said_by_other", where, f"its paragraph names {beside[0]}")


def _named_beside(words: Words, text: str, start: int, end: int) -> list[str]:
    """Return the known speakers whom the paragraph of a quote names outside of its words."""
    begin, stop = next((p for p in paragraphs(text) if p[0] <= start < p[1]), (start, end))
    around = f"{text[begin:start]} {text[min(end, stop) : stop]}"
    return [name for name in words.known if regex.search(rf"\b{regex.escape(_stem(name))}", around)]


def _label(text: str, at: int) -> str | None:
    """Return the name before a colon at the beginning of a paragraph of a transcript."""
    start = next((a for a, b in paragraphs(text) if a <= at < b), None)
    found = None if start is None else _LABEL.match(text, start)
    return found[1] if found and found.end() <= at and found[1].isupper() else None


def _among(said: Iterable[str], names: Iterable[str]) -> bool:
    own = list(names)
    return any(_is_one_of(one, own) for one in said)


def _is_one_of(said: str, names: Iterable[str]) -> bool:
    known = said.casefold()
    return any(_last(name).casefold() in known or known in name.casefold() for name in names)


def _last(name: str) -> str:
    return name.split()[-1]


def _stem(name: str) -> str:
    """Return the last name without an ending that other cases change."""
    last = _last(name)
    return last[:-2] if len(last) > 5 else last[:-1] if len(last) > 3 else last


def _joins(text: str, segments: Sequence[Sequence[int]]) -> bool:
    """Tell whether a sentence ends between two parts of a quote."""
    return any(
        sentence_end(text, max(a, b - 1), following) < following
        or _ENDS_QUOTED.search(text, max(a, b - 1), following)
        or "\n\n" in text[b:following]
        for (a, b), (following, _) in pairwise(segments)
    )


def _is_headline(words: Words, text: str) -> bool:
    exact = folded(words.exact)
    if len(exact.split()) >= LEAST_WORDS and exact in folded(words.title):
        return True
    line = text.lstrip().partition("\n")[0].rstrip()
    begins = len(text) - len(text.lstrip())
    headed = len(line) <= LONGEST_HEADLINE and line[-1:] not in (".", "!", "?", "…")
    return headed and words.segments[-1][1] <= begins + len(line)


def _of_dates(look: Look) -> Iterator[Fault]:
    """Find dates that are implausible beside the publication of a source."""
    published = [dates.parse(w.published_on) for w in look.quotes if w.published_on]
    for words in look.quotes:
        if words.said_on and words.published_on:
            said, out = dates.parse(words.said_on), dates.parse(words.published_on)
            if early := _days(said.last, out.first):
                where = f"/quotes/{words.n}/said_on"
                yield hint("date", where, f"is {early} days before the source was published")
    if look.stated_on and published:
        stated = dates.parse(look.stated_on)
        first, last = min(p.first for p in published), max(p.last for p in published)
        if stated.first > last:
            yield hint("date", "/stated_on", "is after the publication of every source")
        elif early := _days(stated.last, first):
            yield hint("date", "/stated_on", f"is {early} days before any source was published")


def _days(earlier: date, later: date) -> int:
    """Return the days between two dates if they are more than a newspaper may take."""
    gap = later - earlier
    return gap.days if gap > BEFORE_PUBLICATION else 0


def _name(look: Look, slug: str | None) -> str:
    return next(iter(look.names.get(slug or "", ())), slug or "")
