"""Test what applies to every request and every response, on a small application."""

import io
import itertools
import json
import logging
from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from starlette.responses import Response
from starlette.testclient import TestClient

from app.core.logs import configure_logs
from app.http.limits import MAX_BODY
from app.http.middleware import API_HEADERS, HEADERS, POLICY, install_security
from app.http.problems import install_problems
from app.settings import Settings

SITES = ("same-origin", "same-site", "cross-site", "none", None)
ORIGINS = ("http://testserver", "https://elsewhere.example", "null", None)
CARRIED = ("cookie", "bearer", "both", "nothing")
METHODS = ("POST", "PUT", "PATCH", "DELETE")


def make_app(**settings: object) -> FastAPI:
    app = FastAPI(openapi_url=None)
    install_security(app, Settings(hosts=("testserver",), **settings))
    install_problems(app)

    @app.api_route("/things", methods=["GET", *METHODS])
    @app.api_route("/api/v1/things", methods=["GET", *METHODS])
    async def things() -> dict[str, str]:
        return {"data": "done"}

    @app.post("/api/v1/size")
    async def size(body: dict[str, str]) -> int:
        return len(body["a"])

    @app.get("/same")
    async def same() -> Response:
        return Response(status_code=304, headers={"ETag": '"x"'})

    @app.get("/fails")
    @app.get("/api/v1/fails")
    async def fails() -> None:
        raise RuntimeError("a secret from /etc/passwd: SELECT 1")

    return app


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    """Return a client of the small application."""
    with TestClient(make_app()) as made:
        yield made


@pytest.mark.parametrize(
    ("site", "origin", "carried", "method"),
    list(itertools.product(SITES, ORIGINS, CARRIED, METHODS)),
)
def test_only_a_token_alone_and_the_same_origin_may_change_anything(
    client: TestClient, site: str | None, origin: str | None, carried: str, method: str
) -> None:
    headers = {"Accept": "application/json"}
    headers |= {"Sec-Fetch-Site": site} if site else {}
    headers |= {"Origin": origin} if origin else {}
    headers |= {"Authorization": "Bearer parley_x"} if carried in ("bearer", "both") else {}
    headers |= {"Cookie": "parley_session=x"} if carried in ("cookie", "both") else {}

    answer = client.request(method, "/things", headers=headers)

    same = site in ("same-origin", "none") if site else origin == "http://testserver"
    no_browser = carried == "nothing" and site is None and origin is None
    assert answer.status_code == (200 if carried == "bearer" or same or no_browser else 403)


@pytest.mark.parametrize("method", METHODS)
def test_a_port_counts_as_another_origin(client: TestClient, method: str) -> None:
    headers = {"Origin": "http://testserver:81", "Cookie": "parley_session=x"}
    assert client.request(method, "/things", headers=headers).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/things",
        "/same",
        "/no-such",
        "/fails",
        "/api/v1/things",
        "/api/v1/no-such",
        "/api/v1/fails",
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
def test_every_answer_carries_the_headers(client: TestClient, path: str, method: str) -> None:
    answer = client.request(method, path)
    expected = HEADERS | (API_HEADERS if path.startswith("/api/") else {})
    assert {name: answer.headers.get(name) for name in expected} == expected
    assert len(answer.headers.get_list("content-security-policy")) == 1
    assert "server" not in answer.headers
    assert "cache-control" in answer.headers
    assert answer.headers["x-request-id"]


def test_the_policy_allows_nothing_from_elsewhere() -> None:
    assert POLICY == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self';"
        " connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def test_headers_stand_on_refusals_too(client: TestClient) -> None:
    for answer in (
        client.get("/things", headers={"Host": "evil.example"}),
        client.post("/things", headers={"Sec-Fetch-Site": "cross-site"}),
        client.post("/things", headers={"Content-Length": str(MAX_BODY + 1)}),
    ):
        assert answer.status_code in (400, 403, 413)
        assert answer.headers["content-security-policy"] == POLICY


def test_strict_transport_only_where_it_is_served_over_tls(client: TestClient) -> None:
    assert "strict-transport-security" not in client.get("/things").headers
    with TestClient(make_app(secure=True)) as secure:
        assert (
            secure.get("/things")
            .headers["strict-transport-security"]
            .startswith("max-age=63072000")
        )


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("testserver", 200), ("TESTSERVER:8000", 200), ("testserver:99", 200),
        ("evil.example", 400), ("", 400), ("testserver.evil.example", 400),
        ("evil.example:testserver", 400), ("testserver@evil.example", 400),
        ("testserver:80:80", 400), ("testserver/", 400), ("testserver evil", 400),
    ],
)  # fmt: skip
def test_only_known_hosts_are_answered(client: TestClient, host: str, status: int) -> None:
    assert client.get("/things", headers={"Host": host}).status_code == status


