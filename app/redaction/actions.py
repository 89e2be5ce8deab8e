"""Blank what law or a publisher forbids: in live rows, in the log, and in everything derived."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import instant
from app.core.errors import Conflict, Fault, Invalid
from app.db.engine import one_at_a_time
from app.log.entry import Change, remains_hash
from app.log.search_words import search_vector, words_of
from app.log.writer import REDACTION, Log
from app.models.log import QuoteUse, Revision
from app.models.position import Position
from app.models.proposal import Proposal
from app.models.source import Source
from app.models.vocabulary import ProposalState, Rejection
from app.redaction.kept_answers import forget_answers
from app.redaction.stored_copies import revisions_of, touched
from app.redaction.subject import AffectedRecords, Context, Subject
from app.sources.queries import newest_checks

BY = "admin"  # a role; the account is recorded with the version in the log, as for any change
Tombstone = Mapping[str, str]


async def redact(log: Log, subject: Subject, *, reason: str) -> None:
    """Blank the subject wherever the program has stored it, for a public reason.

    Every object touched gets a new version with the action `redacted`, so that mirrors blank it as
    well. Packages of releases that contain it are taken down; responses stored for Idempotency-Keys
    become 410 (`docs/rules.md`, rule 10).

    Raises Conflict if the subject has been redacted already or is being copied by somebody else,
    Invalid if the reason, which is public, repeats what has to go.
    """
    session = log.session
    await one_at_a_time(session, "redaction")
    await session.execute(text("SET LOCAL statement_timeout = 0"))  # a big log is read whole
    before = await touched(session, subject)
    if before.redacted:
        raise Conflict("This was already redacted.")
    if any(said in reason for said in before.words if len(said) > len(REDACTION)):
        raise Invalid(
            "Nothing was redacted.",
            Fault("/reason", "is public, and repeats what is to be removed"),
        )
    # Writers lock a position, then its sources. Once we hold these locks, no transaction can be
    # about to write the words into the log.
    positions = await _locked(session, Position, before.positions)
    sources = await _locked(
        session, Source, {before.source_id, *(c.source_id for c in before.contexts)} - {None}
    )
    proposals = await _locked(session, Proposal, before.proposals)
    session.expire_all()
    found = await touched(session, subject)
    if not found.positions <= before.positions:
        raise Conflict(
            "Somebody has just added this to another position. Nothing was redacted: try again."
        )
    tombstone = {"at": instant(log.now), "reason": reason, "by": BY}
    await _blank(session, subject, found, tombstone)
    await forget_answers(session, found.uids, found.words)
    for row in (*positions, *sources, *proposals):
        await session.refresh(row)
    now = await revisions_of(session, found.positions)
    changed = await _changed(log, found)
    await _derive_words(session, changed)
    for source in sources:
        await _note_source(log, subject, source, found, reason)
    for proposal in proposals:
        await _note_proposal(log, proposal)
    for position in positions:
        _note(log, position, [r for r in now if r.object_id == position.id], reason)
    left = [[r.seq, r.n, remains_hash(_change(r))] for r in changed]
    what = {
        "what": subject.what,
        "number": subject.number,
        "version": subject.version,
        "releases": list(found.releases),
        "left": left,
    }
    number = await session.scalar(select(func.count()).where(Revision.kind == REDACTION)) or 0
    log.add(Change(REDACTION, number + 1, 1, "redacted", what, public=False, reason=reason))


async def _locked(session: AsyncSession, model: Any, ids: Iterable[int | None]) -> Sequence[Any]:
    wanted = select(model).where(model.id.in_(list(ids))).order_by(model.id).with_for_update()
    return (await session.scalars(wanted)).all()


async def _blank(
    session: AsyncSession, subject: Subject, found: AffectedRecords, tombstone: Tombstone
) -> None:
    await _blank_copies(session, found, tombstone)
    for text_id, spans in found.texts.items():
        await _call(session, "redact_passages", tombstone, text_id, [list(span) for span in spans])
    for quote in found.quotes:
        await _call(session, "redact_quote", tombstone, quote)
    for context in found.contexts:
        await _trim(session, context, tombstone)
    match subject.what:
        case "source":
            await _call(session, "redact_source", tombstone, subject.number)
        case "text":
            await _call(session, "redact_text", tombstone, subject.number)
        case "summary":
            for number, version in {r.object_id: r.version for r in found.holders}.items():
                await _call(session, "redact_summary", tombstone, number, version)
        case "reason":
            await _blank_reasons(session, found, tombstone)


async def _blank_copies(
    session: AsyncSession, found: AffectedRecords, tombstone: Tombstone
) -> None:
    """Blank what is taken down as a whole: packages of releases, and proposals."""
    for negotiation, number in found.releases:
        await _call(session, "redact_release", tombstone, negotiation, number)
    for number in found.proposals:
        await _call(session, "redact_proposal", tombstone, number)


async def _blank_reasons(
    session: AsyncSession, found: AffectedRecords, tombstone: Tombstone
) -> None:
    for r in found.holders:
        if r.kind == "position":
            await _call(session, "redact_reason", tombstone, r.object_id, r.version)
        else:
            await _call(session, "redact_entry_reason", tombstone, r.seq, r.n)


async def _trim(session: AsyncSession, context: Context, tombstone: Tombstone) -> None:
    left = (context.prefix, context.suffix)
    if context.seq is None:
        await _call(session, "redact_given", tombstone, context.quote_id, *left)
    else:
        trim = text("SELECT redact_context(:quote, :seq, :prefix, :suffix)")
        values = {
            "quote": context.quote_id,
            "seq": context.seq,
            "prefix": left[0],
            "suffix": left[1],
        }
        await session.execute(trim, values)


async def _call(session: AsyncSession, function: str, tombstone: Tombstone, *key: Any) -> None:
    """Call an SQL function that may blank what was recorded; lists and dicts are sent as JSON."""
    given = [*key, tombstone]
    names = [
        f":p{i}" if not isinstance(v, dict | list) else f"CAST(:p{i} AS jsonb)"
        for i, v in enumerate(given)
    ]
    values = {
        f"p{i}": orjson.dumps(v).decode() if isinstance(v, dict | list) else v
        for i, v in enumerate(given)
    }
    await session.execute(text(f"SELECT {function}({', '.join(names)})"), values)


async def _changed(log: Log, found: AffectedRecords) -> list[Revision]:
    """Return the log entries of which this redaction blanked something."""
    wanted = select(Revision).where(Revision.redacted_at == log.now, Revision.snapshot.is_not(None))
    rows = await log.session.scalars(
        wanted.order_by(Revision.seq, Revision.n).execution_options(populate_existing=True)
    )
    return list(rows)


async def _derive_words(session: AsyncSession, revisions: Sequence[Revision]) -> None:
    """Rebuild the search words of the versions from what is left of them."""
    rows = [
        {"seq": r.seq, "at": r.n, "text": words_of(r.kind, r.snapshot)}
        for r in revisions
        if r.snapshot is not None and r.kind in ("position", "source")
    ]
    derive = select(func.redact_words(bindparam("seq"), bindparam("at"), search_vector("text")))
    for row in rows:
        await session.execute(derive, row)


async def _note_source(
    log: Log,
    subject: Subject,
    source: Source,
    found: AffectedRecords,
    reason: str,
) -> None:
    """Write a version of the source if it was redacted or its public quotes' checks changed."""
    quotes = {c.quote_id for c in found.contexts if c.source_id == source.id and c.seq is not None}
    quotes |= set(found.quotes) if source.id == found.source_id else set()
    public = await log.session.scalars(
        select(QuoteUse.quote_id).where(QuoteUse.quote_id.in_(quotes))
    )
    newest = await newest_checks(log.session, public.all())
    checks = [
        {"quote": quote, "verification": newest[quote].verification} for quote in sorted(newest)
    ]
    itself = subject.what in ("source", "text") and source.id == found.source_id
    if not itself and not checks:
        return
    source.version += 1
    extra = {"checks": checks} if checks else None
    await log.record(source, "redacted", reason=reason, extra=extra)


async def _note_proposal(log: Log, row: Proposal) -> None:
    """Write a version of a blanked proposal, closed if it was waiting."""
    if row.state in (ProposalState.OPEN, ProposalState.PUT_OFF):
        row.state, row.why = ProposalState.REJECTED, Rejection.OTHER
        row.decided_at, row.decided_by = log.now, log.by
    row.version += 1
    await log.record(row, "redacted", public=False, negotiation_id=row.negotiation_id)


def _note(log: Log, position: Position, revisions: Sequence[Revision], reason: str) -> None:
    """Write a version of the position as it now reads."""
    newest = max(revisions, key=lambda r: r.version)
    document = newest.snapshot or {}
    position.summary = document["summary"]
    position.version += 1
    log.add(
        Change(
            "position",
            position.id,
            position.version,
            "redacted",
            {name: value for name, value in document.items() if name != "redacted"},
            public=newest.public,
            reason=reason,
            negotiation_id=position.negotiation_id,
            position=position,
        )
    )


def _change(r: Revision) -> Change:
    return Change(
        r.kind,
        r.object_id,
        r.version,
        r.action,
        r.snapshot or {},
        r.public,
        r.reason,
        recorded_by=r.recorded_by,
    )
