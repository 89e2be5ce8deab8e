"""Build the OpenAPI description from the routes as FastAPI reads them and a table of operations."""

from functools import lru_cache
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import models_json_schema

from app.openapi.links import links, operation_id, takes_if_match
from app.openapi.operations import OPERATIONS, PARAMETERS, Operation
from app.openapi.shapes import Meta, Problem

Json = dict[str, Any]
REF = "#/components/schemas/{model}"
JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
DESCRIPTION = """\
Who wants what in a negotiation: positions of parties on issues, each resting on verbatim quotes, as of any day
(`as_of`: what had been said) and any instant (`known_at`: what this database held).

Reading needs no account and answers to any origin. Writing takes the token of an editor. Nothing is overwritten: a
correction is a new version, made over the one that `If-Match` names. Lists go on at `meta.next`, or the `Link` header.

`GET /api/v1/events` is a stream of server-sent events without an end (so it is not described below): an event `change`,
whose id is the newest cursor of `/api/v1/changes`, whenever something became or ceased to be public.
"""
ERRORS = {
    400: "It cannot be read, or the host is not known.",
    401: "It takes a token that is known, has not expired and was not revoked.",
    403: "The account may not do this.",
    404: "There is no such thing, or not at that instant.",
    405: "The address does not take that method.",
    409: "It conflicts with what is there.",
    412: "Somebody changed it in the meantime.",
    413: "Larger than 8 MB.",
    415: "Not JSON.",
    422: "Something in it is not valid: `errors` names every fault by its JSON pointer"
    " or parameter.",
    428: "Send the ETag of the version that was changed as `If-Match`.",
    503: "Not available just now; ask again after `Retry-After` seconds.",
}
READING = (400, 404, 405, 422, 503)
WRITING = (*READING, 401, 403, 413, 415)
HEADERS: Json = {
    "ETag": {
        "description": "For `If-None-Match`, and for one object `If-Match`.",
        "schema": {"type": "string"},
    },
    "Link": {
        "description": '`rel="next"`: the next part, where there is one.',
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
        "description": "The ETag of what you have: 304 if it still is so.",
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "schema": {"type": "string"},
        "description": "The ETag of the version that was changed; its version alone is compared.",
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        "description": "The same key and body again answer the first result, and do nothing twice.",
    },
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
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            _complete(operation, method, path, OPERATIONS[method, path], schemas)
    made["components"] |= {
        "parameters": SENT,
        "headers": HEADERS,
        "responses": {str(status): _problem(status, schemas) for status in ERRORS},
        "securitySchemes": {
            "token": {
                "type": "http",
                "scheme": "bearer",
                "description": "Made on the account's page.",
            }
        },
    }
    return made


def _complete(operation: Json, method: str, path: str, known: Operation, schemas: Json) -> None:
    writing = method != "get"
    operation["summary"] = known.summary
    operation["operationId"] = operation_id(method, path)
    operation["parameters"] = [_parameter(p) for p in operation.get("parameters", [])]
    sent = ["IfNoneMatch"] if not writing else ["IdempotencyKey"] if method == "post" else []
    if takes_if_match(method, path):
        sent.append("IfMatch")
    operation["parameters"] += [{"$ref": f"#/components/parameters/{name}"} for name in sent]
    operation["tags"] = operation["tags"][-1:]  # that of the innermost router
    operation["security"] = [{"token": []}] if writing else [{}, {"token": []}]
    operation.pop("requestBody", None)
    if known.body is not None:
        operation["requestBody"] = _body(known.body, known.example, method, schemas)
    created = method == "post" and "201" in operation["responses"]
    errors = {*(WRITING if writing else READING), *known.errors}
    # 409: the first request with this key is still being handled.
    errors |= {409} if "IdempotencyKey" in sent else set()
    errors |= {412, 428} if "IfMatch" in sent else set()
    operation["responses"] = {
        "201" if created else "200": _answer(known, method, path, schemas, created=created),
        **(
            {}
            if writing
            else {
                "304": {
                    "description": "You have it already.",
                    "headers": {"ETag": _ref("headers", "ETag")},
                }
            }
        ),
        **{str(status): _ref("responses", str(status)) for status in sorted(errors)},
    }


def _parameter(found: Json) -> Json:
    """Describe a parameter, without null, which no query can express."""
    schema = dict(found.get("schema", {}))
    given = [s for s in schema.pop("anyOf", []) if s.get("type") != "null"]
    schema |= given[0] if len(given) == 1 else {"anyOf": given} if given else {}
    schema.pop("title", None)
    description = found.get("description") or PARAMETERS.get(found["name"], "")
    return {
        **found,
        "schema": {k: v for k, v in schema.items() if k != "description"},
        "description": description,
    }


def _body(model: type[BaseModel], example: Json | None, method: str, schemas: Json) -> Json:
    schema = _of_model(model, schemas) if method == "post" else _patch_of(model, schemas)
    types = [JSON, MERGE_PATCH] if method == "patch" else [JSON]
    content = {"schema": schema} | ({"example": example} if example else {})
    return {"required": True, "content": dict.fromkeys(types, content)}


def _of_model(model: type[BaseModel], schemas: Json) -> Json:
    _, found = models_json_schema([(model, "validation")], ref_template=REF)
    schemas.update(found.get("$defs", {}))
    return {"$ref": REF.format(model=model.__name__)}


def _patch_of(model: type[BaseModel], schemas: Json) -> Json:
    """Return a schema for any part of the model, and the reason.

    Read-only fields may be sent back as they are.
    """
    _of_model(model, schemas)
    whole = schemas[model.__name__]
    name = f"{model.__name__.removesuffix('Input').removesuffix('Patch')}Patch"
    properties = whole["properties"] | {
        "reason": {"type": "string", "minLength": 1, "description": "Why; needed but for a draft."}
    }
    for field in ("attitudes", "conditions"):
        if field in properties:  # null removes an entry
            [(slug, value)] = properties[field]["patternProperties"].items()
            values = {slug: {"anyOf": [value, {"type": "null"}]}}
            properties[field] = {**properties[field], "patternProperties": values}
    schemas[name] = {
        "type": "object",
        "title": name,
        "properties": properties,
        "description": "A JSON Merge Patch (RFC 7396).",
    }
    return {"$ref": REF.format(model=name)}


def _answer(known: Operation, method: str, path: str, schemas: Json, *, created: bool) -> Json:
    properties = {"data": _of(known.data, schemas)}
    required = ["data"]
    if known.meta:
        properties["meta"] = _of(Meta, schemas)
        required.append("meta")
    for name, type_ in known.beside:
        properties[name] = _of(type_, schemas)
    envelope = {"type": "object", "properties": properties, "required": required}
    content: Json = {JSON: {"schema": envelope}}
    if path.endswith("/quotes/{quote_id}"):
        content["application/ld+json"] = {
            "schema": {"type": "object", "description": "A W3C Web Annotation."}
        }
    names = (
        ["ETag"] * known.meta
        + ["Location"] * created
        + ["Link"] * ("next" in known.summary or method == "get")
    )
    headers = {name: _ref("headers", name) for name in names}
    leads = {"links": found} if (found := links(method, path)) else {}
    return {"description": known.summary, "headers": headers, "content": content, **leads}


def _of(type_: Any, schemas: Json) -> Json:
    made = TypeAdapter(type_).json_schema(mode="serialization", ref_template=REF)
    for name, schema in made.pop("$defs", {}).items():
        schemas.setdefault(name, schema)
    return made


def _problem(status: int, schemas: Json) -> Json:
    content = {"application/problem+json": {"schema": _of(Problem, schemas)}}
    names = {401: "WWW-Authenticate", 503: "Retry-After"}
    headers = (
        {"headers": {names[status]: _ref("headers", names[status])}} if status in names else {}
    )
    return {"description": ERRORS[status], **headers, "content": content}


def _ref(kind: str, name: str) -> Json:
    return {"$ref": f"#/components/{kind}/{name}"}
