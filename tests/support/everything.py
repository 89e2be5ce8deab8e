"""Fill in every address of the API with what is stored, for tests that compare two databases."""

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

from fastapi import FastAPI

from tests.support.factories import Desk

API = "/api/v1"
# An endless stream, the description, and what few databases have.
NOT_COMPARED = (
    "/openapi.json",
    "/events",
    "/negotiations/{slug}/releases/{number}",
    "/alerts",
    "/alerts/{alert_id}",
    "/alerts/{alert_id}/deliveries",
    "/proposals",
    "/proposals/figures",
    "/proposals/{proposal_id}",
)


def paths(app: FastAPI, method: str = "GET") -> list[str]:
    """Return the path templates of all routes for a method."""
    contexts = (
        c for route in app.routes for c in getattr(route, "effective_route_contexts", list)()
    )
    return [c.path for c in contexts if method in (getattr(c, "methods", None) or ())]


def addresses(app: FastAPI, desk: Desk) -> list[str]:
    """Return every GET of the API with every object that the desk can see, relative to /api/v1.

    A route without any object fails.
    """
    found: list[str] = []
    for path in paths(app):
        if path.startswith(API + "/") and path.removeprefix(API) not in NOT_COMPARED:
            filled = list(_filled(desk, re.sub(r":[a-z]+}", "}", path.removeprefix(API))))
            assert filled, f"nothing on file for {path}"
            found += filled
    return found


def _filled(desk: Desk, path: str) -> Iterator[str]:
    if path == "/search":
        yield f"{path}?q=dam"
    elif "{" not in path:
        yield path
        for status in ("draft", "retracted") if path == "/positions" and desk.token else ():
            yield f"{path}?status={status}"
    elif "{slug}" in path:
        for slug in _keys(desk, "/negotiations", "slug"):
            yield from _filled(desk, path.replace("{slug}", str(slug)))
    else:
        names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
        for values in product(*(_values(desk, path, name) for name in names)):
            address = path
            for name, value in zip(names, values, strict=True):
                address = address.replace(f"{{{name}}}", str(value))
            if "version" not in names or desk.ask("GET", address).status == 200:
                yield address


def _values(desk: Desk, path: str, name: str) -> list[Any]:
    below = "/".join(path.split("/")[:3]) if path.startswith("/negotiations/") else ""
    match name:
        case "party":
            return _keys(desk, f"{below}/parties", "party" if below else "slug")
        case "issue":
            return _keys(desk, f"{below}/issues", "slug")
        case "speaker_id" | "source_id":
            return _keys(desk, f"/{name.removesuffix('_id')}s", "id")
        case "position_id":
            return [row["id"] for row in _positions(desk)]
        case "quote_id":
            return sorted({quote["id"] for row in _positions(desk) for quote in row["quotes"]})
        case "version":
            return [1, 2, 3]
    raise AssertionError(f"teach tests/support/everything.py what {{{name}}} of {path} stands for")


def _keys(desk: Desk, path: str, key: str) -> list[Any]:
    return [row[key] for row in desk.get(path, limit=500).data]


def _positions(desk: Desk) -> list[Any]:
    queries = [{"status": s} for s in ("published", "draft", "retracted")] if desk.token else [{}]
    return [row for query in queries for row in desk.get("/positions", limit=500, **query).data]
