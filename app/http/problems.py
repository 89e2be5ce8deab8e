"""Answer errors: as RFC 9457 problems for programs, as a page or fragment for people.

No response contains a stack trace, SQL or a path.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import DomainError, Fault, Invalid, SignInRequired, TooMany, Unavailable
from app.core.logs import log
from app.http.json_body import MalformedJson
from app.http.responses import dumps
from app.http.templating import is_partial, page
from app.http.typed import Typed

M = TypeVar("M", bound=BaseModel)
MOST_FAULTS = 100  # that an answer lists
BUSY = "The database does not answer at the moment. Nothing was changed; please try again."
NOT_SAVED = (
    "Saving is not possible at the moment: the database does not answer. Nothing was changed; "
    "please try again."
)
SIGNED_IN = (
    "The database that knows the accounts does not answer at the moment. Pages can be read without "
    "signing in, for example in a private window."
)
UNKNOWN = (
    "The connection to the database was lost: it is not known whether the change was saved. Look "
    "before you try again; "
    "a request with the same Idempotency-Key cannot save it twice."
)
# For htmx: the form that was sent has a place for this.
BESIDE = {"HX-Retarget": "#failed", "HX-Reselect": "#failed", "HX-Reswap": "outerHTML"}
OURS = "Something went wrong on our side. If you report it, include the number of the request."
# SQLSTATEs for which the server, the load or another transaction is the cause, not the request:
# classes 08 (connection), READ_ONLY (a standby), 25P03 and 25P04 (time-outs), 40 (rolled back), 53
# (resources), 55P03 (lock), 57 (cancelled, shut down).
READ_ONLY, TOO_LONG = "25006", "57014"
PASSING = ("08", READ_ONLY, "25P03", "25P04", "40", "53", "55P03", "57")


@dataclass(frozen=True, slots=True)
class ProblemAnswer:
    """Content of an error response."""

    status: int
    title: str
    detail: str
    faults: Sequence[Fault] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)


def wants_json(request: Request) -> bool:
    """Tell whether to answer in JSON: below /api/, or if JSON is accepted and HTML is not."""
    accept = request.headers.get("accept", "")
    return request.url.path.startswith("/api/") or ("json" in accept and "html" not in accept)


def respond(
    request: Request, problem: ProblemAnswer, typed: Sequence[tuple[str, str]] = ()
) -> Response:
    """Answer with a problem, as JSON or as a page, whichever the client can read.

    A page has what was `typed`, to show the form again; where htmx had sent it, the form stays.
    """
    number = getattr(request.state, "request_id", None)
    if wants_json(request):
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": problem.title,
            "status": problem.status,
            "detail": problem.detail,
            "instance": request.url.path,
            "request": number,
            "errors": [as_json(fault) for fault in problem.faults],
            **problem.extra,
        }
        return Response(dumps(body), problem.status, problem.headers, "application/problem+json")
    return page(
        request,
        "errors/page.html",
        fragment="errors/_fragment.html",
        status=problem.status,
        headers={**problem.headers, **(BESIDE if typed and is_partial(request) else {})},
        title=problem.title,
        detail=problem.detail,
        faults=[(fault.where, fault.detail) for fault in problem.faults],
        request_id=number,
        typed=typed,
        again=f"{request.url.path}?{request.url.query}".removesuffix("?"),
    )


def as_json(fault: Fault) -> dict[str, Any]:
    """Convert a fault to JSON."""
    return {
        "parameter" if fault.parameter else "pointer": fault.where,
        "detail": fault.detail,
        **fault.extra,
    }


def from_domain(error: DomainError) -> ProblemAnswer:
    """Convert a domain error to a problem."""
    headers = (
        {"Retry-After": str(error.retry_after)} if isinstance(error, TooMany | Unavailable) else {}
    )
    if isinstance(error, SignInRequired):
        headers = {"WWW-Authenticate": "Bearer"}
    return ProblemAnswer(
        error.status, error.title, error.detail, error.faults, headers, error.extra
    )


def pointer(loc: Sequence[str | int], body: object, missing: bool) -> str:
    """Convert Pydantic's location to a JSON pointer, without the type names that it inserts."""
    parts: list[str] = []
    for n, step in enumerate(loc):
        if isinstance(body, Mapping) and step in body:
            body = body[step]
        elif isinstance(body, list) and isinstance(step, int) and step < len(body):
            body = body[step]
        elif not (missing and n == len(loc) - 1):
            continue
        parts.append("/" + str(step).replace("~", "~0").replace("/", "~1"))
    return "".join(parts)


