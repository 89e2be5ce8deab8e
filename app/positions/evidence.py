"""Say what a position rests on, from facts alone and without a score; pure functions."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from app.core.dates import display
from app.models.vocabulary import QuoteKind, Verification
from app.positions.views import PositionView, SourceView, SpeakerView

CHECKED = {Verification.VERIFIED, Verification.ATTESTED}
MOST_NAMED = 3  # publishers and offices


class Cited(Protocol):
    """What counts of a quote."""

    @property
    def kind(self) -> str:
        """Whose words they are: a speaker's own, or the source's report."""

    @property
    def verification(self) -> str:
        """The result of the last check."""

    @property
    def said_on(self) -> str | None:
        """Imprecise date as written."""

    @property
    def speaker(self) -> SpeakerView | None:
        """Who said it."""

    @property
    def source(self) -> SourceView:
        """The document it was taken from."""

    @property
    def redacted(self) -> object | None:
        """Something if it was redacted."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the quotes of a position are; redacted ones are counted apart."""

    quotes: int
    direct: int  # in a speaker's own words
    own: int  # of these, those of a speaker of the party itself
    checked: int  # found in the text of their source, here or where they were recorded
    mismatched: int  # no longer found there
    redacted: int
    sources: int
    publishers: tuple[str, ...]  # each once, in the order of the quotes
    offices: tuple[str, ...]  # of the party's own speakers
    newest: str | None  # imprecise date on which the last of them was said or published


def evidence_of(party: str, cited: Iterable[Cited]) -> Evidence:
    """Count what the quotes of a position of a party are."""
    listed = list(cited)
    quotes = [q for q in listed if not q.redacted]
    own = [q for q in quotes if q.speaker and q.speaker.party == party]
    found = Counter(q.verification for q in quotes)
    days = [day for q in quotes if (day := q.said_on or q.source.published_on)]
    return Evidence(
        quotes=len(quotes),
        direct=sum(q.kind == QuoteKind.DIRECT for q in quotes),
        own=sum(q.kind == QuoteKind.DIRECT for q in own),
        checked=sum(found[one] for one in CHECKED),
        mismatched=found[Verification.MISMATCH],
        redacted=len(listed) - len(quotes),
        sources=len({q.source.id for q in quotes}),
        publishers=tuple(dict.fromkeys(q.source.publisher for q in quotes if q.source.publisher)),
        offices=tuple(
            dict.fromkeys(q.speaker.office for q in own if q.speaker and q.speaker.office)
        ),
        newest=max(days, default=None),
    )


def evidence(position: PositionView) -> list[str]:
    """Say what a position rests on, fact by fact: "2 quotes, both in its own words"."""
    found = evidence_of(position.party, position.quotes)
    if not found.quotes:
        return ["No quote that can be read"] if found.redacted else ["No quote"]
    facts = [
        f"{_count(found.quotes, 'quote')}, {_share(found.own, found.quotes)} in its own words",
        f"{_share(found.checked, found.quotes)} checked against the text of the source",
        _from(found),
    ]
    if found.mismatched:
        facts.append(f"{_count(found.mismatched, 'quote')} no longer found in the text")
    if found.redacted:
        facts.append(f"{_count(found.redacted, 'quote')} redacted")
    if found.offices:
        facts.append(f"said by: {_some(found.offices)}")
    if found.newest:
        facts.append(f"newest words: {display(found.newest)}")
    return facts


def _from(found: Evidence) -> str:
    published = f" ({_some(found.publishers)})" if found.publishers else ""
    if found.sources == 1:
        return f"from a single source{published}"
    return f"from {found.sources} sources{published}"


def _count(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def _share(part: int, whole: int) -> str:
    if part == whole:
        return "it is" if whole == 1 else "both" if whole == 2 else "all"
    return "none" if not part else f"{part} of them"


def _some(names: tuple[str, ...]) -> str:
    left = len(names) - MOST_NAMED
    return "; ".join([*names[:MOST_NAMED], *([f"{left} more"] if left > 0 else [])])
