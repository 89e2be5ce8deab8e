"""Match requests with routes, faster than one route after the other."""

from typing import Any

from fastapi import APIRouter
from starlette._utils import get_route_path
from starlette.routing import Match, Route
from starlette.types import Scope

Words = tuple[str | None, str | None]  # the first and the third part of a path; None: any


class Router(APIRouter):
    """A router that passes over a request at once if none of its routes begins like its path.

    There are hundreds of routes, and the framework tries the pattern of each in turn. Most routes
    differ in the first word of their path, or in the third: /n/{slug}/changes. The paths of its
    routes have to be whole: it cannot be included below a prefix.
    """

    def include_router(self, router: APIRouter, **options: Any) -> None:
        """Include another router, whose paths are whole; ValueError where they would not be."""
        if self.prefix or options.get("prefix"):
            raise ValueError("a router cannot be included below a prefix")
        super().include_router(router, **options)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Tell whether one of the routes is meant, and what its path says."""
        if scope["type"] == "http" and not self._may_match(get_route_path(scope)):
            return Match.NONE, {}
        return super().matches(scope)

    def _may_match(self, path: str) -> bool:
        if len(self.routes) != self._counted:
            self._words = {_words_of(route) for route in self.routes}
            self._counted = len(self.routes)
        first, third = _split(path)
        known = self._words
        return (
            (first, third) in known
            or (first, None) in known
            or (None, third) in known
            or (None, None) in known
        )

    _words: set[Words]
    _counted = -1  # how many routes the words are of: routes are added after the router is made


def _words_of(route: object) -> Words:
    """Return the words with which every path of a route begins; None for those that vary."""
    if not isinstance(route, Route):
        return None, None
    path = route.path
    if ":path}" in path:  # may stand for several parts
        path = path[: path.index("{")]
        return (_split(path)[0] if path.count("/") > 1 else None), None
    first, third = _split(path)
    return (None if "{" in first else first), (None if "{" in third else third)


def _split(path: str) -> tuple[str, str]:
    parts = path.split("/", 4)
    return parts[1] if len(parts) > 1 else "", parts[3] if len(parts) > 3 else ""
