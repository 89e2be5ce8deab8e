"""Serve the feed of changes as JSON."""

from typing import Annotated

from fastapi import Query, Request, Response
from pydantic import Field

from app.accounts.api_router import api_router
from app.core.input_models import KnownAt
from app.db.engine import Session
from app.feeds.changes import Entry, list_changes
from app.http.described import Answer, answers
from app.http.responses import answer
from app.log.api_answers import next_link, times
from app.log.reader import moment

router = api_router(tag="changes")


class ChangesQuery(KnownAt):
    """Where the feed goes on, and how many entries to return."""

    after: Annotated[
        str | None,
        Field(max_length=500, description="The `cursor` of the last entry that is known already."),
    ] = None
    limit: Annotated[int, Field(ge=1, le=500, description="Maximum number of results.")] = 100


@router.get(
    "/changes",
    summary="List everything that became public or ceased to be public",
    responses=answers(Answer[list[Entry]]),
)
async def follow(
    request: Request, session: Session, query: Annotated[ChangesQuery, Query()]
) -> Response:
    """Everything that became or ceased to be public, oldest first: to mirror it all.

    There is one entry for each public version. Entries come in the order of the log and are never
    late: ask again with `after`, the cursor of your last one. What is retracted stays, with that
    status; `data` is null where an entry has been redacted.
    """
    at = await moment(session, query.known_at)
    entries, more = await list_changes(session, at, after=query.after, limit=query.limit)
    return answer(request, entries, times(at, next=more), links=next_link(request, more, "after"))
