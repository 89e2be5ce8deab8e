"""Build the OpenAPI description: what routes declare, and what holds for all of them."""

from functools import lru_cache
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts
from pydantic import TypeAdapter

from app.http.described import REF, Problem
from app.openapi.links import links, operation_id, takes_if_match

Json = dict[str, Any]
DESCRIPTION = """\
Who wants what in a negotiation: positions of parties on issues, each with verbatim quotes, as of
any day (`as_of`: what had been said) and any instant (`known_at`: what this database held).

Reading needs no account and works from any origin. Writing needs the token of an editor. Nothing is
overwritten: a correction is a new version of the one that `If-Match` names. Lists continue at
`meta.next`, or the `Link` header.

`GET /api/v1/events` is a stream of server-sent events without an end (so it is not described
below): an event `change`, whose id is the newest cursor of `/api/v1/changes`, whenever something
became or ceased to be public.

Agents read the same through the Model Context Protocol at `/mcp`.
"""
ERRORS = {
    400: "The request cannot be read, or the host is unknown.",
    401: "A valid token is required: known, not expired, not revoked.",
    403: "The account may not do this.",
    404: "There is no such object, or there was none at that instant.",
    405: "The address does not support that method.",
    409: "Conflict with existing data.",
    412: "Somebody changed it in the meantime.",
    413: "Larger than 8 MB.",
    415: "Not JSON.",
    422: "Invalid input: `errors` names every error by its JSON pointer or parameter.",
    428: "Send the ETag of the version that you changed as `If-Match`.",
    503: "Temporarily unavailable; try again after `Retry-After` seconds.",
}
READING = (400, 404, 405, 422, 503)
WRITING = (*READING, 401, 403, 413, 415)
SIGNED_IN = ("/api/v1/alerts", "/api/v1/proposals")  # which nobody reads without a token
HEADERS: Json = {
    "ETag": {
        "description": "For `If-None-Match`, and for one object `If-Match`.",
        "schema": {"type": "string"},
    },
    "Link": {
        "description": '`rel="next"`: the next page, if there is one.',
        "schema": {"type": "string"},
    },
    "Location": {"description": "Where the new object is.", "schema": {"type": "string"}},
    "Retry-After": {"description": "Seconds.", "schema": {"type": "string"}},
    "WWW-Authenticate": {"description": "Bearer.", "schema": {"type": "string"}},
}
SENT: Json = {
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "required": False,
        "schema": {"type": "string"},
        "description": "The ETag that you have: 304 if nothing has changed.",
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "schema": {"type": "string"},
        "description": "The ETag of the version that you changed; only its version is compared.",
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        "description": "Sending the same key and body again returns the first result and changes "
        "nothing.",
    },
}
IN_PATHS = {
    "slug": "The negotiation, by its slug.",
    "party": "A party, by its slug.",
    "issue": "An issue, by its slug.",
    "position_id": "The position's number.",
    "proposal_id": "The proposal's number.",
    "alert_id": "The alert's number.",
    "number": "The number of the release, from 1.",
    "version": "The number of the version, from 1.",
    "quote_id": "The quote's number.",
    "source_id": "The source's number.",
    "speaker_id": "The speaker's number.",
}


