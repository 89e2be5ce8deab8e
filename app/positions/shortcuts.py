"""Answer with what is kept, without finding and calling its route.

Routing, the dependencies of a route and a session take the framework longer than all else that such
an answer needs. What is not kept, and whatever else is asked for, goes the ordinary way.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.accounts.dependencies import get_reading
from app.core.memory import Key
from app.http.embedding import EMBEDDED
from app.http.middleware import session_cookie
from app.log.reader import Moment
from app.positions.kept_pages import is_plain, recalled_page

API = "/api/"  # where cookies do not count


@dataclass(frozen=True, slots=True)
class Shortcut:
    """Answers of one route to strangers, if they are kept."""

    addresses: re.Pattern[str]
    path: str  # of the route, for the log and the counts
    recall: Callable[[Request, AsyncSession], Awaitable[Response | None]]


def page_of_one(
    name: str, path: str, find: Callable[[AsyncSession, int], Awaitable[tuple[Moment, Key]]]
) -> Shortcut:
    """Return the shortcut to pages about one object, as they are now.

    `find` returns the newest moment, and by what the page of a number is kept then.
    """

    async def recall(request: Request, session: AsyncSession) -> Response | None:
        if not is_plain(request, None):
            return None
        at, key = await find(session, int(request.scope["path"].rpartition("/")[2]))
        return recalled_page(request, session, at, key)

    return Shortcut(re.compile(rf"/{name}/[1-9][0-9]{{0,17}}"), path, recall)


class Shortcuts:
    """Answer strangers with what is kept, and pass all other requests on."""

    def __init__(self, app: ASGIApp, *, shortcuts: Sequence[Shortcut], secure: bool) -> None:
        self.app, self.shortcuts = app, shortcuts
        self.cookie = session_cookie(secure)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request with what is kept, or pass it on."""
        answer = await self._answer(scope) if scope["type"] == "http" else None
        await (answer or self.app)(scope, receive, send)

    async def _answer(self, scope: Scope) -> Response | None:
        path = scope["path"]
        for shortcut in self.shortcuts:
            if shortcut.addresses.fullmatch(path):
                break
        else:
            return None
        if scope["method"] != "GET" or EMBEDDED in scope or not self._is_stranger(scope):
            return None
        request = Request(scope)
        session = await get_reading(request, request.app.state.sessions(), None)
        answer = await shortcut.recall(request, session)
        if answer is not None:
            scope["route"] = shortcut
        return answer

    def _is_stranger(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        if "authorization" in headers:
            return False
        return scope["path"].startswith(API) or self.cookie not in headers.get("cookie", "")
