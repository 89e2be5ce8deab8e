"""Answers kept for Idempotency-Keys: that a write was done stays known, what was answered does not."""

from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import ColumnElement, LargeBinary, delete, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.account import OidcTrip
from app.models.idempotency import IdempotencyKey

CHECKING = "POST /api/v1/quotes/check"  # its answers hold passages of texts
GONE = {
    "type": "about:blank",
    "title": "Gone",
    "status": 410,
    "detail": "What this answer held has been redacted.",
}


async def count_answers(session: AsyncSession, uids: Iterable[str], words: Iterable[str]) -> int:
    """Count those that hold the words, or anything that does."""
    held = select(func.count()).where(_holding(uids, words))
    return await session.scalar(held.select_from(IdempotencyKey)) or 0


async def forget_answers(session: AsyncSession, uids: Iterable[str], words: Iterable[str]) -> None:
    """Blank them, so that sending a write again does nothing and tells nothing."""
    checking = IdempotencyKey.address == CHECKING
    await session.execute(delete(IdempotencyKey).where(checking))
    gone: dict[str, Any] = {
        "status": 410, "answer": orjson.dumps(GONE), "headers": {"content-type": "application/problem+json"},
    }  # fmt: skip
    await session.execute(update(IdempotencyKey).where(_holding(uids, words)).values(gone))
    # A sign-in under way keeps the address to go back to, which may carry words into a form.
    await session.execute(update(OidcTrip).values(next=func.split_part(OidcTrip.next, "?", 1)))


def _holding(uids: Iterable[str], words: Iterable[str]) -> ColumnElement[bool]:
    held = [uid.encode() for uid in uids] + [orjson.dumps(said)[1:-1] for said in words if said]
    told = (
        func.unnest(literal(held, ARRAY(LargeBinary)))
        .table_valued("said", name="told")
        .render_derived()
    )
    there = (
        select(literal(1))
        .select_from(told)
        .where(func.position(told.c.said.op("IN")(IdempotencyKey.answer)) > 0)
    )
    return or_(IdempotencyKey.address == CHECKING, there.correlate(IdempotencyKey).exists())
