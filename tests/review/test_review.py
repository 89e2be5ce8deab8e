"""Test review of drafts: who may do what, and what only editors see."""

import pytest
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from tests.codebook.make import Api, position, post
from tests.codebook.test_codebook import errors

LIST = "/n/sarn/review"


@pytest.fixture
def draft(api: Api, source: int) -> int:
    """State a draft, and return its id."""
    made = position(api, source, attitudes={"month": "prefers"}, summary="Wants a month")
    assert made["status"] == "draft"
    return made["id"]


def waiting(client: TestClient) -> list[int]:
    links = LexborHTMLParser(client.get(LIST).text).css("section[aria-labelledby=submitted] h3 a")
    return [int(a.attributes["href"].split("/")[2]) for a in links]


def test_the_review_is_the_editors_alone(
    draft: int, client: TestClient, viewer: TestClient, author: TestClient
) -> None:
    for path in (LIST, f"/positions/{draft}/review"):
        assert client.get(path).status_code == 303
        assert viewer.get(path).status_code == 403
        assert author.get(path).status_code == 200
    assert post(client, f"/positions/{draft}/review", do="publish", version="1").status_code == 401
    assert post(viewer, f"/positions/{draft}/review", do="publish", version="1").status_code == 403
    assert client.get(f"/positions/{draft}").status_code == 404


def test_a_draft_is_submitted_returned_and_published_by_another(
    api: Api, draft: int, author: TestClient, second: TestClient, client: TestClient
) -> None:
    path = f"/positions/{draft}/review"
    for _ in range(2):  # pressing the button again changes nothing
        done = post(author, path, do="submit", version="1", comment="")
        assert done.headers["location"] == f"{LIST}?did=submit&count=1"
    assert "1 draft submitted for review." in author.get(done.headers["location"]).text
    assert waiting(second) == [draft]
    own = post(author, path, do="publish", version="1")
    assert own.status_code == 403 and api.get(f"/positions/{draft}")["data"]["status"] == "draft"
    mute = post(second, path, do="return", version="1")
    assert mute.status_code == 422 and errors(mute.text) == ["Comment: say what should be changed"]
    assert post(second, path, do="return", version="1", comment="Which <month>?").status_code == 303
    assert waiting(second) == []
    shown = author.get(path).text
    assert "Which &lt;month&gt;?" in shown
    assert post(author, path, do="submit", version="1", comment="March").status_code == 303
    assert post(second, path, do="publish", version="1", comment="Thanks").status_code == 303
    data = api.get(f"/positions/{draft}")["data"]
    assert (data["status"], data["recorded_by"], data["action"]) == (
        "published",
        "admin",
        "published",
    )
    assert waiting(second) == []
    public = (
        client.get(f"/positions/{draft}").text
        + client.get(f"/api/v1/positions/{draft}/versions").text
    )
    assert "Which" not in public and "Thanks" not in public
    again = post(second, path, do="publish", version="1", comment="Thanks")
    assert again.status_code == 409 and "no longer a draft" in again.text
    assert api.get(f"/positions/{draft}")["data"]["version"] == data["version"]


def test_what_changed_meanwhile_is_read_again_first(
    api: Api, draft: int, author: TestClient, second: TestClient
) -> None:
    path = f"/positions/{draft}/review"
    post(author, path, do="submit", version="1")
    held = api.client.get(
        f"/api/v1/positions/{draft}", headers={"Authorization": f"Bearer {api.token}"}
    )
    headers = {"Authorization": f"Bearer {api.token}", "If-Match": held.headers["ETag"]}
    changed = api.client.patch(
        f"/api/v1/positions/{draft}", json={"summary": "Wants thirty days"}, headers=headers
    )
    assert changed.status_code == 200
    assert "changed since" in second.get(LIST).text
    late = post(second, path, do="publish", version="1", comment="Fine with me")
    assert (
        late.status_code == 412 and "Wants thirty days" in late.text and "Fine with me" in late.text
    )
    assert api.get(f"/positions/{draft}")["data"]["status"] == "draft"


def test_nothing_is_submitted_where_no_review_is_asked_for(
    api: Api, source: int, author: TestClient
) -> None:
    api.post("/negotiations", {"slug": "other", "title": "Other"})
    api.post("/negotiations/other/parties", {"party": "sarn-aldria"})
    api.post("/negotiations/other/issues", {"slug": "truce", "title": "Truce"})
    body = {"negotiation": "other", "party": "sarn-aldria", "issue": "truce", "status": "draft"}
    draft = api.post("/positions", body)["id"]
    assert post(author, f"/positions/{draft}/review", do="submit", version="1").status_code == 409
    assert post(author, f"/positions/{draft}/review", do="bless", version="1").status_code == 404