def fault(error: Mapping[str, Any], body: object) -> Fault:
    """Convert one error of Pydantic to a fault in our words, without the input."""
    source, *loc = error["loc"]
    detail = str(error["msg"]).removeprefix("Value error, ")
    detail = {"missing": "is required", "extra_forbidden": "is not a field here"}.get(
        error["type"], detail
    )
    if source != "body":
        detail = detail.replace("not a field here", "not a parameter of this address")
        return Fault(str(loc[0]) if loc else source, detail, parameter=True)
    return Fault(pointer(loc, body, error["type"] == "missing"), detail)


def body_faults(error: ValidationError, body: object) -> list[Fault]:
    """Return the faults that Pydantic found in a body that a route reads itself."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return _listed([{**one, "loc": ("body", *one["loc"])} for one in found], body)


def _listed(errors: Sequence[Mapping[str, Any]], body: object) -> list[Fault]:
    """Return the first faults, and how many more there are."""
    # Of what is wrong in a field that may be left out, "should be None" is said as well.
    told = [one for one in errors if one["type"] != "none_required"] or errors
    total = len(told)
    faults = list(dict.fromkeys(fault(one, body) for one in told[:MOST_FAULTS]))
    if total > MOST_FAULTS:
        faults.append(Fault("", f"has {total - MOST_FAULTS:,} more faults, which are not listed"))
    return faults


def read_body(model: type[M], body: object) -> M:
    """Read a body in a route that has to check something else first; raise Invalid."""
    if isinstance(body, MalformedJson):
        body.refuse()
    try:
        return model.model_validate(body)
    except ValidationError as error:
        faults = body_faults(error, body)
        raise Invalid(
            "; ".join(f"{f.where or 'The body'} {f.detail}" for f in faults[:3]), *faults
        ) from None


def from_validation(error: RequestValidationError) -> ProblemAnswer:
    """Convert Pydantic's errors of a request to a problem."""
    # An id in the path that is not valid names nothing.
    found = error.errors()
    if any(one["loc"][0] == "path" for one in found):
        return ProblemAnswer(404, "Not found", "There is nothing at this address.")
    faults = _listed(found, error.body)
    detail = "; ".join(f"{f.where or 'The body'} {f.detail}" for f in faults[:3])
    return ProblemAnswer(422, "Invalid input", detail, faults)


def methods_of(request: Request) -> list[str]:
    """Return the methods that a path allows."""
    routes, scope = request.app.routes, request.scope
    taken = [
        method
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        if any(route.matches({**scope, "method": method})[0] == Match.FULL for route in routes)
    ]
    return ["HEAD", *taken] if "GET" in taken else taken


def from_http(error: HTTPException) -> ProblemAnswer:
    """Convert an HTTP exception to a problem."""
    title = HTTPStatus(error.status_code).phrase
    details = {
        404: "There is nothing at this address.",
        405: "This address does not support that method.",
    }
    detail = details.get(error.status_code) if error.detail == title else None
    return ProblemAnswer(
        error.status_code, title, detail or error.detail or title, headers=error.headers or {}
    )


