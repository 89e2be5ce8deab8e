"""Read JSON bodies strictly, and judge them only after it is known who sent them.

A write is refused in this order: 401 and 403, then 415, then what the route checks before it looks
at the body (404, 428, 412), and last the faults in the body or the query.
"""

import json
import re
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, NoReturn

import orjson
from fastapi import Depends
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.core.errors import Fault, Invalid

MOST_VALUES = 20_000  # of one body
# A string, to its end or to that of the body, or a comma outside strings; never looks back.
TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|,', re.DOTALL)
TYPES = ("application/json", "application/merge-patch+json")


class MalformedJson:
    """Body that could not be parsed; the route raises the error when it reads the body."""

    def __init__(self, detail: str, *faults: Fault) -> None:
        self.detail = detail
        self.faults = faults or (Fault("", detail),)

    def refuse(self) -> NoReturn:
        """Raise Invalid with the faults of the body."""
        raise Invalid(self.detail, *self.faults)


class JsonRoute(APIRoute):
    """Receive the whole body before any refusal, so that the sender can read the response."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return a handler that reads the body first."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            await request.body()
            return await handle(request)

        return answer


async def read_sent(request: Request) -> Any:
    """Return the parsed body of a write, or MalformedJson; raise 415 for other types than JSON.

    No write has query parameters.
    """
    body = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and kind not in TYPES:
        raise HTTPException(
            415, f"Send {' or '.join(TYPES)}, not {kind or 'a body without Content-Type'}."
        )
    if request.query_params:
        unknown = [
            Fault(name, "is not a parameter of this address", parameter=True)
            for name in request.query_params
        ]
        return MalformedJson("This address has no parameters.", *unknown)
    if _has_too_many(body):
        return MalformedJson(f"has more than {MOST_VALUES:,} values")
    try:
        made = orjson.loads(body)  # refuses NaN, half surrogates and unlimited nesting
        json.loads(body, object_pairs_hook=_refuse_twice, parse_int=len, parse_float=len)
    except orjson.JSONDecodeError as error:
        return MalformedJson(f"is not JSON: {error.msg} at character {error.pos}")
    except (ValueError, RecursionError) as error:
        return MalformedJson(str(error) if type(error) is ValueError else "is nested too deeply")
    return made


def _has_too_many(body: bytes) -> bool:
    """Tell, before a body is parsed in one go, whether it has more values than any body needs."""
    if body.count(b",") < MOST_VALUES:
        return False
    # A value comes with a comma and at most two strings.
    return any(number >= 3 * MOST_VALUES for number, _ in enumerate(TOKEN.finditer(body)))


def _refuse_twice(pairs: list[tuple[str, Any]]) -> None:
    """Raise ValueError for a duplicate key: otherwise half of the input would be lost silently."""
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"names {twice!r} twice in one object")


# Must follow `viewer` in a route: dependencies are resolved in order.
Sent = Annotated[Any, Depends(read_sent)]
