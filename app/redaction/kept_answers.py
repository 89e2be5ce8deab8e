"""Blank responses stored for Idempotency-Keys; that the write was done stays known."""

from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import ColumnElement, LargeBinary, delete, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.account import OidcTrip
from app.models.idempotency import IdempotencyKey

CHECKING = "POST /api/v1/quotes/check"  # its responses contain passages of texts
GONE = {
    "type": "about:blank",
    "title": "Gone",
    "status": 410,
    "detail": "The content of this answer was redacted.",
}


async def count_answers(session: AsyncSession, uids: Iterable[str], words: Iterable[str]) -> int:
    """Count the stored responses that contain the words or the uid of an object that has them."""
    held = select(func.count()).where(_holding(uids, words))
    return await session.scalar(held.select_from(IdempotencyKey)) or 0


async def forget_answers(session: AsyncSession, uids: Iterable[str], words: Iterable[str]) -> None:
    """Blank these responses, so that repeating the request does nothing and reveals nothing."""
    checking = IdempotencyKey.address == CHECKING
    await session.execute(delete(IdempotencyKey).where(checking))
    gone: dict[str, Any] = {
        "status": 410,
        "answer": orjson.dumps(GONE),
        "headers": {"content-type": "application/problem+json"},
    }  # fmt: skip
    await session.execute(update(IdempotencyKey).where(_holding(uids, words)).values(gone))
    # An unfinished OpenID sign-in stores the address to return to; its query may prefill a form
    # with the words.
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
