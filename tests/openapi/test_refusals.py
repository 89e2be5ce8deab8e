"""Test how requests are refused, whatever they are about: in which order and form."""

from typing import Any

import pytest

from tests.support.factories import position
from tests.support.fixtures import Lake

POSTS = (
    "/negotiations", "/negotiations/lake/issues", "/negotiations/lake/looks",
    "/negotiations/lake/parties", "/parties", "/positions", "/positions/1/retract", "/quotes/check",
    "/sources", "/speakers",
)  # fmt: skip
PATCHES = (
    "/negotiations/lake", "/negotiations/lake/issues/quota", "/negotiations/lake/parties/north",
    "/parties/north", "/positions/1", "/sources/1", "/speakers/1",
)  # fmt: skip
WRITES = [*(("POST", path) for path in POSTS), *(("PATCH", path) for path in PATCHES)]


def test_who_sends_it_is_asked_before_anything_else(lake: Lake, subtests: pytest.Subtests) -> None:
    client = lake.stranger.client
    for method, path in WRITES:
        for token, status in ((None, 401), ("no-such-token", 401), (lake.vic.token, 403)):
            for kind in ("application/json", "text/plain"):
                sent = {"Content-Type": kind} | (
                    {"Authorization": f"Bearer {token}"} if token else {}
                )
                with subtests.test(f"{method} {path}", kind=kind, status=status):
                    got = client.request(method, f"/api/v1{path}?x=1", content=b"{", headers=sent)
                    assert (got.status_code, got.json()["errors"]) == (status, [])
                    assert got.headers["content-type"] == "application/problem+json"


def test_an_unread_body_is_refused_before_an_unreadable_one(
    lake: Lake, subtests: pytest.Subtests
) -> None:
    lake.ada.state()
    for path in (*PATCHES, "/positions/1/retract"):
        etag = {"If-Match": lake.ada.get(path.removesuffix("/retract")).etag}
        with subtests.test(path):
            assert raw(lake, path, b"{", kind="text/plain").status_code == 415
            assert raw(lake, path, b"{", "?x=1").status_code == 428
            assert (
                raw(lake, path, b"{", "?x=1", **{"If-Match": '"of another time"'}).status_code
                == 412
            )
            for content, query, where in (
                (b"{", "", ""),
                (b"[]", "", ""),
                (b'{"a":1,"a":1}', "", ""),
                (b"{}", "?x=1", "x"),
            ):
                got = raw(lake, path, content, query, **etag)
                [fault] = got.json()["errors"]
                assert (got.status_code, fault.get("pointer", fault.get("parameter"))) == (
                    422,
                    where,
                )


def raw(
    lake: Lake,
    path: str,
    content: bytes,
    query: str = "",
    kind: str = "application/json",
    **headers: str,
) -> Any:
    method = "POST" if path.endswith("retract") else "PATCH"
    sent = {"Authorization": f"Bearer {lake.ada.token}", "Content-Type": kind} | headers
    return lake.stranger.client.request(
        method, f"/api/v1{path}{query}", content=content, headers=sent
    )


