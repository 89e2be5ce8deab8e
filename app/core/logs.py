"""Write logs: one JSON line on standard error per event, with the id of its request.

Each logged value is chosen here one by one: never a query, a header, a body, or the message of an
exception, since these contain passwords, tokens, one-time links and texts of sources.
"""

import logging
import re
import secrets
import sys
import time
import traceback

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.counters import count_request

log = structlog.stdlib.get_logger("parley")
SANE = re.compile(r"[A-Za-z0-9._-]{1,64}")
QUIET = {"/healthz", "/readyz", "/metrics"}


def configure_logs(level: int = logging.INFO) -> None:
    """Write all logs, those of libraries too, as JSON lines.

    Run uvicorn with `log_config=None, access_log=False`.
    """
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        where_it_failed,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=True),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
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
