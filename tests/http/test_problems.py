"""Test errors as responses, on a small application."""

import json
import time
from collections.abc import Iterator
from typing import Annotated, Literal

import pytest
from fastapi import APIRouter, FastAPI, Path, Query
from pydantic import BaseModel
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy.exc import DataError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.testclient import TestClient

from app.core.errors import Conflict, Fault, SignInRequired, StaleVersion, TooMany, Unavailable
from app.core.input_models import Input, Line
from app.http.json_body import TYPES, JsonRoute, Sent, _has_too_many
from app.http.middleware import install_security
from app.http.problems import from_database, install_problems, read_body
from app.settings import Settings


class Quote(Input):
    exact: Line
    kind: Literal["direct", "reported"] = "direct"


class Body(Input):
    title: Line
    quotes: tuple[Quote, ...] = ()
    speaker: Line | Quote | None = None


class Filters(BaseModel, extra="forbid"):
    limit: int = 1


ERRORS: dict[str, Exception] = {
    "conflict": Conflict("It is taken.", Fault("/slug", "is taken")),
    "stale": StaleVersion("It has changed."),
    "anonymous": SignInRequired("Sign in."),
    "often": TooMany("Too often.", 7),
    "away": Unavailable("Away."),
    "pool": PoolTimeout(),
    "refused": OperationalError("SELECT 1", {}, Exception("secret")),
    "range": DataError("SELECT 1", {}, Exception("secret")),
}


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    """Return a client of an application whose routes fail in all ways."""
    app, api = FastAPI(openapi_url=None), APIRouter(prefix="/api/v1", route_class=JsonRoute)
    install_security(app, Settings(hosts=("testserver",)))
    install_problems(app)

    @api.post("/things")
    async def add(body: Sent) -> Body:
        return read_body(Body, body)

    @api.get("/things")
    async def things(filters: Annotated[Filters, Query()]) -> int:
        return filters.limit

    @api.get("/things/{number}")
    async def thing(number: Annotated[int, Path(ge=1, le=2**63 - 1)]) -> int:
        return number

    @app.get("/errors/{name}")
    @api.get("/errors/{name}")
    async def fail(name: str) -> None:
        raise ERRORS[name]

    app.include_router(api)
    with TestClient(app, follow_redirects=False) as made:
        yield made


def post(
    client: TestClient, content: bytes | str, kind: str = "application/json"
) -> tuple[int, dict[str, str]]:
    answer = client.post("/api/v1/things", content=content, headers={"Content-Type": kind})
    assert answer.status_code == 200 or answer.headers["content-type"] == "application/problem+json"
    errors = answer.json().get("errors", [])
    return answer.status_code, {e.get("pointer", e.get("parameter")): e["detail"] for e in errors}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ("{}", "/title"),
        ('{"title": "a", "no/such~": 1}', "/no~1such~0"),
        (
            '{"title": "a", "quotes": [{"exact": "b"}, {"exact": "b", "kind": "odd"}]}',
            "/quotes/1/kind",
        ),
        ('{"title": "a", "quotes": [{}]}', "/quotes/0/exact"),
        ('{"title": "a", "speaker": 5}', "/speaker"),
        ('{"title": "a", "speaker": {}}', "/speaker/exact"),
        ('{"title": null}', "/title"),
        (r'{"title": "a\u0000b"}', "/title"),
        (r'{"title": "\ud800"}', ""),
        ('{"title": NaN}', ""),
        ('{"title": ', ""),
        (b"\xff", ""),
        ("[" * 100_000, ""),
        ('{"title":' * 100_000, ""),
        ("1" * 10_000, ""),
        ('{"title": "a", "title": "b"}', ""),
        ('{"title": "a", "quotes": [{"exact": "b", "kind": "direct", "exact": "c"}]}', ""),
        ("[]", ""),
        ("null", ""),
        ("", ""),
    ],
)
def test_what_is_wrong_with_a_body_is_named_by_its_pointer(
    client: TestClient, body: bytes | str, pointer: str
) -> None:
    status, errors = post(client, body)
    assert status == 422
    assert pointer in errors


def test_other_kinds_of_body_are_refused(client: TestClient) -> None:
    assert post(client, '{"title": "a"}', "text/plain")[0] == 415
    assert post(client, "title=a", "application/x-www-form-urlencoded")[0] == 415
    assert post(client, '{"title": "a"}', "application/merge-patch+json; charset=utf-8")[0] == 200


def test_a_write_takes_no_parameters_in_its_address(client: TestClient) -> None:
    answer = client.post("/api/v1/things?colour=red&colour=blue&dry_run=1", json={"title": "a"})
    assert (answer.status_code, {e["parameter"] for e in answer.json()["errors"]}) == (
        422,
        {"colour", "dry_run"},
    )


def test_parameters_are_named(client: TestClient) -> None:
    answer = client.get("/api/v1/things?limit=x&colour=red")
    assert answer.status_code == 422
    assert {e["parameter"] for e in answer.json()["errors"]} == {"limit", "colour"}


