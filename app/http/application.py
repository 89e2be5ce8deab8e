"""The application as the server calls it."""

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from app.http.page_cache import find_kept, send_kept
from app.http.pieces import PIECE


class Application(FastAPI):
    """The framework's application, which sends at once what is in the cache of answers.

    All middlewares together take longer than that. None of them would change such an answer, unless
    the process is stopping, the answer is sent in pieces, or who asks must be forgotten first. All
    else passes through them, and through the cache again, which stands where these are done.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "http" and scope["method"] == "GET":
            state = self.state
            found = find_kept(state.cache, scope)
            if found and len(found.body) <= PIECE and not state.stopping.is_set():
                return await send_kept(found, send)
        await super().__call__(scope, receive, send)
