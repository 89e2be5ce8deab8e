"""What the API's addresses share: which times an answer is for, one object, a page of a list, what may be changed."""

from collections.abc import Mapping
from typing import Annotated, Any, Protocol
from urllib.parse import urlencode

from fastapi import Query
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from app.core.clock import instant
from app.core.input_models import KnownAt
from app.http.conditional import require_match, version_etag
from app.http.responses import answer
from app.log.listing import ListQuery, Page
from app.log.reader import Moment, moment

Known = Annotated[KnownAt, Query()]
Walk = Annotated[ListQuery, Query()]


class Versioned(Protocol):
    @property
    def version(self) -> int: ...


async def newest_moment(request: Request, session: AsyncSession, row: Versioned) -> Moment:
    """The newest moment, where If-Match names the version of a row that the caller has locked; else 428 or 412."""
    at = await moment(session, drafts=True)
    require_match(request, version=row.version, epoch=at.epoch)
    return at


def times(at: Moment, **more: Any) -> dict[str, Any]:
    """Which times an answer was given for, and the number of the log's entry that was the newest then."""
    return {**more, "known_at": instant(at.at), "revision": at.seq}


def answer_one(
    request: Request,
    at: Moment,
    object_: Versioned,
    data: object,
    *,
    status: int = 200,
    address: str = "",
    meta: Mapping[str, Any] | None = None,
    **beside: Any,
) -> Response:
    """Answer with one object; its ETag names its version, and 201 says at which `address` below /api/v1 it is."""
    etag = version_etag(object_.version, at.seq, at.epoch, at.redactions)
    made = answer(request, data, {**times(at), **(meta or {})}, status, etag, **beside)
    if status == 201:
        made.headers["Location"] = f"/api/v1{address}"
    return made


def answer_page(request: Request, page: Page, data: list[Any]) -> Response:
    """Answer with a page of a list, and where the next is."""
    return answer(
        request, data, times(page.at, next=page.next), links=next_link(request, page.next)
    )


def next_link(
    request: Request, cursor: str | None, name: str = "cursor", **pins: str
) -> dict[str, str] | None:
    """The address of the next page: this one, with the cursor (and what else is pinned) in it."""
    if cursor is None:
        return None
    said = {**pins, name: cursor}
    kept = [(k, v) for k, v in request.query_params.multi_items() if k not in said]
    return {"next": f"{request.url.path}?{urlencode([*kept, *said.items()])}"}
