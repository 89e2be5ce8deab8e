"""Answer one message of an agent over HTTP (streamable HTTP, without sessions).

Each request stands alone, so any worker can answer it, and none keeps anything of it.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import anyio.to_thread
import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from app.http.responses import Json
from app.mcp.asking import Collected

if TYPE_CHECKING:
    from mcp.server import Server

MOST_BODY = 1024 * 1024  # bytes of a message: calls of tools are short
PARSE_ERROR, INVALID_REQUEST = -32700, -32600  # of JSON-RPC
ONE_MESSAGE = "Send one message at a time, as a JSON object: batches are not supported."


async def exchange(request: Request) -> Response:
    """Answer a message; a body that is none is refused in words, as JSON-RPC has errors."""
    body = await request.body()
    if len(body) > MOST_BODY:
        raise HTTPException(413, f"A message may have {MOST_BODY // 1024**2} MB at most.")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(415, "Send application/json: a message of the Model Context Protocol.")
    try:
        message = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        return _refuse(PARSE_ERROR, f"The body is not JSON: {error.msg} at character {error.pos}.")
    if not isinstance(message, dict):
        return _refuse(INVALID_REQUEST, ONE_MESSAGE)
    if message.get("jsonrpc") != "2.0" or not isinstance(message.get("method"), str):
        return _refuse(INVALID_REQUEST, 'A message needs `"jsonrpc": "2.0"` and a `method`.')
    if "id" in message and type(message["id"]) not in (str, int):
        return _refuse(INVALID_REQUEST, "The `id` of a message is a text or a whole number.")
    # Loading the package takes half a second, in which others are answered.
    return await _answer(request, body, await anyio.to_thread.run_sync(_server))


@lru_cache(maxsize=1)
def _server() -> "Server[Any]":
    from app.mcp.protocol import inside, make_server

    return make_server(inside)


async def _answer(request: Request, body: bytes, server: "Server[Any]") -> Response:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
    from mcp.server.transport_security import TransportSecuritySettings

    sent = iter([body])

    async def receive() -> Message:
        for piece in sent:
            return {"type": "http.request", "body": piece, "more_body": False}
        return await request.receive()

    # Host and Origin are checked before any route, by the rule for forms (app/http/middleware.py).
    security = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    manager = StreamableHTTPSessionManager(
        server, json_response=True, stateless=True, security_settings=security
    )
    collected = Collected()
    async with manager.run():
        await manager.handle_request(request.scope, receive, collected.send)
    made = Response(collected.body, collected.status)
    made.raw_headers = collected.headers
    return made


def _refuse(code: int, words: str) -> Response:
    error = {"code": code, "message": words}
    return Json({"jsonrpc": "2.0", "id": None, "error": error}, status_code=400)
