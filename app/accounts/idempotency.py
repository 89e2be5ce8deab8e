"""Make writes idempotent: the response to an Idempotency-Key is saved together with its effect."""

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


def is_last(request: Request) -> bool:
    """Tell whether `once` writes nothing after the work: its answer is not to be repeated."""
    return "Idempotency-Key" not in request.headers


async def once(
    request: Request, session: AsyncSession, viewer: Viewer, work: Callable[[], Awaitable[Response]]
) -> Response:
    """Do the work, or repeat the first response to the same user, key and body.

    Another body or URL with the key is 422, and a first request still running is 409; responses to
    refused requests are not saved.
    """
    if is_last(request):
        return await work()
    key = request.headers["Idempotency-Key"]
    if not key or len(key) > LONGEST or not key.isprintable():
        raise Invalid(
            "The Idempotency-Key is not valid.",
            Fault(
                "Idempotency-Key", f"must have 1 to {LONGEST} printable characters", parameter=True
            ),
        )
    lock = int.from_bytes(
        hashlib.sha256(f"{viewer.id} {key}".encode()).digest()[:8], "big", signed=True
    )
    if not await session.scalar(select(func.pg_try_advisory_xact_lock(lock))):
        raise Conflict("A request with this Idempotency-Key is still being processed.")
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
    """Hash a body; equal JSON has an equal hash, whatever its formatting."""
    # it will be refused, or is compared byte for byte
    with contextlib.suppress(orjson.JSONDecodeError):
        body = orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(body).digest()
