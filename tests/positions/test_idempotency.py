"""Test Idempotency-Key: sending a write again changes nothing."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from tests.support.factories import Answer, Desk, position
from tests.support.fixtures import SETTINGS, Lake
from tests.support.waiting import Started, log_held

KEY = {"Idempotency-Key": "k-1"}


def told_the_same(one: Answer, other: Answer) -> bool:
    names = ("etag", "location", "content-type")
    return (one.status, one.body) == (other.status, other.body) and all(
        one.headers.get(n) == other.headers.get(n) for n in names
    )


BODIES: dict[str, Any] = {
    "/positions": position(),
    "/sources": {"url": "https://news.example/once", "title": "Once"},
    "/parties": {"slug": "once", "name": "Once"},
    "/speakers": {"name": "Once"},
    "/negotiations": {"slug": "once", "title": "Once"},
    "/negotiations/lake/issues": {"slug": "once", "title": "Once"},
    "/negotiations/lake/looks": {"party": "north", "issue": "dam", "looked_on": "2024-06-01"},
    "/quotes/check": {"text": "some words", "exact": "words"},
}


@pytest.mark.parametrize("path", BODIES)
def test_the_same_key_and_body_answer_the_first_result(lake: Lake, path: str) -> None:
    first = lake.ada.post(path, BODIES[path], **KEY)
    assert first.status in (200, 201)
    before = lake.ada.get("/negotiations").meta["revision"]
    reordered = dict(reversed(list(BODIES[path].items())))  # the same as JSON
    assert told_the_same(lake.ada.post(path, reordered, **KEY), first)
    assert lake.ada.get("/negotiations").meta["revision"] == before


def test_a_retraction_is_answered_again_although_the_version_went_on(lake: Lake) -> None:
    lake.ada.state()
    sent = {"If-Match": lake.ada.get("/positions/1").etag, **KEY}
    first = lake.ada.post("/positions/1/retract", {"reason": "not said"}, **sent)
    assert first.status == 200
    assert told_the_same(
        lake.ada.post("/positions/1/retract", {"reason": "not said"}, **sent), first
    )


def test_another_body_or_address_under_the_key_is_refused(lake: Lake) -> None:
    assert lake.ada.post("/parties", {"slug": "one", "name": "One"}, **KEY).status == 201
    for path, body in (
        ("/parties", {"slug": "two", "name": "Two"}),
        ("/parties", {"slug": "one", "name": "One", "kind": None}),
        ("/negotiations", {"slug": "one", "title": "One"}),
        ("/parties", None),
    ):
        refused = lake.ada.post(path, body, **KEY)
        assert (refused.status, refused.faults) == (422, {"Idempotency-Key"}), (path, body)


def test_keys_belong_to_their_user(lake: Lake) -> None:
    made = [d.post("/positions", position(), **KEY).data["id"] for d in (lake.ada, lake.bo)]
    assert made == [1, 2]


def test_a_refusal_is_not_kept(lake: Lake) -> None:
    assert lake.ada.post("/positions", position(party="east"), **KEY).status == 422
    lake.ada.party("east", "lake")
    assert lake.ada.post("/positions", position(party="east"), **KEY).status == 201


def test_one_still_under_way_is_told_so(lake: Lake) -> None:
    with log_held(lake) as held:
        first = Started(lambda: lake.ada.post("/positions", position(), **KEY))
        assert first.waits()
        second = lake.ada.post("/positions", position(), **KEY)
        assert (second.status, second.headers["content-type"]) == (409, "application/problem+json")
        held.commit()
        assert first.result().status == 201
    assert told_the_same(lake.ada.post("/positions", position(), **KEY), first.result())
    assert len(lake.stranger.get("/positions").data) == 1


def test_keys_outlive_a_restart(lake: Lake) -> None:
    first = lake.ada.post("/positions", position(), **KEY)
    with TestClient(create_app(SETTINGS, lake.database.url)) as again:
        assert told_the_same(
            Desk(again, lake.ada.token).post("/positions", position(), **KEY), first
        )


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
def test_a_key_is_short_and_printable(lake: Lake, key: str) -> None:
    refused = lake.ada.post("/positions", position(), **{"Idempotency-Key": key})
    assert (refused.status, refused.faults) == (422, {"Idempotency-Key"})
