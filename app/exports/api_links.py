"""Find the API address that holds the same data as a page; pure functions."""

import re
from collections.abc import Iterable
from urllib.parse import urlencode

from starlette.requests import Request

_TIMES = ("as_of", "known_at")
_MARKED = (*_TIMES, "since")
_FILTERS = (*_MARKED, "party", "issue", "firmness", "q")
# Pattern of a page's path, path of the API (with the groups of the pattern), and the query
# parameters that both accept.
_TWINS: list[tuple[str, str, tuple[str, ...]]] = [
    (r"/", "/negotiations", ("known_at",)),
    (r"/n/([^/]+)", "/negotiations/{0}/matrix", _FILTERS),
    (r"/n/([^/]+)/cells/([^/]+)/([^/]+)", "/negotiations/{0}/matrix?party={1}&issue={2}", _MARKED),
    (r"/n/([^/]+)/issues/([^/]+)", "/negotiations/{0}/matrix?issue={1}", _MARKED),
    (r"/n/([^/]+)/parties/([^/]+)", "/negotiations/{0}/matrix?party={1}", _MARKED),
    (r"/n/([^/]+)/(common-ground|coverage)", "/negotiations/{0}/{1}", _TIMES),
    (r"/n/([^/]+)/(?:agreement|compare)", "/negotiations/{0}/agreement", (*_TIMES, "party")),
    (r"/n/([^/]+)/packages", "/negotiations/{0}/packages", (*_TIMES, "issue", "suppose")),
    (
        r"/n/([^/]+)/contradictions",
        "/negotiations/{0}/contradictions",
        (*_TIMES, "days", "party", "issue", "kind"),
    ),
    (r"/n/([^/]+)/changes", "/negotiations/{0}/changes", ("from", "to", "known_at")),
    (r"/n/([^/]+)/timeline", "/negotiations/{0}/timeline", _TIMES),
    (r"/n/([^/]+)/about", "/negotiations/{0}", ("known_at",)),
    (r"/(positions|quotes|sources)/(\d+)", "/{0}/{1}", ("known_at",)),
    (r"/positions/(\d+)/versions/(\d+)", "/positions/{0}/versions/{1}", ("known_at",)),
    (r"/n/([^/]+)/releases", "/negotiations/{0}/releases", ("known_at",)),
    (r"/n/([^/]+)/releases/(\d+)", "/negotiations/{0}/releases/{1}", ("known_at",)),
    (r"/parties/([^/]+)", "/parties/{0}", ("known_at",)),
    (r"/search", "/search", ("q", "known_at")),
]
_PATTERNS = [(re.compile(page), twin, known) for page, twin, known in _TWINS]


def json_twin(request: Request) -> str | None:
    """Return the API address with the data that this page shows, or None if there is none."""
    return twin_of(request.url.path, request.query_params.multi_items())


def twin_of(path: str, query: Iterable[tuple[str, str]]) -> str | None:
    """Return the API address for a page's path and query, or None if the API has none.

    Parameters that the API does not know, and empty ones, are left out.
    """
    for page, twin, known in _PATTERNS:
        found = page.fullmatch(path)
        if found:
            given = urlencode(
                [(name, value) for name, value in query if name in known and value.strip()]
            )
            address = f"/api/v1{twin.format(*found.groups())}"
            return f"{address}{'&' if '?' in address else '?'}{given}" if given else address
    return None
