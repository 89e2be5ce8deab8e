"""Find the API address that holds the same data as a page; pure functions."""

import re
from collections.abc import Iterable
from urllib.parse import urlencode

from starlette.requests import Request

_TIMES = ("as_of", "known_at")
_MARKED = (*_TIMES, "since")
_FILTERS = (*_MARKED, "party", "issue", "firmness", "q")
# Pattern of a page's path, path of the API, and the query parameters that both accept.
_TWINS: list[tuple[str, str, tuple[str, ...]]] = [
    (r"/", "/negotiations", ("known_at",)),
    (r"/n/([^/]+)", r"/negotiations/\1/matrix", _FILTERS),
    (r"/n/([^/]+)/cells/([^/]+)/([^/]+)", r"/negotiations/\1/matrix?party=\2&issue=\3", _MARKED),
    (r"/n/([^/]+)/issues/([^/]+)", r"/negotiations/\1/matrix?issue=\2", _MARKED),
    (r"/n/([^/]+)/parties/([^/]+)", r"/negotiations/\1/matrix?party=\2", _MARKED),
    (r"/n/([^/]+)/(common-ground|agreement|coverage)", r"/negotiations/\1/\2", _TIMES),
    (r"/n/([^/]+)/changes", r"/negotiations/\1/changes", ("from", "to", "known_at")),
    (r"/n/([^/]+)/timeline", r"/negotiations/\1/timeline", _TIMES),
    (r"/n/([^/]+)/about", r"/negotiations/\1", ("known_at",)),
    (r"/(positions|quotes|sources)/(\d+)", r"/\1/\2", ("known_at",)),
    (r"/positions/(\d+)/versions/(\d+)", r"/positions/\1/versions/\2", ("known_at",)),
    (r"/n/([^/]+)/releases", r"/negotiations/\1/releases", ("known_at",)),
    (r"/n/([^/]+)/releases/(\d+)", r"/negotiations/\1/releases/\2", ("known_at",)),
    (r"/search", "/search", ("q", "known_at")),
]


def json_twin(request: Request) -> str | None:
    """Return the API address with the data that this page shows, or None if there is none."""
    return twin_of(request.url.path, request.query_params.multi_items())


def twin_of(path: str, query: Iterable[tuple[str, str]]) -> str | None:
    """Return the API address for a page's path and query, or None if the API has none.

    Parameters that the API does not know, and empty ones, are left out.
    """
    for page, twin, known in _TWINS:
        found = re.fullmatch(page, path)
        if found:
            given = urlencode(
                [(name, value) for name, value in query if name in known and value.strip()]
            )
            address = f"/api/v1{found.expand(twin)}"
            return f"{address}{'&' if '?' in address else '?'}{given}" if given else address
    return None
