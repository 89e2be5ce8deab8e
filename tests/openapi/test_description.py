"""Test the API's description: complete, true to responses, shown under the page's own policy."""

from typing import Any

import jsonschema
import pytest
from fastapi.routing import APIRoute

from tests.alerts.asking import has_alert
from tests.proposals.bodies import proposal
from tests.support.factories import quote
from tests.support.fixtures import Lake

METHODS = ("get", "post", "patch")


@pytest.fixture
def described(lake: Lake) -> dict[str, Any]:
    """Return the description, fetched from another origin."""
    answer = lake.stranger.client.get(
        "/api/v1/openapi.json", headers={"Origin": "https://notebook.example"}
    )
    assert answer.headers["Access-Control-Allow-Origin"] == "*" and answer.headers["ETag"]
    made: dict[str, Any] = answer.json()
    return made


def operations(described: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (m, path, o) for path, methods in described["paths"].items() for m, o in methods.items()
    ]


def test_every_operation_is_described_whole(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1")
    found = operations(described)
    assert len(found) > 40
    assert len({o["operationId"] for _, _, o in found}) == len(found)
    for method, path, o in found:
        assert o["summary"] and o["description"], path
        named = [p for p in o["parameters"] if "name" in p]
        assert all(p["description"] for p in named), (
            path,
            [p["name"] for p in named if not p["description"]],
        )
        assert (
            any(status.startswith("2") for status in o["responses"]) and "422" in o["responses"]
        ), path
        if method == "get":
            assert "304" in o["responses"]
        else:
            assert o["security"] == [{"token": []}]
            assert all("example" in c for c in o["requestBody"]["content"].values()), path
        [answer] = [r for status, r in o["responses"].items() if status in ("200", "201")]
        assert answer["content"]["application/json"]["schema"], path


def test_every_reference_leads_somewhere(described: dict[str, Any]) -> None:
    def refs(node: Any) -> set[str]:
        if isinstance(node, dict):
            own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
            return own.union(*(refs(v) for v in node.values()))
        return set().union(*(refs(v) for v in node)) if isinstance(node, list) else set()

    for ref in refs(described):
        _, *parts = ref.split("/")
        place: Any = described
        for part in parts:
            place = place[part]


def test_answers_are_as_described(lake: Lake, described: dict[str, Any]) -> None:
    number = lake.ada.state(quotes=[quote(speaker="Mara Venn")])["id"]
    lake.ada.correct(number, summary="other")
    lake.ada.state("north", attitudes={"q20": "prefers"}, stated_on="2024-06-01")
    lake.ada.post(
        "/negotiations/lake/looks", {"party": "council", "issue": "dam", "looked_on": "2024-06-01"}
    )
    lake.root.browse(
        "POST",
        "/n/lake/releases/new",
        data={"title": "First", "changelog": "All of it.", "number": "1"},
    )
    assert lake.ada.post("/proposals", proposal()).status == 201
    has_alert(lake)
    values = {
        "slug": "lake", "party": "north", "issue": "quota", "speaker_id": 1, "source_id": 1,
        "proposal_id": 1, "alert_id": 1, "position_id": number, "version": 1, "quote_id": 1,
        "number": 1,
    }  # fmt: skip
    for method, path, o in operations(described):
        if method != "get":
            continue
        needed = {} if {} in o["security"] else {"Authorization": f"Bearer {lake.ada.token}"}
        answer = lake.stranger.client.get(
            path.format(**values),
            params={"q": "north"} if path.endswith("search") else {},
            headers=needed,
        )
        assert answer.status_code == 200, (path, answer.text)
        schema = o["responses"]["200"]["content"]["application/json"]["schema"]
        jsonschema.validate(answer.json(), {**schema, "components": described["components"]})
        data = answer.json()["data"]
        assert data, path


def test_examples_are_valid(described: dict[str, Any]) -> None:
    for _, path, o in operations(described):
        for content in o.get("requestBody", {}).get("content", {}).values():
            jsonschema.validate(
                content["example"], {**content["schema"], "components": described["components"]}
            )
            assert content["example"], path


def test_no_route_of_the_api_is_left_out(lake: Lake, described: dict[str, Any]) -> None:
    routers = (r.original_router for r in lake.app.routes if hasattr(r, "original_router"))
    routes = [
        r
        for router in routers
        for r in router.routes
        if isinstance(r, APIRoute) and r.path.startswith("/api/v1/")
    ]
    hidden = {r.path for r in routes if not r.include_in_schema}
    # The second is an endless stream.
    assert len(routes) > 40 and hidden == {
        "/api/v1/openapi.json",
        "/api/v1/events",
    }


def test_a_refused_method_is_told_all_that_the_address_takes(lake: Lake) -> None:
    for path, allowed in (
        ("positions", "HEAD, GET, POST"),
        ("positions/1", "HEAD, GET, PATCH"),
        ("quotes/check", "POST"),
    ):
        answer = lake.stranger.client.delete(f"/api/v1/{path}")
        assert answer.status_code == 405 and answer.headers["Allow"] == allowed


def test_a_quote_that_was_not_known_then_is_not_there_for_editors_either(lake: Lake) -> None:
    then = lake.ada.known_now()
    lake.ada.draft()
    assert lake.ada.get("/quotes/1").status == 200
    assert lake.ada.get("/quotes/1", known_at=then).status == 404


def test_the_pages_for_people_carry_no_script_of_their_own(lake: Lake) -> None:
    page = lake.stranger.client.get("/api/docs")
    policy = page.headers["Content-Security-Policy"]
    assert (
        page.status_code == 200
        and "script-src 'self';" in policy
        and "style-src 'self' 'unsafe-inline';" in policy
    )
    assert "<script>" not in page.text and "data-openapi=" in page.text
    other = lake.stranger.client.get("/").headers["Content-Security-Policy"]
    assert "unsafe-inline" not in other


def test_what_was_made_leads_to_all_that_can_be_done_with_it(described: dict[str, Any]) -> None:
    operations_by_id = {o["operationId"]: o for _, _, o in operations(described)}
    made = described["paths"]["/api/v1/positions"]["post"]["responses"]["201"]["links"]
    assert set(made) == {
        "get_positions_position_id",
        "patch_positions_position_id",
        "post_positions_position_id_retract",
        "get_positions_position_id_versions",
    }
    assert made["patch_positions_position_id"]["parameters"] == {
        "path.position_id": "$response.body#/data/id",
        "header.If-Match": "$response.header.ETag",
    }
    for method, path, o in operations(described):
        for response in o["responses"].values():
            for link in response.get("links", {}).values():
                assert link["operationId"] in operations_by_id
        assert (
            path.endswith(("/check", "/looks", "/act"))
            or method == "get"
            or any("links" in r for r in o["responses"].values())
        )
