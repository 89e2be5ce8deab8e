"""Write logs: one JSON line on standard error per event, with the id of its request.

Each logged value is chosen here one by one: never a query, a header, a body, or the message of an
exception, since these contain passwords, tokens, one-time links and texts of sources.
"""

import contextlib
import json
import logging
import re
import secrets
import sys
import time
import traceback
from typing import Any

import orjson
import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.counters import count_request

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()
SANE = re.compile(r"[A-Za-z0-9._-]{1,64}")
QUIET = {"/healthz", "/readyz", "/metrics"}
HANDLER = logging.StreamHandler()  # of all logs


class Lines:
    """Write the lines of our own log where those of libraries go, but not through `logging`.

    One line is written for each request, and `logging` takes longer for it than all else that is
    done with it.
    """

    def msg(self, line: str) -> None:
        """Write a line; where it cannot be written, the request goes on."""
        with HANDLER.lock or contextlib.nullcontext(), contextlib.suppress(OSError, ValueError):
            HANDLER.stream.write(line + "\n")
            HANDLER.flush()

    debug = info = warning = error = critical = msg


def to_json(event: structlog.types.EventDict, **options: Any) -> str:
    """Serialise in ASCII, so that nothing in a terminal takes it for more than one line."""
    line = orjson.dumps(event, default=options["default"])
    return line.decode() if line.isascii() else json.dumps(event, default=options["default"])


def named(
    logger: object, method: str, event: structlog.types.EventDict
) -> structlog.types.EventDict:
    """Add the name of our own log."""
    event["logger"] = "parley"
    return event


def configure_logs(level: int = logging.INFO) -> None:
    """Write all logs, those of libraries too, as JSON lines.

    Run uvicorn with `log_config=None, access_log=False`.
    """
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        where_it_failed,
    ]
    in_json = structlog.processors.JSONRenderer(serializer=to_json)
    structlog.configure(
        processors=[*shared, named, in_json],
        logger_factory=lambda *names: Lines(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )
    HANDLER.stream = sys.stderr  # not setStream, which flushes the last one, and that may be closed
    HANDLER.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, in_json],
        )
    )
    root = logging.getLogger()
    root.handlers = [HANDLER]
    root.setLevel(level)
    for name in ("httpx2", "alembic", "mcp", "app.core.counters.MeasuredPool"):
        logging.getLogger(name).setLevel(logging.WARNING)


def where_it_failed(
    logger: object, method: str, event: structlog.types.EventDict
) -> structlog.types.EventDict:
    """Replace an exception by its types and stack; its message may quote a user's input."""
    info = event.pop("exc_info", None)
    error = sys.exc_info()[1] if info is True else info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        chain: list[dict[str, object]] = []
        at: BaseException | None = error
        while at is not None and len(chain) < 5:
            frames = traceback.extract_tb(at.__traceback__)[-12:]
            chain.append(
                {
                    "type": type(at).__qualname__,
                    "at": [f"{f.filename}:{f.lineno} {f.name}" for f in frames],
                }
            )
            at = at.__cause__ or at.__context__
        event["error"] = chain
    return event


def route_of(scope: Scope) -> str | None:
    """Return the template of a request's route, such as `/positions/{id}`; None if none matches."""
    context = scope.get("fastapi", {}).get("effective_route_context")
    found = context if getattr(context, "path", None) else scope.get("route")
    return getattr(found, "path", None)


class RequestLog:
    """Give each request an id, return the id, and log one line at its end.

    An id that a proxy has set is kept.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an HTTP request on with its id, then count and log it."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        given = Headers(scope=scope).get("x-request-id", "")
        number = given if SANE.fullmatch(given) else secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = number
        started, status = time.perf_counter(), 0

        async def numbered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = number
            await send(message)

        with structlog.contextvars.bound_contextvars(request=number):
            try:
                await self.app(scope, receive, numbered)
            finally:
                took, route = time.perf_counter() - started, route_of(scope)
                count_request(scope["method"], route, status, took)
                if scope["path"] not in QUIET:
                    log.info(
                        "answered",
                        method=scope["method"],
                        route=route,
                        status=status,
                        ms=round(took * 1000, 1),
                    )
