"""Check what is proposed by the code that checks an editor's work, and undo what that writes."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.queries import Viewer
from app.core.errors import DomainError, Fault, Invalid, NotFound, invalid
from app.db.engine import among
from app.log.reader import moment
from app.log.writer import Log
from app.models.negotiation import Negotiation, Speaker
from app.models.position import Position
from app.models.source import Source
from app.models.vocabulary import PositionStatus, ProposalKind
from app.negotiations.queries import get_negotiation, get_negotiation_by_id
from app.positions.actions import Examined, examine
from app.positions.merge_patch import merge
from app.positions.presenter import views
from app.positions.queries import get_position, get_version
from app.positions.schemas import NewQuote, PositionContent
from app.positions.views import PositionView
from app.proposals import fingerprint
from app.proposals.hints import Heard, hints
from app.proposals.schemas import ProposalInput, ProposedCorrection, ProposedPosition
from app.sources.actions import add_source

HEAD = 400  # characters of a text: its headline and by-line


@dataclass(frozen=True, slots=True)
class Checked:
    """What a proposal is about, as far as it could be saved, and what a second look is worth."""

    negotiation_id: int | None
    party_id: int | None
    issue_id: int | None
    source_ids: list[int]
    fingerprint: str
    warnings: list[Fault]
    position: Position | None = None  # the one that is to be corrected


@dataclass(frozen=True, slots=True)
class Checking:
    """Who proposes and when; proposals that are sent together share what texts say."""

    viewer: Viewer
    now: datetime
    heard: Heard = field(default_factory=dict)


@asynccontextmanager
async def undone(session: AsyncSession) -> AsyncIterator[None]:
    """Undo at its end whatever the block has written."""
    savepoint = await session.begin_nested()
    try:
        yield
    finally:
        await savepoint.rollback()


async def check(session: AsyncSession, by: Checking, sent: ProposalInput) -> Checked:
    """Check a proposal as if its proposer saved it now; raise what an editor would be told."""
    async with undone(session):
        log = Log(session, by.viewer.name, by.now)
        fixed = await _with_source(log, sent)
        if sent.kind == ProposalKind.SOURCE:
            return await _source(session, sent)
        if sent.correction is not None:
            return await _correction(log, by, sent.correction, fixed)
        if sent.position is None:
            raise RuntimeError("the model lets nothing else pass")
        return await _position(log, by, sent.position, fixed)


def content(position: ProposedPosition, source_id: int | None) -> PositionContent:
    """Return the content of a proposed position, its quotes taken from `source_id` by default."""
    given = {
        n: getattr(position, n)
        for n in PositionContent.model_fields
        if n in position.model_fields_set and n != "quotes"
    }
    quotes = [
        NewQuote.model_validate(
            {n: getattr(q, n) for n in q.model_fields_set} | _from(q.source_id, source_id)
        )
        for q in position.quotes
    ]
    return PositionContent(**given, quotes=quotes)


def _from(named: int | None, brought: int | None) -> dict[str, int | None]:
    return {"source_id": brought if named is None else named}


def patch_with(changes: Mapping[str, Any], source_id: int | None) -> dict[str, Any]:
    """Return the changes of a correction, with new quotes taken from `source_id` by default."""
    quotes = changes.get("quotes")
    if source_id is None or not isinstance(quotes, list):
        return dict(changes)
    return {
        **changes,
        "quotes": [
            {"source_id": source_id, **q} if isinstance(q, dict) and "id" not in q else q
            for q in quotes
        ],
    }


def only_content(patch: PositionContent) -> PositionContent:
    """Return the fields of a version that were sent, and no others."""
    return PositionContent(
        **{
            n: getattr(patch, n)
            for n in PositionContent.model_fields
            if n in patch.model_fields_set
        }
    )


async def _with_source(log: Log, sent: ProposalInput) -> Source | None:
    """Save the source that is proposed, for as long as the check lasts."""
    if sent.source is None:
        return None
    with below("/source"):
        return await add_source(log, **sent.source.model_dump())


async def _source(session: AsyncSession, sent: ProposalInput) -> Checked:
    source = sent.source
    if source is None:
        raise RuntimeError("the model lets nothing else pass")
    negotiation = None
    if sent.negotiation is not None:
        negotiation = await _negotiation(session, sent.negotiation, "/negotiation")
    return Checked(
        negotiation_id=negotiation.id if negotiation else None,
        party_id=None,
        issue_id=None,
        source_ids=[],
        fingerprint=fingerprint.of_source(source),
        warnings=[],
    )


async def _negotiation(session: AsyncSession, slug: str, pointer: str) -> Negotiation:
    try:
        return await get_negotiation(session, slug)
    except NotFound:
        raise invalid(pointer, f"there is no negotiation {slug!r}") from None


async def _position(
    log: Log, by: Checking, wanted: ProposedPosition, source: Source | None
) -> Checked:
    with below("/position"):
        negotiation = await _negotiation(log.session, wanted.negotiation, "/negotiation")
        _require_sources(wanted, source)
        found = await examine(
            log,
            negotiation=negotiation,
            cell=(wanted.party, wanted.issue),
            wanted=content(wanted, source.id if source else None),
        )
        await _hide_speakers(log, by.viewer, found)
    _require_use(found, source)
    return await _checked(log, by, found, source)


def _require_sources(wanted: ProposedPosition, source: Source | None) -> None:
    faults = [
        Fault(f"/quotes/{n}/source_id", "is required, unless a source is proposed along")
        for n, quote in enumerate(wanted.quotes)
        if quote.source_id is None and source is None
    ]
    if faults:
        raise Invalid("The position was not saved.", *faults)


async def _correction(
    log: Log, by: Checking, wanted: ProposedCorrection, source: Source | None
) -> Checked:
    session = log.session
    with below("/correction"):
        position = await _correctable(session, by.viewer, wanted)
        view = await newest_view(session, position)
    with below("/correction/changes"):
        patch = merge(view, patch_with(wanted.changes, source.id if source else None))
        if patch.status or patch.reason:
            name = "status" if patch.status else "reason"
            raise invalid(f"/{name}", "is no part of the changes")
        negotiation = await get_negotiation_by_id(session, position.negotiation_id)
        found = await examine(
            log,
            negotiation=negotiation,
            cell=(position.party_id, position.issue_id),
            wanted=only_content(patch),
            position=position,
        )
        await _hide_speakers(log, by.viewer, found)
        if not found.changes:
            raise invalid("", "change nothing: the position says this already")
    _require_use(found, source)
    checked = await _checked(log, by, found, source, position.id)
    return replace(checked, position=position)


async def _correctable(
    session: AsyncSession, viewer: Viewer, wanted: ProposedCorrection
) -> Position:
    """Return the position to be corrected; for whoever is no editor drafts do not exist."""
    try:
        position = await get_position(session, wanted.position)
        if position.first_published_at is None and not viewer.may_edit:
            raise NotFound("")
    except NotFound:
        raise invalid("/position", f"there is no position {wanted.position}") from None
    if position.status != PositionStatus.PUBLISHED:
        raise invalid("/position", "is not published: only that can be corrected")
    if position.version != wanted.version:
        raise invalid("/version", f"is not the newest one, which is {position.version}")
    return position


async def newest_view(session: AsyncSession, position: Position) -> PositionView:
    """Return the newest version of a position as readers see it."""
    at = await moment(session, drafts=True)
    version = await get_version(session, at, position.id, drafts=True)
    [view] = await views(session, at, [version])
    return view


@contextmanager
def below(pointer: str) -> Iterator[None]:
    """Put a pointer before those of the faults that a block raises."""
    try:
        yield
    except DomainError as error:
        error.faults = tuple(replace(f, where=f"{pointer}{f.where}") for f in error.faults)
        raise


async def _hide_speakers(log: Log, viewer: Viewer, found: Examined) -> None:
    """Refuse speakers whom only drafts name so far, where the proposer may not know of drafts."""
    if viewer.may_edit:
        return
    named = {q.speaker_id: n for n, (q, _) in enumerate(found.new) if q.speaker_id}
    added = {change.object_id for change in log.changes if change.kind == "speaker"}
    hidden = await log.session.scalars(
        select(Speaker).where(among(Speaker.id, named), Speaker.public.is_(False))
    )
    faults = [
        Fault(f"/quotes/{named[s.id]}/speaker", f"there is no speaker {s.name or s.office!r}")
        for s in hidden
        if s.id not in added
    ]
    if faults:
        raise Invalid("The position was not saved.", *faults)


def _require_use(found: Examined, source: Source | None) -> None:
    """Refuse a source from which no quote is taken: an editor would save it unseen."""
    if source and all(q["source_id"] != source.id for q in found.document["quotes"]):
        raise invalid("/source", "has no quote that is taken from it: propose it by itself")


async def _checked(
    log: Log, by: Checking, found: Examined, source: Source | None, corrected: int | None = None
) -> Checked:
    document = found.document
    own = source.id if source else None
    return Checked(
        negotiation_id=document["negotiation_id"],
        party_id=document["party_id"],
        issue_id=document["issue_id"],
        source_ids=sorted({q["source_id"] for q in document["quotes"]} - {own}),
        fingerprint=await fingerprint.of_position(log.session, document, source, corrected),
        warnings=await hints(log, found, by.heard),
    )
