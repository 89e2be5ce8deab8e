"""Test that routers pass over only what none of their routes means."""

import pytest
from starlette.routing import Match

from app.http.routing import Router


@pytest.fixture(scope="module")
def router() -> Router:
    made, nested = Router(), Router()

    async def answer() -> None:
        """Answer nothing."""

    for path in ("", "/changes", "/export.{kind}", "/cells/{party}/{issue}"):
        made.get(f"/n/{{slug}}{path}")(answer)
    for path in ("/files/{path:path}", "/n/{slug}/texts/{path:path}", "/", "/quotes/{number}"):
        nested.post(path)(answer)
    made.include_router(nested)
    return made


def matched(router: Router, path: str, method: str) -> Match:
    """Ask the router that was included, as the application does."""
    whole = Router()
    whole.include_router(router)
    scope = {"type": "http", "path": path, "method": method, "root_path": ""}
    return max((route.matches(scope)[0] for route in whole.routes), key=lambda m: m.value)


@pytest.mark.parametrize(
    ("path", "method", "found"),
    [
        ("/n/lake", "GET", Match.FULL),
        ("/n/lake", "POST", Match.PARTIAL),
        ("/n/lake/changes", "GET", Match.FULL),
        ("/n/lake/export.csv", "GET", Match.FULL),
        ("/n/lake/cells/north/quota", "GET", Match.FULL),
        ("/n/lake/cells/north", "GET", Match.NONE),
        ("/files/a/b/c", "POST", Match.FULL),
        ("/n/lake/texts/a/b", "POST", Match.FULL),
        ("/", "POST", Match.FULL),
        ("/quotes/1", "POST", Match.FULL),
        ("/n/lake/other", "GET", Match.NONE),
        ("/other", "GET", Match.NONE),
        ("", "GET", Match.NONE),
    ],
)
def test_a_path_is_matched_as_by_trying_every_route(
    router: Router, path: str, method: str, found: Match
) -> None:
    assert matched(router, path, method) is found


def test_a_route_that_is_added_later_is_found() -> None:
    router = Router()

    async def answer() -> None:
        """Answer nothing."""

    router.get("/first")(answer)
    assert matched(router, "/second", "GET") is Match.NONE
    router.get("/second")(answer)
    assert matched(router, "/second", "GET") is Match.FULL


def test_a_router_is_not_included_below_a_prefix() -> None:
    with pytest.raises(ValueError, match="prefix"):
        Router(prefix="/n").include_router(Router())
    with pytest.raises(ValueError, match="prefix"):
        Router().include_router(Router(), prefix="/n")
