"""Prepare proposals for the editor who decides: what is proposed beside what is saved."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Text, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import among
from app.log.reader import Moment, held_by_id
from app.models.negotiation import Party, Speaker
from app.models.proposal import Proposal
from app.models.source import Source
from app.models.vocabulary import Act, Firmness, ProposalKind, QuoteKind
from app.negotiations.code_book import CodeBook, issue_views
from app.negotiations.views import IssueView
from app.positions.current import CellRange, current_ids
from app.positions.presenter import views
from app.positions.views import PositionView, QuoteView, SourceView, SpeakerView
from app.proposals.queries import Found, quotes_of, texts_of
from app.sources.actions import check_text
from app.sources.queries import find_sources, newest_texts

AROUND = 280  # characters of the text on either side of a quote
LONGEST_PASSAGE = 2_000
BEGINNING = 1_200  # characters of a proposed text
LAST_DAY = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class Passage:
    """A quote as it stands in the text of its source: runs of text, marked where it is quoted."""

    quote: QuoteView
    runs: Sequence[tuple[bool, str]] = ()  # is it quoted, and the text


@dataclass(frozen=True, slots=True)
class Item:
    """A proposal as an editor sees it."""

    row: Proposal
    issue: IssueView | None
    position: PositionView | None  # as it would be
    passages: Sequence[Passage]
    current: PositionView | None  # what is saved: of the cell, or what is to be corrected
    too: Sequence[Proposal]  # who has proposed the same
    text: str = ""  # the beginning of a proposed source's text
    error: str = ""  # why the last decision was refused

    @property
    def cell(self) -> tuple[str, str] | None:
        """The slugs of party and issue."""
        return (self.position.party, self.position.issue) if self.position else None


async def prepare(
    session: AsyncSession, at: Moment, book: CodeBook, found: Sequence[Found]
) -> list[Item]:
    """Prepare proposals of one negotiation, in their order; a fixed number of statements."""
    facts = await _facts(session, at, book, found)
    return [await _item(one, facts) for one in found]


@dataclass(frozen=True, slots=True)
class _Facts:
    issues: Mapping[str, IssueView]
    sources: Mapping[int, Source]
    texts: Mapping[int, str]
    own_texts: Mapping[int, str]  # of proposed sources, by the number of the proposal
    speakers: Mapping[str, Sequence[SpeakerView]]
    current: Mapping[tuple[int, int], PositionView]
    corrected: Mapping[int, PositionView]
    too: Mapping[int, Sequence[Proposal]]


async def _facts(
    session: AsyncSession, at: Moment, book: CodeBook, found: Sequence[Found]
) -> _Facts:
    rows = [one.row for one in found]
    numbers = {i for row in rows for i in row.source_ids} | {
        i for row in rows for q in quotes_of(row) if isinstance(i := q.get("source_id"), int)
    }
    sources = await find_sources(session, numbers)
    texts = {i: t.text for i, t in (await newest_texts(session, sources)).items()}
    cells = {(r.party_id, r.issue_id) for r in rows if r.party_id and r.issue_id}
    current: Mapping[tuple[int, int], int] = {}
    if cells:
        parties, issues = {p for p, _ in cells}, {i for _, i in cells}
        cell_range = CellRange(book.negotiation.id, parties, issues)
        current = await current_ids(session, at, cell_range, as_of=LAST_DAY)
    corrected = {r.position_id for r in rows if r.position_id}
    held = await held_by_id(
        session, at, "position", {*corrected, *(current[c] for c in cells if c in current)}
    )
    seen = {v.id: v for v in await views(session, at, list(held.values()))}
    same = await session.scalars(
        select(Proposal)
        .where(among(Proposal.same_as_id, (r.id for r in rows)))
        .order_by(Proposal.id)
        .limit(500)
    )
    too: dict[int, list[Proposal]] = {}
    for one in same:
        too.setdefault(one.same_as_id or 0, []).append(one)
    return _Facts(
        issues={i.slug: i for i in issue_views(book)},
        sources=sources,
        texts=texts,
        own_texts=await texts_of(session, (r.id for r in rows)),
        speakers=await _speakers(session, book, rows),
        current={c: seen[number] for c, number in current.items() if number in seen},
        corrected={i: seen[i] for i in corrected if i in seen},
        too=too,
    )


async def _speakers(
    session: AsyncSession, book: CodeBook, rows: Iterable[Proposal]
) -> dict[str, list[SpeakerView]]:
    """Look up the speakers whom proposals name, by name."""
    names = {n for row in rows for q in quotes_of(row) if isinstance(n := q.get("speaker"), str)}
    found = await session.execute(
        select(Speaker, Party.slug)
        .outerjoin(Party, Party.id == Speaker.party_id)
        .where(Speaker.name == any_(literal(sorted(names), ARRAY(Text))))
        .order_by(Speaker.id)
    )
    made: dict[str, list[SpeakerView]] = {}
    for speaker, slug in found:
        made.setdefault(speaker.name or "", []).append(
            SpeakerView(speaker.name, speaker.office, slug)
        )
    return made


async def _item(found: Found, facts: _Facts) -> Item:
    row, request = found.row, found.row.request or {}
    own = facts.own_texts.get(row.id, "")
    shared: dict[str, Any] = {
        "row": row,
        "issue": facts.issues.get(found.issue or ""),
        "too": facts.too.get(row.id, ()),
        "text": own[:BEGINNING],
    }
    if row.kind == ProposalKind.SOURCE or not request:
        return Item(position=None, passages=(), current=None, **shared)
    base = facts.corrected.get(row.position_id or 0)
    said = request.get("position") or (request.get("correction") or {}).get("changes") or {}
    brought = _brought(row, request)
    passages = [
        await _passage(n, quote, found, facts, (brought, own), base)
        for n, quote in enumerate(quotes_of(row))
    ]
    correction = row.kind == ProposalKind.CORRECTION
    position = _position(found, said, [p.quote for p in passages], base if correction else None)
    current = base if correction else facts.current.get((row.party_id or 0, row.issue_id or 0))
    return Item(position=position, passages=passages, current=current, **shared)


def _brought(row: Proposal, request: Mapping[str, Any]) -> SourceView | None:
    source = request.get("source")
    if not source:
        return None
    return SourceView(
        id=0,
        uid=str(row.uid),
        url=source.get("url"),
        reference=source.get("reference"),
        title=source["title"],
        publisher=source.get("publisher"),
        published_on=source.get("published_on"),
    )


async def _passage(
    n: int,
    quote: Mapping[str, Any],
    found: Found,
    facts: _Facts,
    brought: tuple[SourceView | None, str],
    base: PositionView | None,
) -> Passage:
    kept = next((q for q in base.quotes if q.id == quote.get("id")), None) if base else None
    if kept is not None:
        return Passage(kept)
    source = facts.sources.get(quote.get("source_id") or 0)
    text = facts.texts.get(source.id) if source else brought[1] or None
    exact = quote.get("exact") or ""
    check = await check_text(text, exact, quote.get("prefix"), quote.get("suffix"))
    view = QuoteView(
        id=-n - 1,
        uid="",
        exact=exact,
        prefix=None,
        suffix=None,
        kind=quote.get("kind") or QuoteKind.DIRECT,
        language=quote.get("language"),
        translated_from=quote.get("translated_from"),
        translation=quote.get("translation"),
        said_on=quote.get("said_on"),
        verification=check.verification,
        start=check.start,
        end=check.end,
        segments=[list(s) for s in check.segments] if check.segments else None,
        speaker=_speaker(quote.get("speaker"), found, facts),
        source=_source_view(source) if source else brought[0] or _UNKNOWN,
        link=None,
    )
    return Passage(view, _runs(text, view.segments))


_UNKNOWN = SourceView(0, "", None, None, "a source that is gone", None, None)


def _source_view(source: Source) -> SourceView:
    return SourceView(
        id=source.id,
        uid=str(source.uid),
        url=source.url,
        reference=source.reference,
        title=source.title,
        publisher=source.publisher,
        published_on=source.published_on,
    )


def _speaker(said: Any, found: Found, facts: _Facts) -> SpeakerView | None:
    if isinstance(said, str):
        known = facts.speakers.get(said, ())
        own = next((s for s in known if s.party == found.party), None)
        return own or next(iter(known), SpeakerView(said, None, None))
    if isinstance(said, Mapping):
        party = said.get("party", found.party)
        return SpeakerView(said.get("name"), said.get("office"), party)
    return None


def _runs(text: str | None, segments: Sequence[Sequence[int]] | None) -> list[tuple[bool, str]]:
    """Cut the surroundings of a quote into runs of text."""
    if text is None or not segments:
        return []
    start, end = segments[0][0], segments[-1][1]
    if end - start > LONGEST_PASSAGE:
        return []
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    if start > AROUND:
        before = f"… {before.partition(' ')[2]}"
    if end + AROUND < len(text):
        after = f"{after.rpartition(' ')[0]} …"
    runs, at = [(False, before)], start
    for a, b in segments:
        runs += [(False, text[at:a]), (True, text[a:b])]
        at = b
    return [run for run in (*runs, (False, after)) if run[1]]


def _position(
    found: Found,
    said: Mapping[str, Any],
    quotes: list[QuoteView],
    base: PositionView | None,
) -> PositionView:
    """Return a proposed position as it would be shown; `base` is what it corrects."""
    if base is not None:
        return _corrected(base, said, quotes)
    return PositionView(
        id=0,
        uid="",
        version=0,
        status="draft",
        act=said.get("act") or Act.STATES,
        negotiation=found.negotiation or "",
        party=found.party or "",
        issue=found.issue or "",
        summary=said.get("summary") or None,
        firmness=said.get("firmness") or Firmness.UNCLEAR,
        attitudes=dict(said.get("attitudes") or {}),
        conditions=dict(said.get("conditions") or {}),
        inferred=list(said.get("inferred") or []),
        attributed_by=[],
        salience=said.get("salience"),
        links=[],
        stated_on=said.get("stated_on") or _newest_day(quotes),
        stated_from=None,
        stated_by=None,
        recorded_at="",
        recorded_by=None,
        action="proposed",
        reason=None,
        url="",
        quotes=quotes,
    )


def _corrected(
    base: PositionView, said: Mapping[str, Any], quotes: list[QuoteView]
) -> PositionView:
    plain = ("act", "summary", "firmness", "salience", "stated_on", "inferred")
    merged = {
        name: {k: v for k, v in {**getattr(base, name), **(said.get(name) or {})}.items() if v}
        for name in ("attitudes", "conditions")
    }
    changes: dict[str, Any] = {name: said[name] for name in plain if name in said} | merged
    return replace(
        base,
        **changes,
        quotes=quotes if "quotes" in said else base.quotes,
    )


def _newest_day(quotes: Iterable[QuoteView]) -> str | None:
    days = [q.said_on or q.source.published_on for q in quotes]
    return max((d for d in days if d), default=None)
