"""Test the page of drafts: whose they are, their state, what is missing, and the actions there."""

from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode
from starlette.testclient import TestClient

from app.embedded_postgres.server import Server
from tests.codebook.make import Api, negotiation, position, post
from tests.support.desks import SARN, upon
from tests.support.worlds import Known, World

LIST = "/n/sarn/drafts"


def _strict(api: Api, _known: Known) -> Known:
    return {"strict": negotiation(api, "strict", review=True)}


BOTH = upon(SARN, "sarn_and_strict", _strict)


@pytest.fixture
def world() -> World:
    """Fill the database with a negotiation without required review, and one with it."""
    return BOTH


@pytest.fixture
def strict(copy: tuple[Server, Known]) -> int:
    """Return the source of the negotiation with required review."""
    return int(copy[1]["strict"])


def draft(api: Api, source: int, **more: Any) -> int:
    return position(api, source, status="draft", attitudes={"month": "prefers"}, **more)["id"]


def items(client: TestClient, section: str, path: str = LIST) -> list[LexborNode]:
    answer = client.get(path)
    assert answer.status_code == 200
    return LexborHTMLParser(answer.text).css(
        f"section[aria-labelledby={section}] > ul > li:has(h3)"
    )


def words(client: TestClient, section: str, path: str = LIST) -> list[str]:
    return [" ".join(i.text(separator=" ").split()) for i in items(client, section, path)]


def buttons(client: TestClient, section: str, path: str = LIST) -> list[str]:
    return [
        b.attributes["value"] or "" for i in items(client, section, path) for b in i.css("button")
    ]


