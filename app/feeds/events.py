"""Send server-sent events that tell clients to read the feed of changes."""

from typing import Annotated

from fastapi import Header, Request, Response
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from app.accounts.api_router import api_router
from app.feeds.listeners import Listeners

router = api_router(tag="changes")

# X-Accel-Buffering keeps proxies from holding events back until a buffer is full.
HEADERS = {
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
}


class Events(StreamingResponse):
    """An endless stream of events, which holds a seat while its client listens."""

    media_type = "text/event-stream"

    def __init__(self, listeners: Listeners, known: str | None) -> None:
        super().__init__(listeners.stream(known), headers=HEADERS)
        self.listeners = listeners

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events while holding a seat; raise Unavailable if none is free."""
        with self.listeners.seat():
            await super().__call__(scope, receive, send)


@router.get("/events", include_in_schema=False)
async def listen(
    request: Request, last_event_id: Annotated[str | None, Header()] = None
) -> Response:
    """Send an event `change` whenever something became or ceased to be public.

    The client then reads `/changes`. The event has the newest cursor of that feed and nothing else;
    `Last-Event-ID` names the cursor that the client knows already.
    """
    return Events(request.app.state.listeners, last_event_id)
