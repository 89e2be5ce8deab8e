"""Every route of the application, and addresses made from them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI

PARAMETER = re.compile(r"\{([a-z_]+)(?::[a-z]+)?\}")


def routes(app: FastAPI) -> list[tuple[str, str]]:
    """Method and path of each route, as declared, without converters; HEAD and OPTIONS come along by themselves."""
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
    """An address for a path; a parameter that no value is given for fails by its name."""
    return PARAMETER.sub(lambda found: str(values[found[1]]), path)
