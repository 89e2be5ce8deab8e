"""Blanking what law or a publisher forbids: in live rows, in the log, and in whatever was made of them."""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import bindparam, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import instant
from app.core.database import one_at_a_time
from app.core.errors import Conflict
from app.history.entry import Change, remains_hash
from app.history.record import INDEXED_CHARACTERS, REDACTION, Log
from app.models.idempotency import IdempotencyKey
from app.models.log import Holding, Revision
from app.models.position import Position
from app.models.source import Source
from app.positions.actions import words as position_words
from app.redaction.queries import Subject, find_releases, touched
from app.sources.actions import source_words

BY = "admin"  # a role; who it was stands with the version in the log, as with any other
FUNCTIONS = {
    "quote": "redact_quote(:number, :tombstone)",
    "source": "redact_source(:number, :tombstone)",
    "text": "redact_text(:number, :tombstone)",
    "summary": "redact_summary(:number, :version, :tombstone)",
    "reason": "redact_reason(:number, :version, :tombstone)",
}
GONE = {"type": "about:blank", "title": "Gone", "status": 410, "detail": "What this answer held has been redacted."}


async def redact(session: AsyncSession, log: Log, subject: Subject, *, reason: str) -> None:
    """Blank the subject wherever it stands, for a public reason; Conflict where nothing is left of it.

    Every object touched gets a new version with the action `redacted`, so that mirrors blank it as well. Packages of
    releases that hold it are taken down, answers kept for Idempotency-Keys become 410.
    """
    await one_at_a_time(session, "redaction")
    await session.execute(text("SET LOCAL statement_timeout = 0"))  # a big log is read whole
    found = await touched(session, subject)
    if found.redacted:
        raise Conflict("This has been redacted already.")
    tombstone = {"at": instant(log.now), "reason": reason, "by": BY}
    # Whoever writes a position holds it, then its sources: after this no words are on their way into the log any more.
    positions = await _locked(session, Position, {r.object_id for r in found.revisions if r.kind == "position"})
    sources = await _locked(session, Source, {found.source_id} - {None})
    session.expire_all()
    releases = await find_releases(session, subject, found)
    for release in releases:
        await _run(session, "redact_release(:number, :version, :tombstone)", release, tombstone)
    await _run(session, FUNCTIONS[subject.what], (subject.number, subject.version), tombstone)
    await _forget_answers(session, found.words)
    for row in (*positions, *sources):
        await session.refresh(row)
    now = await touched(session, subject)
    if {r.object_id for r in now.revisions} - {r.object_id for r in found.revisions}:
        raise Conflict("Somebody has just put this into another position. Nothing was redacted: try again.")
    await _derive_words(session, now.revisions)
    for source in sources if subject.what in ("source", "text") else ():
        source.version += 1
        await log.record("source", source, "redacted", reason=reason, words=source_words(source))
    for position in positions:
        _note(log, position, now.revisions, reason)
    blanked = [r for r in now.revisions if r.redacted_at is not None and r.snapshot is not None]
    left = [[r.seq, r.n, remains_hash(_change(r))] for r in blanked]
    what = {"what": subject.what, "number": subject.number, "version": subject.version, "releases": releases}
    number = await session.scalar(select(func.count()).where(Revision.kind == REDACTION)) or 0
    log.add(Change(REDACTION, number + 1, 1, "redacted", {**what, "left": left}, public=False, reason=reason))


async def _locked(session: AsyncSession, model: Any, ids: set[Any]) -> Sequence[Any]:
    wanted = select(model).where(model.id.in_(ids)).order_by(model.id).with_for_update()
    return (await session.scalars(wanted)).all() if ids else []


async def _run(session: AsyncSession, function: str, key: tuple[int, int | None], tombstone: dict[str, str]) -> None:
    values = {"number": key[0], "tombstone": orjson.dumps(tombstone).decode()}
    if ":version" in function:
        values["version"] = key[1]
    await session.execute(text(f"SELECT {function.replace(':tombstone', 'CAST(:tombstone AS jsonb)')}"), values)


async def _forget_answers(session: AsyncSession, words: Sequence[str]) -> None:
    """Keep that a write was done, so that sending it again does nothing, but not what was answered."""
    await session.execute(delete(IdempotencyKey).where(IdempotencyKey.address == "POST /api/v1/quotes/check"))
    blank = text(
        "UPDATE idempotency_key SET status = 410, answer = :gone, headers = CAST(:headers AS jsonb) "
        "WHERE position(:said IN answer) > 0"
    )
    headers = orjson.dumps({"content-type": "application/problem+json"}).decode()
    for said in words:
        values = {"gone": orjson.dumps(GONE), "headers": headers, "said": orjson.dumps(said)[1:-1]}
        await session.execute(blank, values)


async def _derive_words(session: AsyncSession, revisions: Sequence[Revision]) -> None:
    """Let searches find the versions by what is left of them."""
    rows = [
        {"seq": r.seq, "at": r.n, "text": _words(r.kind, r.snapshot)[:INDEXED_CHARACTERS]}
        for r in revisions
        if r.snapshot is not None and r.redacted_at is not None
    ]
    vector = func.to_tsvector("simple", bindparam("text")).op("||")(func.to_tsvector("english", bindparam("text")))
    of_revision = (Holding.seq_from == bindparam("seq"), Holding.n == bindparam("at"))
    if rows:
        connection = await session.connection()
        await connection.execute(update(Holding).where(*of_revision).values(words=vector), rows)


def _words(kind: str, snapshot: dict[str, Any]) -> str:
    if kind == "position":
        return position_words(snapshot)
    return source_words(Source(**{n: snapshot[n] for n in ("title", "publisher", "author", "url", "reference")}))


def _note(log: Log, position: Position, revisions: Sequence[Revision], reason: str) -> None:
    """Write a version of the position as it now stands."""
    newest = max((r for r in revisions if r.object_id == position.id), key=lambda r: r.version)
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
            words=position_words(document),
            position=position,
        )
    )


def _change(r: Revision) -> Change:
    return Change(
        r.kind, r.object_id, r.version, r.action, r.snapshot or {}, r.public, r.reason, recorded_by=r.recorded_by
    )
