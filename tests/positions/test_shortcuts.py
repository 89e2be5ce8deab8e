"""Test that kept pages are answered without their routes exactly as with them."""

import logging
from typing import Any
from unittest import mock

import pytest
import structlog
from starlette.types import Scope

from app.positions.shortcuts import Shortcuts
from tests.support.fixtures import Lake

PAGES = ("/positions/1", "/quotes/1")
LISTS = (
    "/api/v1/positions",
    "/api/v1/positions?negotiation=lake",
    "/api/v1/positions?negotiation=lake&party=north&limit=1&sort=stated_on",
)
answer = Shortcuts._answer


async def never(self: Shortcuts, scope: Scope) -> None:
    """Stand in for what finds kept pages."""


def by_route(lake: Lake, path: str, **headers: str) -> Any:
    """Get a page as its route answers it."""
    with mock.patch.object(Shortcuts, "_answer", never):
        return lake.stranger.client.get(path, headers={"X-Request-ID": "uncached"} | headers)


def found(lake: Lake, path: str, **headers: str) -> tuple[Any, bool]:
    """Get a page, and tell whether it was answered without its route."""
    at_once = []

    async def noted(self: Shortcuts, scope: Scope) -> Any:
        made = await answer(self, scope)
        at_once.append(made is not None)
        return made

    with mock.patch.object(Shortcuts, "_answer", noted):
        got = lake.stranger.client.get(path, headers={"X-Request-ID": "uncached"} | headers)
    return got, at_once == [True]


@pytest.mark.parametrize("path", PAGES + LISTS)
@pytest.mark.parametrize(
    "headers",
    [{}, {"Accept-Encoding": "identity"}, {"If-None-Match": "*"}, {"HX-Request-Type": "partial"}],
)
def test_it_is_the_same_answer(lake: Lake, path: str, headers: dict[str, str]) -> None:
    lake.ada.state()
    lake.ada.state()
    first, at_once = found(lake, path)
    assert first.status_code == 200 and not at_once
    got, at_once = found(lake, path, **headers)
    routed = by_route(lake, path, **headers)
    assert at_once
    assert (got.status_code, got.content) == (routed.status_code, routed.content)
    assert got.headers.raw == routed.headers.raw


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("{}?known_at=2100-01-01T00:00:00Z", {}),
        ("{}?x=1", {}),
        ("{}", {"Cookie": "parley_session=unknown"}),
        ("{}", {"Authorization": "Bearer unknown"}),
        ("{}/", {}),
        ("/0{}", {}),
    ],
)
def test_whatever_else_is_asked_goes_to_its_route(
    lake: Lake, path: str, address: str, headers: dict[str, str]
) -> None:
    lake.ada.state()
    by_route(lake, path)
    got, at_once = found(lake, address.format(path), **headers)
    routed = by_route(lake, address.format(path), **headers)
    assert not at_once
    assert got.status_code == routed.status_code


@pytest.mark.parametrize("path", PAGES)
def test_a_change_is_seen_at_once(lake: Lake, path: str) -> None:
    number = lake.ada.state()["id"]
    by_route(lake, path)
    assert found(lake, path)[1]
    lake.ada.patch(f"/positions/{number}", {"summary": "Something else is wanted."})
    got, at_once = found(lake, path)
    assert not at_once and "Something else is wanted." in got.text
    lake.ada.source()  # another write, which changes neither
    got, at_once = found(lake, path)
    assert at_once and got.content == by_route(lake, path).content


@pytest.mark.parametrize("path", LISTS)
def test_a_list_is_of_now(lake: Lake, path: str) -> None:
    numbers = [lake.ada.state()["id"] for _ in range(2)]
    assert [row["id"] for row in found(lake, path)[0].json()["data"]]
    for change in (
        lambda: lake.ada.patch(f"/positions/{numbers[0]}", {"summary": "Something else."}),
        lambda: lake.ada.post(f"/positions/{numbers[1]}/retract", {"reason": "It was not said."}),
        lambda: lake.ada.state("north", "quota"),
        lambda: lake.ada.patch("/parties/north", {"slug": "north", "name": "Another name"}),
        lambda: lake.ada.state(status="draft"),
        lambda: lake.ada.source(),
    ):
        change()
        got, routed = found(lake, path)[0], by_route(lake, path)
        token = {"Authorization": f"Bearer {lake.ada.token}"}
        editors, at_once = found(lake, path, **token)
        assert not at_once
        assert got.content == routed.content
        assert got.json()["data"] == editors.json()["data"]
        assert {row["status"] for row in got.json()["data"]} <= {"published"}
        assert found(lake, path)[1]


def test_the_next_page_of_a_kept_list_is_of_the_same_moment(lake: Lake) -> None:
    for _ in range(3):
        lake.ada.state()
    path = "/api/v1/positions?negotiation=lake&limit=2"
    by_route(lake, path)
    lake.ada.source()
    got, at_once = found(lake, path)
    assert at_once
    rest, at_once = found(lake, f"{path}&cursor={got.json()['meta']['next']}")
    assert not at_once and got.headers["link"].count("cursor=") == 1
    assert rest.json()["meta"]["known_at"] == got.json()["meta"]["known_at"]
    numbers = [row["id"] for answer in (got, rest) for row in answer.json()["data"]]
    assert len(set(numbers)) == 3


@pytest.mark.parametrize(
    "more", ["known_at=2100-01-01T00:00:00Z", "status=draft", "party=nobody", "x=1", "limit=0"]
)
def test_a_list_that_is_refused_is_refused_again(lake: Lake, more: str) -> None:
    lake.ada.state()
    for path in (f"/api/v1/positions?negotiation=lake&{more}", f"/api/v1/positions?{more}"):
        for _ in range(2):
            got, at_once = found(lake, path)
            assert got.status_code in (401, 422) and not at_once


def test_lists_of_two_negotiations_are_kept_apart(lake: Lake) -> None:
    """A change in one of them leaves the list of the other, which is found by its name."""
    lake.ada.post("/negotiations", {"slug": "river", "title": "The river"})
    lake.ada.state()
    river = "/api/v1/positions?negotiation=river"
    assert found(lake, river)[0].json()["data"] == []
    lake.ada.state()
    got, at_once = found(lake, river)
    assert at_once and got.json()["data"] == []
    lakes = found(lake, "/api/v1/positions?negotiation=lake")[0].json()["data"]
    assert len(lakes) == 2


def test_equal_lists_have_equal_tags_and_others_do_not(lake: Lake) -> None:
    lake.ada.state()
    path = "/api/v1/positions?negotiation=lake"
    tags = [found(lake, path)[0].headers["etag"], by_route(lake, path).headers["etag"]]
    assert found(lake, path, **{"If-None-Match": tags[0]})[0].status_code == 304
    lake.ada.state()
    tags.append(found(lake, path)[0].headers["etag"])
    assert tags[0] == tags[1] != tags[2]


def test_who_is_signed_in_gets_a_page_of_their_own(lake: Lake) -> None:
    lake.ada.state()
    by_route(lake, "/positions/1")
    assert "ada" in lake.ada.uncached("/positions/1").text
    assert lake.stranger.client.head("/positions/1").content == b""


def test_it_is_logged_under_its_route(lake: Lake) -> None:
    lake.ada.state()
    by_route(lake, "/positions/1")
    was = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    try:
        with structlog.testing.capture_logs() as lines:
            assert found(lake, "/positions/1")[1]
    finally:
        structlog.configure(**was)
    assert [line["route"] for line in lines if line["event"] == "answered"] == [
        "/positions/{position_id}"
    ]