def test_a_request_has_one_host(client: TestClient) -> None:
    assert (
        client.get(
            "/things", headers=[("Host", "testserver"), ("Host", "evil.example")]
        ).status_code
        == 400
    )


@pytest.mark.parametrize(
    "forged", ["X-Forwarded-Host", "X-Forwarded-For", "Forwarded", "X-Original-URL"]
)
def test_forwarded_headers_open_nothing(client: TestClient, forged: str) -> None:
    assert (
        client.get("/things", headers={"Host": "evil.example", forged: "testserver"}).status_code
        == 400
    )


def test_other_sites_may_read_the_api_and_only_read_it(client: TestClient) -> None:
    read = client.get("/api/v1/things", headers={"Origin": "https://elsewhere.example"})
    assert read.headers["access-control-allow-origin"] == "*"
    assert {"ETag", "Link", "Location"} <= set(
        read.headers["access-control-expose-headers"].split(", ")
    )
    assert "access-control-allow-credentials" not in read.headers
    assert "access-control-allow-origin" not in client.get("/things").headers

    asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET"}
    preflight = client.options("/api/v1/things", headers=asked)
    assert (preflight.status_code, preflight.headers["access-control-allow-methods"]) == (
        204,
        "GET, HEAD",
    )
    assert "access-control-allow-origin" not in client.post("/api/v1/things").headers


def test_a_body_of_8_mb_is_taken_and_a_byte_more_is_not(client: TestClient) -> None:
    frame = len('{"a":""}')
    for size, status in ((MAX_BODY, 200), (MAX_BODY + 1, 413)):
        body = b'{"a":"' + b"x" * (size - frame) + b'"}'

        def chunks(body: bytes = body) -> Iterator[bytes]:
            yield from (body[at : at + 65536] for at in range(0, len(body), 65536))

        for content in (body, chunks()):
            answer = client.post(
                "/api/v1/size", content=content, headers={"Content-Type": "application/json"}
            )
            assert answer.status_code == status
            if status == 413:
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.json()["status"] == 413


def test_pages_of_the_signed_in_are_kept_nowhere(client: TestClient) -> None:
    anonymous = client.get("/things")
    mine = client.get("/things", headers={"Cookie": "a=b; parley_session=x"})
    by_token = client.get("/api/v1/things", headers={"Authorization": "Bearer x"})
    assert anonymous.headers["cache-control"] == "no-cache"
    assert "Cookie" in anonymous.headers["vary"]
    assert mine.headers["cache-control"] == by_token.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize("path", ["/fails", "/api/v1/fails"])
@pytest.mark.parametrize(
    "asks", [{}, {"HX-Request": "true", "HX-Request-Type": "partial"}, {"Accept": "text/html"}]
)
def test_a_fault_of_ours_tells_a_number_and_nothing_else(
    client: TestClient, path: str, asks: dict[str, str]
) -> None:
    answer = client.get(path, headers=asks)
    assert answer.status_code == 500
    assert answer.headers["x-request-id"] in answer.text
    for secret in ("secret", "passwd", "SELECT", "Traceback", "RuntimeError", ".py"):
        assert secret not in answer.text


@pytest.mark.parametrize(
    ("given", "kept"), [("abc-123", True), ("a b", False), ("x" * 65, False), ('"}{', False)]
)
def test_a_request_keeps_a_sane_number_that_it_came_with(
    client: TestClient, given: str, kept: bool
) -> None:
    assert (
        client.get("/things", headers={"X-Request-ID": given}).headers["x-request-id"] == given
    ) is kept


@pytest.fixture
def logged() -> Iterator[Callable[[], list[dict[str, object]]]]:
    """Return a function that gives the log entries written so far."""
    root, written = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers, root.level
    configure_logs()
    root.handlers[0].setStream(written)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.handlers, root.level = handlers, level


def test_a_log_is_a_line_per_event_and_keeps_secrets_out(
    client: TestClient, logged: Callable[[], list[dict[str, object]]]
) -> None:
    client.get(
        "/things?link=SECRET%0A%0Dforged",
        headers={"Authorization": "Bearer SECRET", "Cookie": "a=SECRET"},
    )
    client.get("/no-such%0Aforged/SECRET")
    client.get("/fails", headers={"X-Request-ID": "number-1"})
    logging.getLogger("a.library").warning("raw\nnewline\r\n%s", "\u2028")

    lines = logged()

    assert "SECRET" not in json.dumps(lines)
    assert "passwd" not in json.dumps(lines)
    answered = [line for line in lines if line["event"] == "answered"]
    assert [(line["route"], line["status"]) for line in answered] == [
        ("/things", 200),
        (None, 404),
        ("/fails", 500),
    ]
    failed = next(line for line in lines if line["event"] == "failed")
    assert failed["request"] == "number-1"
    assert "RuntimeError" in str(failed["error"])
