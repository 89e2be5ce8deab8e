"""Test that no value in an address gives a 500: every parameter, with its type's extremes."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.fixtures import Lake
from tests.support.routes import fill, routes
from tests.test_promises_routes import ANYONE, ENDLESS, RIGHTS, VALUES

DAYS = ["0001-01-01", "0999-12-31", "1000-01-01", "9999-12-31"]
INSTANTS = [f"{DAYS[0]}T00:00:00Z", f"{DAYS[0]}T00:00:00+14:00", f"{DAYS[3]}T23:59:59.999999-12:00"]
NUMBERS = ["-1", "0", str(2**31), str(2**63), "9" * 40]
TEXTS = [
    "-" * 33,
    "- " * 40 + "dam",
    '-"' * 40,
    "(" * 500 + "!&|:*<->'\\",
    "\x00",
    "é" * 5_000,
    "%ED%A0%80",
]
OF_PAGES = {
    "as_of": DAYS,
    "known_at": INSTANTS,
    "since": DAYS[:1] + DAYS[3:],
    "from": DAYS,
    "to": DAYS,
    "cursor": TEXTS[:1],
    "q": TEXTS[:3],
}
IN_PATHS = {"slug": "%00", "party": "%00", "issue": "ä", "option": "-"}


def extremes(schema: dict[str, Any]) -> list[str]:
    """Return the first and last values of a parameter's type, by its description."""
    one_of = schema.get("anyOf", [schema])
    schema = next(s for s in one_of if s.get("type") != "null")
    if schema.get("type") == "array":
        return extremes(schema["items"])
    if schema.get("type") in ("integer", "number"):
        return NUMBERS
    return {"date": DAYS, "date-time": INSTANTS}.get(schema.get("format", ""), TEXTS)


def asked(lake: Lake) -> Iterator[tuple[str, dict[str, str]]]:
    description = lake.stranger.client.get("/api/v1/openapi.json").json()
    described, shared = description["paths"], description["components"].get("parameters", {})
    public = [
        path
        for method, path in routes(lake.app)
        if method == "GET" and RIGHTS[f"GET {path}"] == ANYONE
    ]
    for path in public:
        if path == ENDLESS:
            continue
        if path in described:
            listed = described[path]["get"].get("parameters", [])
            parameters = [shared[p["$ref"].rsplit("/", 1)[1]] if "$ref" in p else p for p in listed]
            values = {p["name"]: extremes(p["schema"]) for p in parameters if p["in"] == "query"}
        else:
            values = OF_PAGES
        address = fill(path, VALUES)
        yield from ((address, {name: value}) for name, found in values.items() for value in found)
        for name, value in IN_PATHS.items():
            if f"{{{name}}}" in path:
                yield fill(path, VALUES | {name: value}), {}
        for name in ("position_id", "number", "version", "quote_id", "source_id", "speaker_id"):
            if f"{{{name}}}" in path:
                yield from ((fill(path, VALUES | {name: number}), {}) for number in NUMBERS)


def test_no_value_of_a_parameter_is_too_much(lake: Lake) -> None:
    lake.ada.state()
    wrong = []
    for address, query in asked(lake):
        got = lake.stranger.client.get(address, params=query)
        if got.status_code >= 500:
            wrong.append((got.status_code, address, {n: v[:40] for n, v in query.items()}))
    assert not wrong, (len(wrong), wrong[:20])


@pytest.mark.parametrize(
    "address", ["/n/lake", "/n/lake/common-ground", "/api/v1/negotiations/lake/matrix"]
)
def test_a_day_before_there_are_years_of_four_digits_is_explained(lake: Lake, address: str) -> None:
    got = lake.stranger.client.get(address, params={"as_of": "0999-12-31"})
    assert got.status_code == 422 and "before the year 1000" in got.text
    assert lake.stranger.client.get(address, params={"as_of": "1000-01-01"}).status_code == 200


@pytest.mark.parametrize(
    "q", ["forty --- per", "forty -- -", "-- -zebra forty", '- "per cent" forty', "forty-"]
)
def test_hyphens_that_exclude_nothing_are_passed_over(lake: Lake, q: str) -> None:
    lake.ada.state(summary="forty per cent")
    assert any(hit["type"] == "position" for hit in lake.stranger.get("/search", q=q).data)


def test_a_hyphen_before_a_word_or_a_phrase_excludes_it(lake: Lake) -> None:
    lake.ada.state(summary="forty per cent")
    for q in ("forty -cent", 'forty -"per cent"', "forty --cent", "forty - - -cent"):
        assert not [
            hit for hit in lake.stranger.get("/search", q=q).data if hit["type"] == "position"
        ], q
