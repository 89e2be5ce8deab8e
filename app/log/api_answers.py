"""Share what the API's responses have in common: times, ETags, links and preconditions."""

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
from app.log.listing import ListPage, ListQuery
from app.log.reader import Moment, moment

Known = Annotated[KnownAt, Query()]
Walk = Annotated[ListQuery, Query()]


class Versioned(Protocol):
    """Anything with a version number: a live row or a snapshot."""

    @property
    def version(self) -> int:
        """The number of the version."""
        ...


async def newest_moment(request: Request, session: AsyncSession, row: Versioned) -> Moment:
    """Return the newest moment if the request's If-Match names the row's version.

    The caller has locked the row. Otherwise the response is 428 (no If-Match) or 412 (another
    version): docs/rules.md, rule 8.
    """
    at = await moment(session, drafts=True)
    require_match(request, version=row.version, epoch=at.epoch)
    return at


def times(at: Moment, **more: Any) -> dict[str, Any]:
    """Return the response's `meta`: `known_at` and `revision`, the newest commit at that time."""
    return {**more, "known_at": instant(at.at), "revision": at.seq}


def answer_one(
    request: Request,
    at: Moment,
    object_: Versioned,
    data: object,
    *,
    meta: Mapping[str, Any] | None = None,
    **beside: Any,
) -> Response:
    """Respond with one object; its ETag names its version."""
    etag = version_etag(object_.version, at.seq, at.epoch, at.redactions)
    return answer(request, data, {**times(at), **(meta or {})}, etag=etag, **beside)


def created(response: Response, address: str) -> Response:
    """Turn a response with a new object into 201, with its address below /api/v1."""
    response.status_code = 201
    response.headers["Location"] = f"/api/v1{address}"
    return response


def answer_page(request: Request, page: ListPage, data: list[Any]) -> Response:
    """Respond with a page of a list, and a link to the next one."""
    return answer(
        request, data, times(page.at, next=page.next), links=next_link(request, page.next)
    )


def next_link(
    request: Request, cursor: str | None, name: str = "cursor", **pins: str
) -> dict[str, str] | None:
    """Return the link to the next page: this URL with the cursor and the `pins` in its query."""
    if cursor is None:
        return None
    said = {**pins, name: cursor}
    kept = [(k, v) for k, v in request.query_params.multi_items() if k not in said]
    return {"next": f"{request.url.path}?{urlencode([*kept, *said.items()])}"}