def menu(client: TestClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return menu_of(answer.text)


def menu_of(page: str) -> str:
    return LexborHTMLParser(page).css_first("header nav").text(separator=" ")


def test_the_list_and_its_number_are_the_editors_alone(
    api: Api,
    source: int,
    client: TestClient,
    viewer: TestClient,
    author: TestClient,
    second: TestClient,
) -> None:
    draft(api, source, summary="Marker of a draft")
    assert client.get(LIST).status_code == 303 and viewer.get(LIST).status_code == 403
    for reader in (client, viewer):
        assert "Drafts" not in reader.get("/n/sarn").text
    for path in ("/n/sarn", "/n/sarn/coverage", "/n/sarn/code-book", "/n/sarn/desk"):
        assert "Drafts 1" in menu(second, path), path
    number = position(api, source)["id"]
    [quote] = api.client.get(f"/api/v1/positions/{number}").json()["data"]["quotes"]
    for path in (
        *(f"/positions/1/{page}" for page in ("correct", "move", "review", "retract")),
        f"/positions/{number}", f"/positions/{number}/versions/1", f"/quotes/{quote['id']}",
        *(f"/{page}?negotiation=sarn" for page in ("bookmarklet", "sources/new")),
    ):  # fmt: skip
        assert "Drafts 1" in menu(second, path), path
    refused = post(second, "/n/sarn/code-book/issues/new", title="")
    assert refused.status_code == 422 and "Drafts 1" in menu_of(refused.text)
    assert len(items(author, "own")) == 1 and items(author, "others") == []
    assert len(items(second, "others")) == 1 and items(second, "own") == []
    assert "by editor" in words(second, "others")[0]


def test_what_is_missing_is_said_and_only_what_is_whole_can_be_published(
    api: Api, source: int, author: TestClient
) -> None:
    api.client.patch(
        f"/api/v1/sources/{source}",
        json={"text": "We want a month of quiet, and a year.", "reason": "found"},
        headers={
            "Authorization": f"Bearer {api.token}",
            "If-Match": api.client.get(f"/api/v1/sources/{source}").headers["ETag"],
        },
    )
    body = {"negotiation": "sarn", "party": "sarn-borsk", "issue": "bridge", "status": "draft"}
    empty = api.post("/positions", body)["id"]
    wrong = draft(api, source, said="We want a decade of quiet")
    undated = api.post("/sources", {"url": "https://example.org/undated", "title": "Undated"})["id"]
    adrift = api.post(
        "/positions", body | {"quotes": [{"source_id": undated, "exact": "Joint or not at all"}]}
    )["id"]
    whole = draft(api, source, said="We want a month of quiet")
    found = {
        int(i.css_first("h3 a").attributes["href"].split("/")[2]): i for i in items(author, "own")
    }
    lacks = {n: [li.text() for li in i.css(".lacks li")] for n, i in found.items()}
    assert lacks == {
        empty: ["It has no quote yet"],
        wrong: [
            "Quote 1 does not occur in the text of its source as whole words; it can be kept in a"
            " draft"
        ],
        adrift: ["It has no date, and its quotes and sources give none"],
        whole: [],
    }
    assert [n for n, i in found.items() if i.css("button")] == [whole]
    path = f"/positions/{whole}/review"
    for _ in range(2):  # pressed twice
        done = post(author, path, do="publish", version="1", back="drafts")
    assert done.status_code == 303
    assert api.get(f"/positions/{whole}")["data"]["status"] == "published"
    assert api.get(f"/positions/{whole}")["data"]["version"] == 2
    assert (
        post(
            author, f"/positions/{empty}/review", do="publish", version="1", back="drafts"
        ).status_code
        == 422
    )
    assert "Published" in author.get(f"{LIST}?done={whole}").text


def test_a_draft_is_discarded_found_again_and_brought_back(
    api: Api, source: int, author: TestClient
) -> None:
    number = draft(api, source, summary="Знайдений маркер")
    gone = post(author, f"/positions/{number}/retract", do="retract", version="1", reason="Twice")
    assert gone.headers["location"] == f"{LIST}?done={number}"
    assert "Discarded" in author.get(gone.headers["location"]).text
    assert items(author, "own") == []
    [line] = words(author, "discarded")
    assert "Знайдений маркер" in line and "by editor: Twice" in line and "Restore" in line
    back = post(author, f"/positions/{number}/restore", do="draft", version="2", reason="Not twice")
    assert back.headers["location"] == f"{LIST}?done={number}"
    assert items(author, "discarded") == [] and len(items(author, "own")) == 1
    published = position(api, source)["id"]
    held = api.client.get(f"/api/v1/positions/{published}")
    headers = {"Authorization": f"Bearer {api.token}", "If-Match": held.headers["ETag"]}
    api.client.post(f"/api/v1/positions/{published}/retract", json={"reason": "x"}, headers=headers)
    assert items(author, "discarded") == []  # a retracted position was no draft


def test_where_a_second_person_publishes_the_list_says_where_each_stands(
    api: Api, strict: int, author: TestClient, second: TestClient
) -> None:
    page = "/n/strict/drafts"
    number = position(api, strict, slug="strict", attitudes={"month": "prefers"})["id"]
    saved = author.get(f"/positions/{number}/saved").text
    form = LexborHTMLParser(saved).css_first(
        f"form[action='/positions/{number}/review'] button[value=submit]"
    )
    assert form is not None
    assert buttons(author, "own", page) == ["submit"] and buttons(second, "others", page) == [
        "publish"
    ]
    path = f"/positions/{number}/review"
    assert (
        post(author, path, do="submit", version="1", back="drafts").headers["location"]
        == f"{page}?done={number}"
    )
    assert "Submitted" in words(author, "own", page)[0] and buttons(author, "own", page) == []
    post(second, path, do="return", version="1", comment="Which <month>?")
    [line] = words(author, "own", page)
    assert "Returned by admin: Which <month>?" in line and buttons(author, "own", page) == [
        "submit"
    ]
    assert post(author, path, do="publish", version="1", back="drafts").status_code == 403
    assert post(second, path, do="publish", version="1", back="drafts").status_code == 303
    assert api.get(f"/positions/{number}")["data"]["status"] == "published"


def test_done_names_nothing_that_is_not_of_this_negotiation(
    api: Api, source: int, strict: int, author: TestClient
) -> None:
    elsewhere = position(api, strict, slug="strict", summary="Elsewhere")["id"]
    for done in (elsewhere, 0, 10**30, -1, 999):
        answer = author.get(f"{LIST}?done={done}")
        assert answer.status_code == 200 and "Elsewhere" not in answer.text
    assert author.get(f"{LIST}?done=x").status_code == 422
