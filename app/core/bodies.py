"""JSON bodies, read strictly, and judged only after it is known who sent them."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import orjson
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

TYPES = ("application/json", "application/merge-patch+json")


@dataclass(frozen=True, slots=True)
class Malformed:
    """Stands for a body that is not JSON until the body's model refuses it, so that 401, 403 and 428 come first."""

    detail: str


class _JsonRequest(Request):
    async def json(self) -> Any:
        try:
            return orjson.loads(await self.body())  # refuses NaN, half surrogates and bottomless nesting
        except orjson.JSONDecodeError as error:
            return Malformed(f"is not JSON: {error.msg} at character {error.pos}")


class JsonRoute(APIRoute):
    """The route class of the JSON API: `APIRouter(route_class=JsonRoute)`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            sent = _JsonRequest(request.scope, request.receive)  # a body can be received once only
            if self.body_field is not None:
                kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
                if kind not in TYPES and await sent.body():
                    raise HTTPException(415, f"Send {' or '.join(TYPES)}, not {kind or 'a body without Content-Type'}.")
            return await handle(sent)

        return answer