@pytest.mark.parametrize("number", ["abc", "0", "-1", "9" * 19, "9" * 5000, "1.5", "%00"])
def test_a_number_that_nothing_can_have_is_not_found(client: TestClient, number: str) -> None:
    assert client.get(f"/api/v1/things/{number}").status_code == 404


def test_a_problem_says_what_rfc_9457_asks_for(client: TestClient) -> None:
    answer = client.get("/api/v1/errors/conflict?token=secret")
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem.pop("request") == answer.headers["x-request-id"]
    assert problem == {
        "type": "about:blank",
        "title": Conflict.title,
        "status": 409,
        "detail": "It is taken.",
        "instance": "/api/v1/errors/conflict",
        "errors": [{"pointer": "/slug", "detail": "is taken"}],
    }


@pytest.mark.parametrize(
    ("name", "status", "header"),
    [
        ("stale", 412, None), ("anonymous", 401, ("www-authenticate", "Bearer")),
        ("often", 429, ("retry-after", "7")), ("away", 503, ("retry-after", "1")),
        ("pool", 503, ("retry-after", "2")), ("refused", 503, ("retry-after", "2")),
        ("range", 422, None),
    ],
)  # fmt: skip
def test_each_error_has_its_status(
    client: TestClient, name: str, status: int, header: tuple[str, str] | None
) -> None:
    answer = client.get(f"/api/v1/errors/{name}")
    assert answer.status_code == status
    assert "secret" not in answer.text
    assert header is None or answer.headers[header[0]] == header[1]


def test_people_get_a_page_and_htmx_a_fragment(client: TestClient) -> None:
    whole = client.get("/errors/conflict", headers={"Accept": "text/html"})
    part = client.get(
        "/errors/conflict", headers={"HX-Request": "true", "HX-Request-Type": "partial"}
    )
    assert whole.status_code == part.status_code == 409
    assert LexborHTMLParser(whole.text).css_first("main h1") is not None
    assert "<html" in whole.text
    assert "<html" not in part.text
    assert "It is taken." in part.text


def test_strangers_are_led_to_the_login_and_back(client: TestClient) -> None:
    answer = client.get("/errors/anonymous?a=1&b=2")
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/login?next=/errors/anonymous%3Fa%3D1%26b%3D2",
    )
    assert (
        client.get("/errors/anonymous", headers={"HX-Request-Type": "partial"}).status_code == 401
    )


def test_a_wrong_method_names_the_right_ones(client: TestClient) -> None:
    answer = client.delete("/api/v1/things/1")
    assert (answer.status_code, answer.headers["allow"]) == (405, "HEAD, GET")
    assert answer.json()["status"] == 405
    assert client.get("/no-such").status_code == 404


def test_an_unknown_outcome_is_told_as_unknown() -> None:
    lost = OperationalError("COMMIT", {}, Exception(), connection_invalidated=True)
    written, read = from_database(lost, writing=True), from_database(lost, writing=False)
    assert written is not None
    assert read is not None
    assert (written.status, written.extra["type"]) == (503, "urn:parley:outcome-unknown")
    assert "not known" in written.detail
    assert "type" not in read.extra
    assert from_database(ProgrammingError("SELEC", {}, Exception()), writing=False) is None


def test_faults_are_listed_up_to_a_number_with_the_count_of_the_rest(client: TestClient) -> None:
    body = json.dumps({"title": "a"} | {f"f{number}": number for number in range(500)})
    answer = client.post("/api/v1/things", content=body, headers={"Content-Type": TYPES[0]})
    errors = answer.json()["errors"]
    assert (answer.status_code, len(errors)) == (422, 101)
    assert errors[-1] == {"pointer": "", "detail": "has 400 more faults, which are not listed"}
    query = "&".join(f"f{number}=1" for number in range(150))
    assert len(client.get(f"/api/v1/things?{query}").json()["errors"]) == 101


def test_a_body_of_very_many_values_is_refused_before_it_is_read(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.http.json_body.MOST_VALUES", 1_000)
    text = json.dumps({"title": "a, b: " + ', "' * 300})
    assert post(client, text)[0] == 200  # what counts is outside texts
    monkeypatch.setattr("app.http.json_body.orjson.loads", None)  # is not called
    for body in (
        json.dumps({f"f{number}": "a" for number in range(5_000)}),
        json.dumps({"title": "a", "quotes": [1] * 5_000}),
        json.dumps([[], [[[[1] * 5_000]]]]),
        '"",' * 5_000,
        r'"\"' * 5_000 + "," * 5_000,
    ):
        assert post(client, body) == (422, {"": "has more than 1,000 values"})


@pytest.mark.parametrize("body", ['"' + r"\"," * 200_000, r"\," * 200_000, '",' * 200_001])
def test_no_text_makes_counting_values_slow(body: str) -> None:
    began = time.process_time()
    assert _has_too_many(body.encode()) is (body[0] != '"' or body[1] == ",")
    assert time.process_time() - began < 5  # it would take minutes if it looked back
