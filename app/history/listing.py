"""Walking all objects of a kind by their numbers, as held at the instant of the first page."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from app.core.clock import instant
from app.core.errors import bad_parameter
from app.core.forms import Instant, Query
from app.core.paging import read_cursor, write_cursor
from app.core.responses import answer
from app.history.read import Moment, Snapshot, moment, moment_of, select_held
from app.models.log import Holding


class ListQuery(Query):
    limit: Annotated[int, Field(ge=1, le=500)] = 100
    cursor: Annotated[str | None, Field(max_length=500, description="From `meta.next`.")] = None
    known_at: Annotated[Instant | None, Field(description="What the database held at this instant.")] = None


@dataclass(frozen=True, slots=True)
class Page:
    at: Moment
    rows: list[Snapshot]
    next: str | None


async def list_objects(
    session: AsyncSession, query: ListQuery, kind: str, *conditions: Any, purpose: str | None = None
) -> Page:
    """One page of the public objects of a kind that fit the conditions on Holding."""
    at = await moment(session, query.known_at)
    after = 0
    if query.cursor:
        match read_cursor(query.cursor, purpose or kind, at.epoch):
            case [int(seq), int(after)]:
                at = await moment_of(session, seq, at.epoch)
            case _:
                raise bad_parameter("cursor", "is not a cursor of this server")
    wanted = (
        select_held(at)
        .where(Holding.kind == kind, Holding.public, Holding.object_id > after, *conditions)
        .limit(query.limit + 1)
    )
    rows = [Snapshot(*row) for row in await session.execute(wanted)]
    shown = [s for s in rows[: query.limit] if s.data is not None]
    more = (
        write_cursor(purpose or kind, at.epoch, at.seq, rows[query.limit - 1].id) if len(rows) > query.limit else None
    )
    return Page(at, shown, more)


def answer_page(request: Request, page: Page, data: list[Any]) -> Response:
    """Answer with a page of a list, and where the next is."""
    meta = {"next": page.next, "known_at": instant(page.at.at), "revision": page.at.seq}
    return answer(request, data, meta, links=next_link(request, page.next))


def next_link(request: Request, cursor: str | None) -> dict[str, str] | None:
    if cursor is None:
        return None
    kept = [(k, v) for k, v in request.query_params.multi_items() if k != "cursor"]
    return {"next": f"{request.url.path}?{urlencode([*kept, ('cursor', cursor)])}"}
