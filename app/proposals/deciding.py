"""Decide about proposals: accept, reject or put off; the ordinary actions do the writing.

What is the same is decided together. See docs/decisions/0060.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.queries import Viewer
from app.core.errors import Conflict, Invalid, NotFound, StaleVersion, invalid
from app.db.engine import among, one_at_a_time
from app.log.writer import Log, writing
from app.models.position import Position
from app.models.proposal import Proposal, ProposedText
from app.models.source import Source
from app.models.vocabulary import PositionStatus, ProposalKind, ProposalState, Rejection
from app.negotiations.queries import get_negotiation, get_negotiation_by_id
from app.positions import actions as positions
from app.positions import review_submissions
from app.positions.merge_patch import merge
from app.positions.queries import get_position
from app.proposals.checks import content, newest_view, only_content, patch_with
from app.proposals.mending import stamp
from app.proposals.queries import WAITING, lock_group, texts_of
from app.proposals.schemas import ProposedPosition
from app.sources.actions import add_source
from app.sources.queries import find_source_at
from app.sources.urls import same_document_key


@dataclass(frozen=True, slots=True)
class Decider:
    """Who decides, and when."""

    name: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Made:
    """What accepting has made, and what the editor had changed before."""

    position: tuple[int, int] | None = None  # id and version
    source: int | None = None
    mended: Sequence[str] = field(default_factory=tuple)


async def accept(session: AsyncSession, by: Decider, number: int, *, seen: int) -> Made:
    """Accept a proposal as it is; `seen` is its version that the editor has read.

    A position becomes public, or a draft submitted for review where that is required. Raise
    Invalid with the faults of what can no longer be saved as it is.
    """
    rows = await _waiting(session, number, seen)
    first = rows[0]
    async with writing(session, by=by.name, now=by.now) as log:
        log.proposed = stamp(first, by.name, ())
        made = await _make(log, first)
        await _close(log, rows, made)
    return made


async def close_mended(session: AsyncSession, by: Decider, number: int, made: Made) -> None:
    """Record that an editor has saved a proposal with changes, by the form for positions."""
    rows = await lock_group(session, number)
    if rows[0].state not in WAITING:
        return  # the form was sent twice
    async with writing(session, by=by.name, now=by.now) as log:
        await _close(log, rows, made)


async def reject(
    session: AsyncSession, by: Decider, number: int, *, seen: int, why: str, reason: str = ""
) -> None:
    """Reject a proposal for one of the usual reasons, in words where it is another one."""
    if why not in list(Rejection):
        raise invalid("/why", "choose why")
    if why == Rejection.OTHER and not reason.strip():
        raise invalid("/reason", "say why in a few words")
    rows = await _waiting(session, number, seen)
    values = {"state": ProposalState.REJECTED, "why": why, "reason": reason.strip()[:5_000] or None}
    async with writing(session, by=by.name, now=by.now) as log:
        await _decide(log, rows, "rejected", values)
        await _forget_texts(session, rows)


async def put_off(session: AsyncSession, by: Decider, number: int, *, seen: int) -> None:
    """Leave a proposal for later; it goes to the end of the inbox."""
    rows = await _waiting(session, number, seen)
    async with writing(session, by=by.name, now=by.now) as log:
        await _decide(log, rows, "put_off", {"state": ProposalState.PUT_OFF})


async def reopen(session: AsyncSession, by: Decider, number: int, *, seen: int) -> None:
    """Take back that a proposal was rejected or put off; raise Conflict for any other.

    The text of a rejected source is gone, so that a proposal that brought one cannot come back.
    """
    rows = await lock_group(session, number)
    _require_seen(rows, seen)
    if rows[0].state == ProposalState.ACCEPTED:
        raise Conflict("It was accepted: correct or retract what it has made.")
    if rows[0].state == ProposalState.WITHDRAWN:
        raise Conflict("It was withdrawn: whoever proposed it may propose it again.")
    if rows[0].redacted or (
        rows[0].state == ProposalState.REJECTED and "source" in (rows[0].request or {})
    ):
        raise Conflict("Its text is no longer kept: it has to be proposed again.")
    values = {"state": ProposalState.OPEN, "why": None, "reason": None}
    async with writing(session, by=by.name, now=by.now) as log:
        await _decide(log, rows, "reopened", values)


async def withdraw(
    session: AsyncSession, viewer: Viewer, number: int, *, reason: str, now: datetime
) -> None:
    """Withdraw one's own proposal; those of others that are the same go on waiting.

    Raise NotFound for a proposal of another account, and Conflict if it is decided already.
    """
    # What would join this one now waits, and then begins anew.
    await one_at_a_time(session, "proposals")
    rows = await lock_group(session, number)
    own = next((row for row in rows if row.id == number), None)
    if own is None or own.account_id != viewer.id:
        raise NotFound(f"There is no proposal {number}.")
    if own.state not in WAITING:
        raise Conflict(f"It was {own.state} by {own.decided_by or 'somebody'} already.")
    rest = [row for row in rows if row is not own]
    values = {"state": ProposalState.WITHDRAWN, "same_as_id": None, "reason": reason or None}
    async with writing(session, by=viewer.name, now=now) as log:
        if rest and own is rows[0]:
            await _hand_on(log, own, rest)
        await _decide(log, [own], "withdrawn", values)
        await _forget_texts(session, [own])


async def _hand_on(log: Log, own: Proposal, rest: Sequence[Proposal]) -> None:
    """Let the next of those that are the same decide about them, with the text that they share."""
    first = rest[0]
    for row in rest:
        row.same_as_id = None if row is first else first.id
        row.version += 1
        await log.record(row, "handed_on", public=False, negotiation_id=row.negotiation_id)
    text = (await texts_of(log.session, [own.id])).get(own.id)
    if text is not None:
        log.session.add(ProposedText(proposal_id=first.id, text=text))
        await log.session.flush()


async def save_source(session: AsyncSession, by: Decider, number: int, *, seen: int) -> int:
    """Save the source that a position brings along, so that the position can be mended."""
    rows = await _waiting(session, number, seen)
    async with writing(session, by=by.name, now=by.now) as log:
        source = await _source_of(log, rows[0])
        if source is None:
            raise Conflict("It brings no source along.")
        for row in rows:
            request = dict(row.request or {})
            request.pop("source", None)
            kind = row.kind
            held = dict(request[kind])
            inner = held if kind == ProposalKind.POSITION else dict(held["changes"])
            inner |= patch_with(inner, source.id)
            request[kind] = inner if kind == ProposalKind.POSITION else held | {"changes": inner}
            row.request = request
            row.source_ids = sorted({*row.source_ids, source.id})
        await _decide(log, rows, "source_saved", {"source_id": source.id})
        await _forget_texts(session, rows)
    return source.id


async def _waiting(session: AsyncSession, number: int, seen: int) -> list[Proposal]:
    """Lock a proposal with those that are the same; raise Conflict if it is decided."""
    rows = await lock_group(session, number)
    if rows[0].state not in WAITING:
        raise Conflict(f"It was {rows[0].state} by {rows[0].decided_by or 'somebody'} meanwhile.")
    _require_seen(rows, seen)
    return rows


def _require_seen(rows: Sequence[Proposal], seen: int) -> None:
    if rows[0].version != seen:
        raise StaleVersion("It was changed in the meantime: look at it again.")


async def _make(log: Log, row: Proposal) -> Made:
    if row.request is None:
        raise Conflict("It was redacted.")
    source = await _source_of(log, row)
    if row.kind == ProposalKind.SOURCE:
        return Made(source=source.id if source else None)
    if row.kind == ProposalKind.CORRECTION:
        position = await _correct(log, row, source)
    else:
        position = await _state(log, row, source)
    return Made((position.id, position.version), source.id if source else None)


async def _state(log: Log, row: Proposal, source: Source | None) -> Position:
    wanted = ProposedPosition.model_validate((row.request or {})["position"])
    negotiation = await get_negotiation(log.session, wanted.negotiation)
    position, _ = await positions.state(
        log,
        negotiation=negotiation,
        party=wanted.party,
        issue=wanted.issue,
        wanted=content(wanted, source.id if source else None),
    )
    if negotiation.review and position.status == PositionStatus.DRAFT:
        await review_submissions.submit(
            log.session, negotiation=negotiation, position=position, by=log.by or "", now=log.now
        )
    return position


async def _correct(log: Log, row: Proposal, source: Source | None) -> Position:
    session, request = log.session, (row.request or {})["correction"]
    position = await get_position(session, row.position_id or 0, lock=True)
    if position.version != row.position_version:
        raise StaleVersion("The position was changed since this was proposed: mend it instead.")
    if position.status != PositionStatus.PUBLISHED:
        raise Conflict("The position is no longer published.")
    view = await newest_view(session, position)
    patch = merge(view, patch_with(request["changes"], source.id if source else None))
    await positions.correct(
        log,
        negotiation=await get_negotiation_by_id(session, position.negotiation_id),
        position=position,
        wanted=only_content(patch),
        status=PositionStatus(position.status),
        reason=request["reason"],
    )
    if position.version == row.position_version:
        raise Conflict("The position says this already: reject it as known.")
    return position


async def _source_of(log: Log, row: Proposal) -> Source | None:
    """Save the source that a proposal brings along, or find it if somebody has saved it since."""
    fields = dict((row.request or {}).get("source") or {})
    if not fields:
        return None
    fields.pop("text_length", None)
    if fields.get("url"):
        there = await find_source_at(log.session, same_document_key(fields["url"]))
        if there is not None and row.kind != ProposalKind.SOURCE:
            return there
    text = (await texts_of(log.session, [row.id])).get(row.id)
    if text is None:
        raise Invalid("The text of the source is no longer there.")
    return await add_source(log, text=text, **fields)


async def _close(log: Log, rows: Sequence[Proposal], made: Made) -> None:
    values: dict[str, Any] = {"state": ProposalState.ACCEPTED, "mended": list(made.mended)}
    if made.position:
        values |= {"position_id": made.position[0], "position_version": made.position[1]}
    if made.source:
        values["source_id"] = made.source
    await _decide(log, rows, "accepted", values)
    await _forget_texts(log.session, rows)


async def _decide(
    log: Log, rows: Sequence[Proposal], action: str, values: Mapping[str, Any]
) -> None:
    """Write a decision into a proposal and those that are the same, each with its own entry."""
    for row in rows:
        for name, value in values.items():
            setattr(row, name, value)
        row.decided_at, row.decided_by = log.now, log.by
        row.version += 1
        await log.record(row, action, public=False, negotiation_id=row.negotiation_id)


async def _forget_texts(session: AsyncSession, rows: Sequence[Proposal]) -> None:
    await session.execute(
        delete(ProposedText).where(among(ProposedText.proposal_id, (r.id for r in rows)))
    )
