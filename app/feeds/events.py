"""Send server-sent events that tell clients to read what has changed."""

from typing import Annotated

from fastapi import Header, Query, Request, Response
from pydantic import Field
from starlette.types import Receive, Scope, Send

from app.accounts.api_router import api_router
from app.core.input_models import Query as QueryInput
from app.core.input_models import Slug
from app.feeds.listeners import Followed, Listeners

router = api_router(tag="changes")

# X-Accel-Buffering keeps proxies from holding events back until a buffer is full.
HEADERS = {
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
}


class EventsQuery(QueryInput):
    """What a client follows, and up to where it knows it."""

    negotiation: Slug | None = None
    after: Annotated[str | None, Field(max_length=500)] = None
    wait: bool = True


class Events(Response):
    """An endless stream of events, which holds a seat while its client listens.

    Nothing waits beside it for the client to leave: a request that only reads is cancelled then.
    """

    media_type = "text/event-stream"

    def __init__(self, listeners: Listeners, followed: Followed) -> None:
        super().__init__(headers=HEADERS)
        del self.headers["content-length"]
        self.listeners, self.followed = listeners, followed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events while holding a seat; raise Unavailable if none is free."""
        with self.listeners.seat():
            started = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
            await send(started)
            async for event in self.listeners.stream(self.followed):
                await send({"type": "http.response.body", "body": event, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})


@router.get("/events", include_in_schema=False)
async def listen(
    request: Request,
    query: Annotated[EventsQuery, Query()],
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """Send an event `change` whenever something became or ceased to be public.

    The client then reads `/changes`. The event has the newest cursor of that feed and nothing else;
    `Last-Event-ID` names the cursor that the client knows already. With `negotiation`, the event
    says that its pages may read otherwise, and has a cursor and the revision.
    """
    listeners: Listeners = request.app.state.listeners
    if query.negotiation is not None:
        await listeners.news(query.negotiation)
    known = last_event_id or query.after
    return Events(listeners, Followed(known, query.negotiation, query.wait))
