"""Sending a write again changes nothing: the answer to an Idempotency-Key is kept with what it did, as one."""

import contextlib
import hashlib
from collections.abc import Awaitable, Callable

import orjson
from fastapi import Request, Response
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.queries import Viewer
from app.core.clock import now
from app.core.errors import Conflict, Fault, Invalid
from app.models.idempotency import IdempotencyKey

KEPT_HEADERS = ("location", "etag", "content-type")
LONGEST = 255


async def once(
    request: Request, session: AsyncSession, viewer: Viewer, work: Callable[[], Awaitable[Response]]
) -> Response:
    """Do the work, or answer as the first time when the same user sent the same key and body before.

    Another body or address under the key is 422, a first one still under way 409; refusals are not kept.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return await work()
    if not key or len(key) > LONGEST or not key.isprintable():
        raise Invalid(
            "The Idempotency-Key is not usable.",
            Fault(
                "Idempotency-Key", f"must have 1 to {LONGEST} printable characters", parameter=True
            ),
        )
    lock = int.from_bytes(
        hashlib.sha256(f"{viewer.id} {key}".encode()).digest()[:8], "big", signed=True
    )
    if not await session.scalar(select(func.pg_try_advisory_xact_lock(lock))):
        raise Conflict("A request with this Idempotency-Key is still under way.")
    address = f"{request.method} {request.url.path}"
    body = _hash(await request.body())
    before = await session.get(IdempotencyKey, (viewer.id, key))
    if before is not None:
        if (before.address, before.body_hash) != (address, body):
            raise Invalid(
                "This Idempotency-Key was used for another request.",
                Fault("Idempotency-Key", "was used with another body or address", parameter=True),
            )
        return Response(before.answer, before.status, before.headers)
    answer = await work()
    session.add(
        IdempotencyKey(
            account_id=viewer.id,
            key=key,
            address=address,
            body_hash=body,
            status=answer.status_code,
            headers={name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers},
            answer=bytes(answer.body),
            created_at=now(),
        )
    )
    return answer


def _hash(body: bytes) -> bytes:
    """The same JSON has the same hash, however it is written."""
    with contextlib.suppress(orjson.JSONDecodeError):  # which will be refused, or taken to the byte
        body = orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(body).digest()