@lru_cache(maxsize=4)
def describe(app: FastAPI) -> Json:
    """Return the whole description; it is built once per application."""
    made = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=DESCRIPTION,
        routes=app.routes,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    schemas = made["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    bodies = _bodies(app)
    addresses = [(method, path) for path, methods in made["paths"].items() for method in methods]
    for method, path in addresses:
        operation = made["paths"][path][method]
        if (method, path) in bodies:
            operation["requestBody"] = _hoisted(bodies[method, path], schemas)
        _complete(operation, method, path)
        if found := links(method, path, addresses):
            next(iter(operation["responses"].values()))["links"] = found
    made["components"] |= {
        "parameters": SENT,
        "headers": HEADERS,
        "responses": {str(status): _problem(status, schemas) for status in ERRORS},
        "securitySchemes": {
            "token": {
                "type": "http",
                "scheme": "bearer",
                "description": "Created on the account page.",
            }
        },
    }
    return made


def _bodies(app: FastAPI) -> dict[tuple[str, str], Json]:
    """Find what routes take, as they declare it: FastAPI's copy lacks `"default": null`."""
    found = {}
    for route in iter_route_contexts(app.routes):
        extra = getattr(route, "openapi_extra", None)
        if extra is None:
            continue
        for method in route.methods or ():
            found[method.lower(), str(route.path_format)] = extra["requestBody"]
    return found


def _hoisted(body: Json, schemas: Json) -> Json:
    """Move the schemas of a body to where all are, and refer to them."""
    content = {}
    for kind, declared in body["content"].items():
        schema = dict(declared["schema"])
        schemas |= schema.pop("$defs", {})
        schemas[schema["title"]] = schema
        content[kind] = {**declared, "schema": {"$ref": REF.format(model=schema["title"])}}
    return {**body, "content": content}


def _complete(operation: Json, method: str, path: str) -> None:
    """Add what every route of its method takes and answers."""
    writing = method != "get"
    operation["operationId"] = operation_id(method, path)
    operation["parameters"] = [_parameter(p) for p in operation.get("parameters", [])]
    sent = ["IfNoneMatch"] if not writing else ["IdempotencyKey"] if method == "post" else []
    if takes_if_match(method, path):
        sent.append("IfMatch")
    operation["parameters"] += [{"$ref": f"#/components/parameters/{name}"} for name in sent]
    operation["tags"] = operation["tags"][-1:]  # that of the innermost router
    operation["security"] = (
        [{"token": []}] if writing or path.startswith(SIGNED_IN) else [{}, {"token": []}]
    )
    declared = operation["responses"]
    success = min(declared)
    errors = {int(status) for status in declared if status >= "4"}
    errors |= {*(WRITING if writing else READING)}
    # 409: the first request with this key is still being handled.
    errors |= {409} if "IdempotencyKey" in sent else set()
    errors |= {412, 428} if "IfMatch" in sent else set()
    operation["responses"] = {
        success: {
            "description": operation["summary"],
            "headers": _headers(method, path, success),
            "content": declared[success]["content"],
        },
        **({} if writing else {"304": NOT_MODIFIED}),
        **{str(status): _ref("responses", str(status)) for status in sorted(errors)},
    }


def _headers(method: str, path: str, success: str) -> Json:
    names = [] if path.endswith("/check") else ["ETag"]  # what is stored nowhere has no version
    if success == "201":
        names.append("Location")
    if method == "get":
        names.append("Link")
    return {name: _ref("headers", name) for name in names}


def _parameter(found: Json) -> Json:
    """Describe a parameter, without null, which no query can express."""
    schema = dict(found.get("schema", {}))
    given = [s for s in schema.pop("anyOf", []) if s.get("type") != "null"]
    schema |= given[0] if len(given) == 1 else {"anyOf": given} if given else {}
    schema.pop("title", None)
    description = found.get("description") or IN_PATHS.get(found["name"], "")
    return {
        **found,
        "schema": {k: v for k, v in schema.items() if k != "description"},
        "description": description,
    }


def _problem(status: int, schemas: Json) -> Json:
    made = TypeAdapter(Problem).json_schema(mode="serialization", ref_template=REF)
    schemas |= made.pop("$defs", {})
    content = {"application/problem+json": {"schema": made}}
    names = {401: "WWW-Authenticate", 503: "Retry-After"}
    headers = (
        {"headers": {names[status]: _ref("headers", names[status])}} if status in names else {}
    )
    return {"description": ERRORS[status], **headers, "content": content}


def _ref(kind: str, name: str) -> Json:
    return {"$ref": f"#/components/{kind}/{name}"}


NOT_MODIFIED: Json = {
    "description": "You have it already.",
    "headers": {"ETag": _ref("headers", "ETag")},
}
