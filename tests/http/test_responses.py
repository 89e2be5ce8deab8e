"""Test the API's envelope, compression and ETags."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from app.http.conditional import matches
from app.http.responses import Compress, answer
from app.models.vocabulary import Firmness


def ask(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request(
        {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": raw}
    )


@dataclass
class Row:
    at: datetime
    firmness: Firmness


def test_dataclasses_stand_in_the_envelope() -> None:
    made = answer(
        ask(),
        Row(datetime(2026, 1, 2, tzinfo=UTC), Firmness.DEMAND),
        {"next": None},
        warnings=["w"],
    )
    assert made.body == (
        b'{"data":{"at":"2026-01-02T00:00:00Z","firmness":"demand"},"meta":{"next":null},"warnings":["w"]}'
    )


@pytest.mark.parametrize(
    ("taken", "made"),
    [
        ("gzip", "gzip"),
        ("br, gzip;q=0.5", "gzip"),
        ("gzip;q=0", None),
        ("gzip; q=0.000, br", None),
        ("", None),
    ],
)
def test_an_answer_is_compressed_for_whoever_takes_it(taken: str, made: str | None) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await Response("x" * 5000)(scope, receive, send)

    got = TestClient(Compress(app)).get("/", headers={"Accept-Encoding": taken})
    assert (got.headers.get("content-encoding"), got.text) == (made, "x" * 5000)


def test_the_same_bytes_answer_304() -> None:
    etag = answer(ask(), {"a": 1}).headers["etag"]
    again = answer(ask(if_none_match=etag), {"a": 1}, links={"next": "/x"})
    assert (again.status_code, again.body) == (304, b"")
    assert (again.headers["etag"], again.headers["link"]) == (etag, '</x>; rel="next"')
    assert answer(ask(if_none_match=etag), {"a": 2}).status_code == 200


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ('"a"', True),
        ('"b", "a"', True),
        ('W/"a"', True),
        ("*", True),
        ('"b"', False),
        ("a", False),
        ("", False),
        (None, False),
    ],
)
def test_tags_are_compared_weakly(header: str | None, found: bool) -> None:
    assert matches(header, '"a"') is found
