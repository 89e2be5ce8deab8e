"""Print each passage of a source once on a page; later it is referred to. Pure functions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from app.matrix.grid import GridCell
from app.models.vocabulary import QuoteKind
from app.positions.views import PositionView, QuoteView

MOST_QUOTES = 12  # of one position; the others are on its own page

# What has to be the same so that a passage need not be printed again.
Passage = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """A quote whose passage is printed already: by that quote, with this id."""

    quote: QuoteView
    printed: int


@dataclass(frozen=True, slots=True)
class Quoted:
    """The quotes of one position on a page: in full, by reference, and how many are left out."""

    printed: Sequence[QuoteView] = ()
    repeated: Sequence[Reference] = ()
    left_out: int = 0


@dataclass(slots=True)
class Passages:
    """What a page has printed so far."""

    seen: dict[Passage, int] = field(default_factory=dict)

    def first_of(self, position: PositionView) -> Quoted:
        """Print one quote of a position, if possible in the speaker's own words."""
        direct = [quote for quote in position.quotes if quote.kind == QuoteKind.DIRECT]
        return self._quoted((direct or position.quotes)[:1])

    def all_of(self, position: PositionView, most: int = MOST_QUOTES) -> Quoted:
        """Print the quotes of a position, up to a number."""
        return self._quoted(position.quotes[:most], len(position.quotes[most:]))

    def _quoted(self, quotes: Sequence[QuoteView], left_out: int = 0) -> Quoted:
        printed, repeated = [], []
        for quote in quotes:
            key = passage(quote)
            if key in self.seen:
                repeated.append(Reference(quote, self.seen[key]))
            else:
                self.seen[key] = quote.id
                printed.append(quote)
        return Quoted(printed, repeated, left_out)


def first_quotes(cells: Iterable[GridCell | None]) -> dict[str, Quoted]:
    """Choose a quote of each position of an issue, by party; a passage is printed once."""
    passages = Passages()
    held = {cell.party: cell.position for cell in cells if cell and cell.position}
    return {
        party: replace(passages.first_of(position), left_out=max(len(position.quotes) - 1, 0))
        for party, position in held.items()
    }


def passage(quote: QuoteView) -> Passage:
    """Return what tells a passage from others: its words, source, speaker and day.

    A redacted quote has no words left to compare, so that each stands for itself.
    """
    if quote.redacted:
        return (quote.id,)
    speaker = quote.speaker and (quote.speaker.name, quote.speaker.office, quote.speaker.party)
    words = " ".join(quote.exact.split())
    return (quote.source.id, words, quote.kind, speaker, quote.said_on, quote.translation)
