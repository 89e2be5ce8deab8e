"""Prepare one source for the desk: its text with quotes and candidates, and notes beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from sqlalchemy.ext.asyncio import AsyncSession

from app.desk.highlight import Mark, Paragraph, marked
from app.desk.queries import positions_from
from app.log.reader import moment
from app.models.source import Source, SourceReading, SourceText
from app.negotiations.code_book import CodeBook, code_book, issue_views
from app.negotiations.views import IssueView
from app.position_form.view import Entry
from app.positions.names_at_moment import called
from app.positions.views import PositionView, QuoteView
from app.proposals.inbox import Item, prepare
from app.proposals.inbox_queries import list_inbox
from app.proposals.schemas import InboxQuery
from app.sources import queries
from app.sources.candidates import Candidate
from app.sources.matching.paragraphs import paragraphs
from app.sources.page_numbers import page_at
from app.sources.people import find_candidates, people
from app.sources.worklist import find_reading

MOST_PROPOSED = 100  # that are marked in a text at once


@dataclass(frozen=True, slots=True)
class Note:
    """A note beside a paragraph: a position that quotes it, a proposal, or a candidate."""

    position: PositionView | None = None
    quotes: Sequence[QuoteView] = ()
    candidate: Candidate | None = None
    now: bool = False
    proposal: Item | None = None
    next: int | None = None  # the proposal that comes after this one in the text


@dataclass(frozen=True, slots=True)
class Reading:
    """A source as an editor reads it for one negotiation."""

    source: Source
    text: SourceText | None
    book: CodeBook
    state: SourceReading | None  # its state on the work list
    positions: Sequence[PositionView]
    parties: Mapping[str, str]  # names by slug
    found: Sequence[Candidate]  # all candidates, including those quoted already
    proposed: Sequence[Item] = ()  # open proposals with quotes of this source

    @property
    def issues(self) -> Mapping[str, IssueView]:
        """Return the negotiation's issues by slug."""
        return {i.slug: i for i in issue_views(self.book)}

    def quotes(self) -> list[tuple[PositionView, QuoteView]]:
        """Return the quotes of this source, each with its position."""
        return [(p, q) for p in self.positions for q in p.quotes if q.source.id == self.source.id]

    def elsewhere(self) -> list[tuple[PositionView, QuoteView]]:
        """Return quotes with no place in the text: no text is stored, or they do not match it."""
        return [(p, q) for p, q in self.quotes() if not (self.text and q.segments)]

    def left(self) -> list[Candidate]:
        """Return candidates no part of which is quoted yet."""
        spans = [span for _, q in self.quotes() for span in q.segments or []]
        return [c for c in self.found if not any(a < c.end and c.start < b for a, b in spans)]

    def page_starts(self) -> dict[int, int]:
        """Return which page begins with which paragraph, by the paragraph's offset in the text."""
        pages = self.text.pages if self.text else None
        begins = [start for start, _ in paragraphs(self.text.text)] if self.text and pages else []
        found: dict[int, int] = {}
        for before, start in zip([-1, *begins], begins, strict=False):
            page = page_at(pages, start)
            if page is not None and page != page_at(pages, before):
                found[start] = page
        return found

    def paragraphs(self, entry: Entry | None) -> list[tuple[Paragraph, list[Note]]]:
        """Return the marked text, with the notes beside each paragraph."""
        if self.text is None:
            return []
        notes: dict[str, Note] = {}
        marks: list[Mark] = []
        for position, quote in self.quotes():
            key = f"p-{position.id}"
            there = notes.get(key, Note(position)).quotes
            notes[key] = Note(position, quotes=[*there, quote])
            marks += [Mark(a, b, "quoted", key) for a, b in quote.segments or []]
        for item in self.proposed:
            key = f"d-{item.row.id}"
            notes[key] = Note(proposal=item)
            marks += [
                Mark(a, b, "proposed", key)
                for one in item.passages
                if one.quote.source.id == self.source.id
                for a, b in one.quote.segments or []
            ]
        for n, candidate in enumerate(self.left(), 1):
            notes[f"c-{n}"] = Note(candidate=candidate)
            marks.append(Mark(candidate.start, candidate.end, "maybe", f"c-{n}"))
        for block in entry.blocks if entry else []:
            check = block.checked.check if block.checked else None
            if check and check.segments and block.q.get("source_id") == str(self.source.id):
                notes["now"] = Note(now=True)
                marks += [Mark(a, b, "now", "now") for a, b in check.segments]
        noted: set[str] = set()
        made = []
        for paragraph in marked(self.text.text, marks):
            here = [k for k in paragraph.keys if k not in noted]
            noted.update(here)
            made.append((paragraph, [notes[k] for k in here]))
        return _linked(made)


def _linked(noted: list[tuple[Paragraph, list[Note]]]) -> list[tuple[Paragraph, list[Note]]]:
    """Name in the note of each proposal the one that comes next."""
    order = [n.proposal.row.id for _, notes in noted for n in notes if n.proposal]
    after = dict(pairwise(order))
    return [
        (
            paragraph,
            [replace(n, next=after.get(n.proposal.row.id)) if n.proposal else n for n in notes],
        )
        for paragraph, notes in noted
    ]


async def read(session: AsyncSession, slug: str, source_id: int) -> Reading:
    """Read a source with its positions in a negotiation; raise NotFound if there is none."""
    at = await moment(session, drafts=True)
    book = await code_book(session, at, slug)
    source = await queries.get_source(session, source_id)
    text = (await queries.newest_texts(session, [source_id])).get(source_id)
    positions = await positions_from(session, at, book.negotiation.id, source_id)
    found: list[Candidate] = []
    if text is not None:
        found = await find_candidates(text.text, await people(session, book))
    state = await find_reading(session, book.negotiation.id, source_id)
    names = await called(session, at, book.party_names(), positions)
    asked = InboxQuery(source=source_id)
    waiting, _ = await list_inbox(session, book.negotiation.id, asked, MOST_PROPOSED)
    proposed = await prepare(session, at, book, waiting) if waiting else []
    return Reading(source, text, book, state, positions, names, found, proposed)
