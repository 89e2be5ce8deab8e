"""List every route of the application, and make addresses from them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI

PARAMETER = re.compile(r"\{([a-z_]+)(?::[a-z]+)?\}")


def routes(app: FastAPI) -> list[tuple[str, str]]:
    """Return method and path of each route, without path converters.

    HEAD and OPTIONS, which come automatically, are left out.
    """
    found = {
        (method, PARAMETER.sub(r"{\1}", route.path))
        for route in _leaves(app.routes)
        for method in getattr(route, "methods", None) or ()
        if method not in ("HEAD", "OPTIONS")
    }
    return sorted(found, key=lambda r: (r[1], r[0]))


def _leaves(routes: Any) -> Iterator[Any]:
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from _leaves(included.routes)
        else:
            yield route


def fill(path: str, values: Mapping[str, object]) -> str:
    """Return an address for a path; a parameter without a value fails, with its name."""
    return PARAMETER.sub(lambda found: str(values[found[1]]), path)