def from_database(error: Exception, *, writing: bool) -> ProblemAnswer | None:
    """Convert a database error to a problem.

    503 if a retry may help, 422 for a value that no column can hold, 409 for a duplicate; None for
    our own faults.
    """
    if isinstance(error, DataError | UnicodeEncodeError):
        return ProblemAnswer(
            422,
            "Invalid input",
            "A value in it is out of the range that can be stored.",
        )
    state = getattr(getattr(error, "orig", None), "sqlstate", None) or ""
    if state == "23505":  # another request was faster, between our check and our write
        return ProblemAnswer(
            409,
            "Conflict with existing data",
            "Somebody else has just saved the same.",
        )
    # A server that takes no writes is left as well, but it has certainly written nothing.
    lost = (
        isinstance(error, DBAPIError)
        and (error.connection_invalidated or state.startswith(("08", "57P0")))
        and state != READ_ONLY
    )
    away = isinstance(error, PoolTimeout | InterfaceError) or (
        isinstance(error, OperationalError) and not state
    )
    if not (lost or away or (isinstance(error, DBAPIError) and state.startswith(PASSING))):
        return None
    unknown: dict[str, Any] = {"type": "urn:parley:outcome-unknown"} if lost and writing else {}
    detail = UNKNOWN if unknown else NOT_SAVED if writing else BUSY
    return ProblemAnswer(
        503, "Temporarily unavailable", detail, headers={"Retry-After": "2"}, extra=unknown
    )


class CatchErrors:
    """Answer errors that nothing else caught: 503 if the database is unreachable, else 500."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and log and answer any exception."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        typed = Typed(scope, receive)
        try:
            await self.app(scope, typed.receive, watched)
        except Exception as error:
            writing = scope["method"] not in ("GET", "HEAD", "OPTIONS")
            problem = from_database(error, writing=writing) or ProblemAnswer(
                500, "Internal server error", OURS
            )
            if problem.status == 503 and not started and _leave_replica(scope, error):
                return await self(scope, _without_body(receive), send)
            if not writing and problem.status == 503 and _could_read_without(scope):
                problem = replace(problem, detail=SIGNED_IN)
            log.error("failed", status=problem.status, exc_info=error)
            if started or (problem.status == 500 and scope["app"].debug):
                raise
            answer = await _respond_or_plain(scope, problem, typed)
            await answer(scope, receive, send)


def _without_body(receive: Receive) -> Receive:
    """Begin a request that only reads once more, whose body was received before."""
    begun = False

    async def again() -> Message:
        nonlocal begun
        if begun:
            return await receive()
        begun = True
        return {"type": "http.request", "body": b"", "more_body": False}

    return again


def _leave_replica(scope: Scope, error: Exception) -> bool:
    """Tell whether a request read from a replica that failed, and may do so elsewhere."""
    replica = scope.get("state", {}).pop("replica", None)
    if replica is None or getattr(getattr(error, "orig", None), "sqlstate", "") == TOO_LONG:
        return False
    replica.leave()
    return True


def _could_read_without(scope: Scope) -> bool:
    """Tell whether a browser that is signed in gets no page, and a stranger would."""
    replicas = getattr(scope["app"].state, "replicas", None)
    return (
        replicas is not None
        and replicas.can_answer()
        and any(name.endswith("parley_session") for name in Request(scope).cookies)
    )


async def _respond_or_plain(scope: Scope, problem: ProblemAnswer, typed: Typed) -> Response:
    try:
        return respond(Request(scope), problem, await typed.fields())
    except Exception:  # the error page itself failed
        return PlainTextResponse(
            f"{problem.title}. {problem.detail}", problem.status, problem.headers
        )


def install_problems(app: FastAPI) -> None:
    """Answer every error that a route raises; `CatchErrors` catches the rest."""

    async def domain(request: Request, error: DomainError) -> Response:
        asks = (
            isinstance(error, SignInRequired)
            and request.method == "GET"
            and not wants_json(request)
        )
        if asks and "authorization" not in request.headers and not is_partial(request):
            here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"/login?next={quote(here, safe='/')}", 303)
        return respond(request, from_domain(error))

    async def validation(request: Request, error: RequestValidationError) -> Response:
        return respond(request, from_validation(error))

    async def http(request: Request, error: HTTPException) -> Response:
        if error.status_code in (204, 304):
            return Response(status_code=error.status_code, headers=error.headers)
        if error.status_code == 405:
            # The router names only the methods of one route.
            error.headers = {"Allow": ", ".join(methods_of(request))}
        return respond(request, from_http(error))

    app.exception_handlers |= {
        DomainError: domain,
        RequestValidationError: validation,
        HTTPException: http,
    }
