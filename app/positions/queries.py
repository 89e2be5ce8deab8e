"""Reading positions: the live rows for whoever writes, and what the log held for whoever reads."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import and_, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Fault, Invalid, NotFound
from app.db.engine import among
from app.log.entry import snapshot as row_snapshot
from app.log.reader import REVISION, Moment, Snapshot, held
from app.models.issue import Issue
from app.models.log import Commit, Holding, QuoteUse, Revision, Spell
from app.models.negotiation import Negotiation, Participation, Party, Speaker
from app.models.position import Position, PositionQuote
from app.models.source import Quote
from app.models.vocabulary import PositionStatus
from app.negotiations.issue_queries import list_options
from app.positions.compose import CellFacts, OptionFacts
from app.positions.schemas import PositionContent

# --- for whoever writes -----------------------------------------------------------------------------------------------


async def get_position(session: AsyncSession, position_id: int, *, lock: bool = False) -> Position:
    """The live row; `lock` keeps other writers of it waiting until this transaction ends."""
    wanted = select(Position).where(Position.id == position_id)
    found = await session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise NotFound(f"There is no position {position_id}.")
    return found


async def document(
    session: AsyncSession, position: Position, *, version: int | None = None
) -> dict[str, Any]:
    """What a version says, by default the newest: its snapshot in the log."""
    found = await session.scalar(
        select(Revision.snapshot).where(
            Revision.kind == "position",
            Revision.object_id == position.id,
            Revision.version == (version or position.version),
        )
    )
    if found is None:
        raise NotFound("This version has been redacted.")
    return found


async def cell_facts(
    session: AsyncSession,
    negotiation: Negotiation,
    party: str | int,
    issue: str | int,
    wanted: PositionContent,
) -> CellFacts:
    """The cell and everything that a position in it may name."""
    key = Party.slug if isinstance(party, str) else Party.id
    party_id = await session.scalar(
        select(Party.id)
        .join(Participation, Participation.party_id == Party.id)
        .where(Participation.negotiation_id == negotiation.id, key == party)
    )
    issues = list(
        await session.scalars(select(Issue).where(Issue.negotiation_id == negotiation.id))
    )
    found = next((i for i in issues if issue in (i.slug, i.id)), None)
    faults = []
    if party_id is None:
        faults.append(Fault("/party", f"{party!r} takes no part in {negotiation.slug!r}"))
    if found is None:
        faults.append(Fault("/issue", f"there is no issue {issue!r} in {negotiation.slug!r}"))
    if party_id is None or found is None:
        raise Invalid("There is no such cell.", *faults)
    named = {link.issue for link in wanted.links if link.option is not None}
    linked = {i.id: i.slug for i in issues if i.slug in named}
    options = await list_options(session, found.id, *linked)
    return CellFacts(
        negotiation_id=negotiation.id,
        party_id=party_id,
        issue_id=found.id,
        issue=found.slug,
        options={o.slug: OptionFacts(o.id, o.retired) for o in options if o.issue_id == found.id},
        issues={i.slug: i.id for i in issues},
        linked={
            slug: {o.slug: o.id for o in options if o.issue_id == id_}
            for id_, slug in linked.items()
        },
    )


async def quotes_of_cell(
    session: AsyncSession, cell: CellFacts, ids: Collection[int]
) -> dict[int, dict[str, Any]]:
    """Those of these quotes that the cell has: now, or in a version that was public."""
    if not ids:
        return {}
    here = select(Position.id).where(
        Position.negotiation_id == cell.negotiation_id,
        Position.party_id == cell.party_id,
        Position.issue_id == cell.issue_id,
    )
    used = union_all(
        select(PositionQuote.quote_id).where(PositionQuote.position_id.in_(here)),
        select(QuoteUse.quote_id).where(QuoteUse.position_id.in_(here)),
    )
    rows = await session.scalars(select(Quote).where(among(Quote.id, ids), Quote.id.in_(used)))
    return {q.id: {"id": q.id, **row_snapshot(q)} for q in rows}


async def hidden_speakers(session: AsyncSession, document: Mapping[str, Any]) -> list[Speaker]:
    """Those whom only drafts have named so far; somebody else who is about to publish them is waited for."""
    ids = [q["speaker_id"] for q in document["quotes"]]
    hidden = (
        select(Speaker)
        .where(among(Speaker.id, ids), Speaker.public.is_(False))
        .order_by(Speaker.id)
    )
    return list(await session.scalars(hidden.with_for_update()))


async def same_words_elsewhere(
    session: AsyncSession, cell: CellFacts, new: Sequence[Quote]
) -> list[Fault]:
    """Warn of words that another party's position rests on already: a passage is rarely evidence for two."""
    warnings = []
    for quote in new:
        others = await session.scalars(
            select(Party.name)
            .join(Position, Position.party_id == Party.id)
            .join(PositionQuote, PositionQuote.position_id == Position.id)
            .join(Quote, Quote.id == PositionQuote.quote_id)
            .where(
                Quote.source_id == quote.source_id,
                Quote.exact == quote.exact,
                Party.id != cell.party_id,
            )
            .where(Position.status != PositionStatus.RETRACTED)
            .distinct()
        )
        warnings += [
            Fault("/quotes", f"the same words are quoted for {name} too") for name in others
        ]
    return warnings