def test_a_token_that_does_not_count_is_refused_where_none_is_needed(
    lake: Lake, subtests: pytest.Subtests
) -> None:
    lake.ada.state()
    for path in (
        "/negotiations", "/negotiations/lake", "/negotiations/lake/matrix",
        "/negotiations/lake/agreement", "/parties", "/parties/north", "/parties/nobody",
        "/sources/1", "/speakers", "/changes", "/search?q=dam", "/positions/1", "/quotes/1",
        "/negotiations/lake/releases", "/events",
    ):  # fmt: skip
        with subtests.test(path):
            got = lake.stranger.client.get(
                f"/api/v1{path}", headers={"Authorization": "Bearer no-such-token"}
            )
            assert (got.status_code, got.headers["www-authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize(
    "number", ["01", "+1", " 1", "1 ", "%0A1", "1.0", "1e0", "\u0661", "0", "-1", "9" * 30]
)
def test_a_thing_has_one_address(lake: Lake, number: str) -> None:
    lake.ada.state()
    for path in (
        "/positions/{}",
        "/positions/{}/versions",
        "/positions/1/versions/{}",
        "/sources/{}",
        "/speakers/{}",
    ):
        assert lake.stranger.get(path.format(number)).status == 404


@pytest.mark.parametrize("slug", ["%00", "Lake", "lake%0A", "-", "%F0%9F%98%80", "a" * 5000])
def test_what_cannot_be_a_slug_names_nothing(lake: Lake, slug: str) -> None:
    for path in (
        "/negotiations/{}",
        "/negotiations/{}/matrix",
        "/negotiations/lake/issues/{}",
        "/parties/{}",
    ):
        got = lake.stranger.get(path.format(slug))
        assert (got.status, got.json["title"]) == (404, "Not found")


@pytest.mark.parametrize(
    ("path", "body", "where"),
    [
        ("/positions", position(status=None), "/status"),
        (
            "/negotiations/lake/parties",
            {"party": "east", "consent_required": None},
            "/consent_required",
        ),
        (
            "/negotiations/lake/parties",
            {"party": "east", "consent_required": "yes"},
            "/consent_required",
        ),
        ("/negotiations/lake/parties", {"party": "east", "order": None}, "/order"),
        ("/negotiations/lake/issues", {"slug": "i", "title": "I", "order": None}, "/order"),
        ("/negotiations/lake/issues", {"slug": "i", "title": "I", "ordered": 1}, "/ordered"),
        ("/negotiations", {"slug": "n", "title": "N", "review": "true"}, "/review"),
        ("/negotiations", {"slug": "n", "title": "N", "coded_through": 86_400}, "/coded_through"),
        ("/quotes/check", {"source_id": 99, "exact": "words"}, "/source_id"),
        ("/quotes/check", {"text": "words", "exact": " "}, "/exact"),
    ],
    ids=str,
)
def test_null_and_what_only_looks_alike_are_not_taken(
    lake: Lake, path: str, body: Any, where: str
) -> None:
    lake.ada.party("east")
    refused = lake.ada.post(path, body)
    assert (refused.status, refused.faults) == (422, {where})


@pytest.mark.parametrize("path", ["parties", "issues", "looks", "matrix", "releases"])
def test_a_negotiation_that_was_not_there_then_had_nothing(lake: Lake, path: str) -> None:
    then = lake.ada.known_now()
    lake.ada.post("/negotiations", {"slug": "later", "title": "Later"})
    assert lake.ada.get(f"/negotiations/later/{path}", known_at=then).status == 404
    assert lake.ada.get(f"/negotiations/later/{path}").status == 200


def test_a_text_as_long_as_a_body_may_be_is_taken_and_checked(lake: Lake) -> None:
    words = "and so on " * 790_000
    kept = lake.ada.post(
        "/sources", {"reference": "The whole record", "title": "Long", "text": f"{words}At last."}
    )
    assert kept.status == 201
    number = kept.data["id"]
    assert lake.ada.state(quotes=[{"source_id": number, "exact": "At last"}])["quotes"][0][
        "start"
    ] == len(words)
    assert (
        lake.ada.post("/quotes/check", {"text": words, "exact": "and so on and so"}).status == 200
    )


def test_a_pinned_answer_tells_how_much_of_it_has_changed_since(lake: Lake) -> None:
    one, other = lake.ada.state()["id"], lake.ada.state("south")["id"]
    then = lake.ada.known_now()
    addresses = (
        "/positions",
        f"/positions/{one}",
        f"/positions/{one}/versions",
        f"/positions/{one}/versions/1",
    )

    def told(path: str) -> Any:
        return lake.stranger.get(path, known_at=then).meta["changed_since"]

    assert [told(path) for path in addresses] == [0, 0, 0, 0]
    lake.ada.correct(one, summary="another")
    lake.ada.correct(one, summary="yet another")
    assert [told(path) for path in addresses] == [1, 1, 1, 1]
    lake.ada.retract(other)
    assert [told(path) for path in addresses] == [2, 1, 1, 1]
    assert "changed_since" not in lake.stranger.get("/positions").meta
