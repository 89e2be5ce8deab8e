"""The feed of changes as JSON."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from app.core.bodies import JsonRoute
from app.core.clock import instant
from app.core.database import Session
from app.core.forms import Instant
from app.core.forms import Query as QueryInput
from app.core.responses import answer
from app.feeds.changes import list_changes
from app.history.read import moment

router = APIRouter(prefix="/api/v1", route_class=JsonRoute, tags=["changes"])


class ChangesQuery(QueryInput):
    after: Annotated[
        str | None, Field(max_length=500, description="The `cursor` of the last entry that is known already.")
    ] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100
    known_at: Annotated[Instant | None, Field(description="Nothing that was recorded after this instant.")] = None


@router.get("/changes")
async def follow(request: Request, session: Session, query: Annotated[ChangesQuery, Query()]) -> Response:
    """Everything that became or ceased to be public, oldest first, one entry for each public version: to mirror it all.

    Entries come in the order of the log and are never late: ask again with `after`, the cursor of your last one.
    What is retracted stays, with that status; `data` is null where an entry has been redacted.
    """
    at = await moment(session, query.known_at)
    entries, more = await list_changes(session, at, after=query.after, limit=query.limit)
    links = None
    if more:
        kept = [(k, v) for k, v in request.query_params.multi_items() if k != "after"]
        links = {"next": f"{request.url.path}?{urlencode([*kept, ('after', more)])}"}
    return answer(request, entries, {"next": more, "known_at": instant(at.at), "revision": at.seq}, links=links)
