"""Test several drafts at once, and that nobody publishes what they wrote a part of."""

import re

import pytest
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from tests.codebook.make import Api, position, post

DRAFTS, REVIEW = "/n/sarn/drafts", "/n/sarn/review"


@pytest.fixture
def drafts(api: Api, source: int) -> list[int]:
    """State three drafts of the first editor, and return their ids."""
    return [
        position(api, source, attitudes={"month": "prefers"}, summary=f"Draft {n}")["id"]
        for n in range(3)
    ]


def act(client: TestClient, do: str, *marks: str, back: str = "") -> tuple[int, str]:
    answer = client.post(
        DRAFTS,
        data={"do": do, "draft": list(marks), "back": back},
        headers={"Sec-Fetch-Site": "same-origin"},
        follow_redirects=False,
    )
    return answer.status_code, answer.headers.get("location") or answer.text


def menu(client: TestClient, path: str) -> str:
    return " ".join(LexborHTMLParser(client.get(path).text).css_first("header nav").text().split())


def test_several_drafts_are_submitted_counted_and_published_by_another(
    api: Api, drafts: list[int], author: TestClient, second: TestClient, viewer: TestClient
) -> None:
    marks = [f"{n}:1" for n in drafts]
    assert act(viewer, "submit", *marks)[0] == 403
    for _ in range(2):  # pressed twice
        assert act(author, "submit", *marks) == (303, f"{DRAFTS}?did=submit&count=3")
    assert "3 drafts submitted for review." in author.get(f"{DRAFTS}?did=submit&count=3").text
    assert "Review 3" in menu(second, "/n/sarn") and "3 drafts to review" in second.get("/").text
    assert "Review 3" not in menu(author, "/n/sarn") and "to review" not in author.get("/").text
    assert "Review" not in viewer.get("/n/sarn").text
    boxes = re.findall(r'name="draft" value="([0-9:]+)"', second.get(REVIEW).text)
    assert sorted(boxes) == sorted(marks)
    assert re.findall('name="draft"', author.get(REVIEW).text) == []
    status, why = act(author, "publish", marks[0])
    assert status == 409 and "did not write any part" in why
    for _ in range(2):
        done = act(second, "publish", *marks[:2], back="review")
        assert done == (303, f"{REVIEW}?did=publish&count=2")
    assert [api.get(f"/positions/{n}")["data"]["status"] for n in drafts] == [
        "published", "published", "draft",
    ]  # fmt: skip
    assert act(author, "discard", marks[2]) == (303, f"{DRAFTS}?did=discard&count=1")
    assert api.get(f"/positions/{drafts[2]}")["data"]["status"] == "retracted"


def test_a_changed_draft_stays_and_the_others_are_published(
    api: Api, drafts: list[int], author: TestClient, second: TestClient
) -> None:
    one = api.client.get(
        f"/api/v1/positions/{drafts[1]}", headers={"Authorization": f"Bearer {api.token}"}
    )
    headers = {"Authorization": f"Bearer {api.token}", "If-Match": one.headers["ETag"]}
    changed = api.client.patch(
        f"/api/v1/positions/{drafts[1]}", json={"summary": "Змінено"}, headers=headers
    )
    assert changed.status_code == 200
    status, page = act(second, "publish", *[f"{n}:1" for n in drafts], "nonsense", "9999:1")
    assert status == 409, (status, page[:300])
    tree = LexborHTMLParser(page)
    said = " ".join(tree.css_first(".notice").text().split())
    assert "2 drafts published." in said and "2 drafts were not" in said
    assert "changed in the meantime" in page
    [kept] = tree.css("input[name=draft][checked]")
    assert kept.attributes["value"] == f"{drafts[1]}:2"


def test_who_wrote_a_part_may_not_publish(
    api: Api, drafts: list[int], author: TestClient, second: TestClient
) -> None:
    number = drafts[0]
    form = second.get(f"/positions/{number}/correct").text
    assert 'value="publish"' in form and 'value="submit"' in form
    fields = {
        n.attributes["name"] or "": n.attributes.get("value") or ""
        for n in LexborHTMLParser(form).css("#position-form input[type=hidden]")
    }
    sent = {**fields, "q-0-keep": "1", "o-month": "prefers", "summary": "Mine, in part"}
    saved = post(second, f"/positions/{number}/correct", do="submit", **sent)
    assert saved.status_code == 303, saved.text
    assert "Submitted for review" in second.get(saved.headers["location"]).text
    own = second.get(f"/positions/{number}/correct").text
    assert 'value="publish"' not in own and 'value="submit"' in own
    assert 'value="publish"' not in second.get(f"/positions/{number}/review").text
    assert "written in part by you" in second.get(REVIEW).text
    assert "Review 1" not in menu(second, "/n/sarn") and "Review 1" not in menu(author, "/n/sarn")
    assert post(second, f"/positions/{number}/review", do="publish", version="2").status_code == 403
    assert post(author, f"/positions/{number}/review", do="publish", version="2").status_code == 403


def test_a_draft_is_submitted_from_the_desk_in_one_step(
    api: Api, source: int, author: TestClient, second: TestClient
) -> None:
    desk = f"/n/sarn/desk/{source}"
    fields = {
        "party": "sarn-aldria", "issue": "truce", "o-month": "prefers", "stated_on": "2025-03-01",
        "q-0-source_id": str(source), "q-0-exact": "We want a month of quiet",
        "token": "a-token-of-this-form",
    }  # fmt: skip
    saved = [post(author, desk, do="submit", **fields) for _ in range(2)]  # pressed twice
    assert [s.status_code for s in saved] == [303, 303], saved[0].text
    said = author.get(saved[1].headers["location"]).text
    notice = LexborHTMLParser(said).css_first("[data-saved] [role=status]").text()
    assert "Submitted for review: Aldria" in " ".join(notice.split())
    assert "Review 1" in menu(second, "/n/sarn")
    offered = second.get("/n/sarn/positions/new?party=sarn-aldria&issue=truce").text
    assert 'value="publish"' not in offered and 'value="submit"' in offered
    assert (
        post(second, desk, do="publish", **fields | {"token": "a-token-of-second"}).status_code
        == 403
    )
