"""Server-sent events that wake up whoever follows the feed of changes."""

from typing import Annotated

from fastapi import Header, Request, Response
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from app.accounts.api_router import api_router
from app.feeds.listeners import Listeners

router = api_router(tag="changes")

HEADERS = {
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
}  # a proxy must not gather what comes drop by drop


class Events(StreamingResponse):
    """A stream without an end, which holds a seat for as long as somebody listens."""

    media_type = "text/event-stream"

    def __init__(self, listeners: Listeners, known: str | None) -> None:
        super().__init__(listeners.stream(known), headers=HEADERS)
        self.listeners = listeners

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self.listeners.seat():
            await super().__call__(scope, receive, send)


@router.get("/events", include_in_schema=False)
async def listen(
    request: Request, last_event_id: Annotated[str | None, Header()] = None
) -> Response:
    """An event `change` whenever something became or ceased to be public: ask `/changes` then.

    It carries the newest cursor of that feed, and nothing else; `Last-Event-ID` names the one that is known already.
    """
    return Events(request.app.state.listeners, last_event_id)
