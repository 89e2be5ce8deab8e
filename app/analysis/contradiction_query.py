"""Put the list of contradictions and conditions together, and read what a window of it shows."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis.contradiction_rows import read_rows
from app.analysis.contradictions import (
    Opposed,
    SharedPassage,
    Stance,
    cells_that_differ,
    opposed_to,
)
from app.core.clock import now
from app.core.gently import gently
from app.core.input_models import Slug
from app.log.reader import Moment
from app.log.recall import recall
from app.matrix.conditions import Condition
from app.matrix.conditions_now import conditions_at
from app.matrix.contradictions import WITHIN, Kind
from app.matrix.frame import Extent, Frame, read_frame
from app.matrix.schemas import MatrixQuery, Times
from app.negotiations.code_book import check_slugs
from app.positions.current import CellRange
from app.positions.presenter import VersionKey, read_versions
from app.positions.views import PositionView

MOST_COMPARED = 500_000  # pairs of positions
MOST_FOUND = 20_000  # of them that exclude each other
BYTES_OF_ENTRY, BYTES_OF_LINE = 800, 150  # in memory; a line is a party beside a condition

Entry = Opposed | SharedPassage | Condition


class ContradictionsQuery(Times):
    """Both times, within how many days, and which entries are wanted."""

    days: Annotated[
        int,
        Field(ge=0, le=36_500, description="Days between two positions that exclude each other."),
    ] = WITHIN
    party: Annotated[list[Slug], Field(description="Only what is about these parties.")] = []
    issue: Annotated[list[Slug], Field(description="Only what is about these issues.")] = []
    kind: Annotated[list[Kind], Field(description="Only these kinds.")] = []


class ContradictionsListed(ContradictionsQuery):
    """The same, and where to go on."""

    cursor: Annotated[
        str | None, Field(max_length=200, description="From `meta.next`: the following entries.")
    ] = None


@dataclass(frozen=True, slots=True)
class Contradictions:
    """Everything found, the newest of each kind first."""

    entries: Sequence[Entry]
    whole: bool  # whether it is all there is
    versions: Mapping[int, VersionKey]

    def about(self, query: ContradictionsQuery) -> list[Entry]:
        """Return the entries about some parties and issues, of whatever kind."""
        parties, issues = set(query.party), set(query.issue)
        return [
            one
            for one in self.entries
            if (not parties or not parties.isdisjoint(one.parties))
            and (not issues or not issues.isdisjoint(one.issues))
        ]


def of_kinds(entries: Iterable[Entry], kinds: Collection[Kind]) -> list[Entry]:
    """Return the entries of some kinds, or of all."""
    return [one for one in entries if not kinds or one.kind in kinds]


async def read_contradictions_frame(
    session: AsyncSession, slug: str, query: ContradictionsListed, *, purpose: str
) -> Frame:
    """Return the frame of the whole matrix; its `place` is where the list of entries starts."""
    asked = MatrixQuery(as_of=query.as_of, known_at=query.known_at, cursor=query.cursor)
    extent = Extent(ground=False, purpose=purpose, whole=True)
    frame = await read_frame(session, slug, asked, now=now(), extent=extent)
    check_slugs(frame.book, query.party, query.issue)
    return frame


async def find_contradictions(
    session: AsyncSession, frame: Frame, query: ContradictionsQuery
) -> Contradictions:
    """Find all entries.

    Where there are too many positions to compare, those of the parties asked for are compared.
    """
    found = await _kept(session, frame, days=query.days, parties=())
    if found.whole or not query.party:
        return found
    return await _kept(session, frame, days=query.days, parties=tuple(dict.fromkeys(query.party)))


async def _kept(
    session: AsyncSession, frame: Frame, *, days: int, parties: tuple[str, ...]
) -> Contradictions:
    """Find entries, or recall them where no position has changed."""
    known, number = recall(session, frame.at), frame.book.negotiation.id
    key = ("contradictions", number, frame.changes.newest, frame.as_of, days, parties)
    found: Contradictions | None = known.get(*key)
    if found is None:
        found = await _find(session, frame, days=days, parties=parties)
        lines = sum(len(e.others) for e in found.entries if isinstance(e, Condition))
        size = BYTES_OF_ENTRY * len(found.entries) + BYTES_OF_LINE * lines
        known.keep(*key, value=found, size=size)
    return found


async def _find(
    session: AsyncSession, frame: Frame, *, days: int, parties: Collection[str]
) -> Contradictions:
    book = frame.book
    numbers = [book.party_ids[p] for p in parties] if parties else list(book.parties)
    cells = CellRange(book.negotiation.id, numbers, list(book.issue_ids.values()))
    read = await read_rows(session, frame.at, book, cells, as_of=frame.as_of, days=days)
    opposed, whole = await _opposed(read.stances, days)
    seated = [party.slug for party in frame.seated]
    conditions = await conditions_at(
        session, frame.at, book, read.depending, seated, as_of=frame.as_of
    )
    rank = {kind: place for place, kind in enumerate(Kind)}
    return Contradictions(
        sorted(
            [*opposed, *read.passages, *conditions],
            key=lambda one: (rank[one.kind], -one.on.toordinal()),
        ),
        read.whole and whole,
        read.versions,
    )


async def _opposed(stances: Iterable[Stance], days: int) -> tuple[list[Opposed], bool]:
    found: list[Opposed] = []
    compared = 0
    for cell in cells_that_differ(stances):
        async for place, later in gently(enumerate(cell)):
            compared += place
            if compared > MOST_COMPARED or len(found) > MOST_FOUND:
                return found, False
            found += opposed_to(later, reversed(cell[:place]), days)
    return found, True


async def positions_in(
    session: AsyncSession, at: Moment, found: Contradictions, entries: Iterable[Entry]
) -> dict[int, PositionView]:
    """Return the positions that some entries are about, by number."""
    numbers = {number for entry in entries for number in numbers_of(entry)}
    keys = [found.versions[number] for number in numbers if number in found.versions]
    kept = await read_versions(session, at, keys)
    return {version.view.id: version.view for version in kept.values()}


def numbers_of(entry: Entry) -> Sequence[int]:
    """Return the positions of an entry, oldest first."""
    match entry:
        case Opposed():
            return (entry.before, entry.after)
        case SharedPassage():
            return [use.position for use in entry.uses]
        case Condition():
            return (entry.depends.position,)


def counted(entries: Iterable[Entry]) -> dict[str, int]:
    """Count the entries of each kind."""
    found = Counter(entry.kind for entry in entries)
    return {kind.value: found[kind] for kind in Kind}
