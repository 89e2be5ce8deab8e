"""Page through the objects of a kind by id, as known at the time of the first page."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import bad_parameter
from app.core.input_models import KnownAt
from app.http.pagination import read_cursor, write_cursor
from app.log.reader import Moment, Snapshot, moment, moment_of, select_held
from app.models.log import ObjectPeriod


class ListQuery(KnownAt):
    """The query parameters of a list."""

    limit: Annotated[int, Field(ge=1, le=500, description="Maximum number of results.")] = 100
    cursor: Annotated[str | None, Field(max_length=500, description="From `meta.next`.")] = None


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of objects as known at a moment, with the cursor of the next page or None."""

    at: Moment
    rows: list[Snapshot]
    next: str | None


async def list_objects(
    session: AsyncSession, query: ListQuery, kind: str, *conditions: Any, purpose: str | None = None
) -> ListPage:
    """Return a page of the public objects of a kind that match the conditions on ObjectPeriod.

    `purpose` ties cursors to one list, by default to that of the kind; raise Invalid for a cursor
    of another list.
    """
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
        .where(
            ObjectPeriod.kind == kind,
            ObjectPeriod.public,
            ObjectPeriod.object_id > after,
            *conditions,
        )
        .limit(query.limit + 1)
    )
    rows = [Snapshot(*row) for row in await session.execute(wanted)]
    shown = [s for s in rows[: query.limit] if s.data is not None]
    more = (
        write_cursor(purpose or kind, at.epoch, at.seq, rows[query.limit - 1].id)
        if len(rows) > query.limit
        else None
    )
    return ListPage(at, shown, more)