def as_date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


# --- for whoever reads ------------------------------------------------------------------------------------------------


async def get_version(
    session: AsyncSession,
    at: Moment,
    position_id: int,
    *,
    version: int | None = None,
    drafts: bool = False,
) -> Snapshot:
    """One version as held at a moment, by default the newest of then; a draft only for those who may see drafts."""
    found = list(await list_versions(session, at, position_id, drafts=drafts))
    wanted = found[-1:] if version is None else [v for v in found if v.version == version]
    if not wanted:
        what = (
            f"position {position_id}"
            if version is None
            else f"version {version} of position {position_id}"
        )
        raise NotFound(f"There is no {what}" + (" at that instant." if at.pinned else "."))
    return wanted[0]


async def list_versions(
    session: AsyncSession, at: Moment, position_id: int, *, drafts: bool = False
) -> list[Snapshot]:
    """All versions up to a moment, oldest first; what came before publication only for those who may see drafts."""
    rows = await session.execute(
        select(*REVISION)
        .join(Commit, Commit.seq == Revision.seq)
        .where(
            Revision.kind == "position",
            Revision.object_id == position_id,
            Revision.seq <= at.seq,
            Revision.public | literal(drafts),
        )
        .order_by(Revision.version)
    )
    return [Snapshot(*row) for row in rows if row[-1] is not None]


async def count_changed_since(session: AsyncSession, at: Moment, positions: Collection[int]) -> int:
    """How many of these have been corrected or retracted after a moment."""
    return (
        await session.scalar(
            select(func.count(func.distinct(Revision.object_id))).where(
                Revision.kind == "position",
                among(Revision.object_id, positions),
                Revision.seq > at.seq,
                Revision.action.in_(("corrected", "retracted")),
            )
        )
        or 0
    )


async def draft_authors(session: AsyncSession, position: Position) -> set[str | None]:
    """Everybody who wrote a version of a draft, whole or in part."""
    wrote = (
        select(Commit.by)
        .join(Revision, Revision.seq == Commit.seq)
        .where(
            Revision.kind == "position",
            Revision.object_id == position.id,
            Revision.action.in_(("created", "edited", "imported")),
        )
    )
    return {position.created_by, *await session.scalars(wrote)}


def newest_spells(at: Moment) -> Any:
    """Select, of every position held, the columns of its Snapshot; narrow and order it by Spell."""
    return (
        select(*REVISION)
        .select_from(Spell)
        .join(Revision, and_(Revision.seq == Spell.seq_from, Revision.n == Spell.n))
        .join(Commit, Commit.seq == Spell.seq_from)
        .where(held(Spell, at))
    )


REPEATED_HYPHENS = re.compile(r"(?:-\s*)+(?=-)")
STRAY_HYPHENS = re.compile(r"-(?![\w\"])|(?<=[\"-])-")


def matches(query: str) -> Any:
    """Condition on Holding.words: does it match what somebody typed into a search box?"""
    return Holding.words.op("@@")(search_terms(query))


def search_terms(query: str) -> Any:
    """What somebody typed into a search box as the database asks for it: as written, or by stems of English words."""
    query = unicodedata.normalize("NFKC", query)  # as in the index
    # A hyphen excludes the word or phrase that follows it at once. The database takes any other for an exclusion of an
    # exclusion, and has room for 32 of these.
    query = STRAY_HYPHENS.sub(" ", REPEATED_HYPHENS.sub(" ", query))
    return func.websearch_to_tsquery("simple", query).op("||")(
        func.websearch_to_tsquery("english", query)
    )
