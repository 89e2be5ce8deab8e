"""Test that a form which cannot be saved comes back with every text that was typed in it."""

from collections.abc import Iterator

import pytest
from selectolax.lexbor import LexborHTMLParser as parse
from starlette.testclient import TestClient

from app.main import create_app
from tests.support.fixtures import SETTINGS
from tests.support.servers import free_port

TYPED = {"summary": "\nДва\nряда <b>", "party": "north", "option": ["a", "b"], "do": "publish"}
FORM = {"Sec-Fetch-Site": "same-origin", "Cookie": "parley_session=" + "a" * 43}


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    """Return a client of an application whose database cannot be reached."""
    app = create_app(SETTINGS, f"postgresql://nobody@127.0.0.1:{free_port()}/none")
    with TestClient(app, raise_server_exceptions=False) as made:
        yield made


@pytest.mark.parametrize(
    "path",
    ["/n/lake/positions/new?issue=dam", "/positions/1/correct", "/n/lake/code-book/parties/new"],
)
def test_every_text_comes_back(client: TestClient, path: str) -> None:
    answer = client.post(path, data=TYPED, headers=FORM)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    [form] = parse(answer.text).css("main form")
    assert form.attributes["action"] == path
    found = [(t.attributes["name"], t.text()) for t in form.css("textarea")]
    assert found == [
        ("summary", "\nДва\nряда <b>"),
        ("party", "north"),
        ("option", "a"),
        ("option", "b"),
    ]
    assert form.css_first("button").attributes == {
        "class": "button",
        "name": "do",
        "value": "refresh",
    }


def test_a_form_that_is_open_stays(client: TestClient) -> None:
    answer = client.post(
        "/n/lake/positions/new", data=TYPED, headers=FORM | {"HX-Request-Type": "partial"}
    )
    assert answer.status_code == 503
    assert (answer.headers["hx-retarget"], answer.headers["hx-reswap"]) == ("#failed", "outerHTML")
    assert parse(answer.text).css_first("#failed") is not None


def test_no_password_comes_back(client: TestClient) -> None:
    answer = client.post("/login", data={"name": "ada", "password": "secret words"}, headers=FORM)
    assert answer.status_code == 503
    assert "secret words" not in answer.text


def test_what_is_no_form_is_left_alone(client: TestClient) -> None:
    assert client.get("/n/lake/positions/new", headers=FORM).status_code == 503
    answer = client.post("/api/v1/positions", json={}, headers={"Authorization": "Bearer x"})
    assert (answer.status_code, answer.json()["status"]) == (503, 503)
