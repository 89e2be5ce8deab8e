"""Test that an agent can propose by a token, and do nothing else with it."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.mcp.agent import agent
from tests.mcp.test_exchange import HEADERS, MARKER, call
from tests.mcp.test_stdio import started
from tests.support.factories import NOWHERE, WORDS
from tests.support.live import Live

ROBOT = {"tool": "reader", "model": "m-1"}


def body(exact: str = WORDS, **more: Any) -> dict[str, Any]:
    """Return the arguments of a proposal."""
    position = {
        "negotiation": "lake", "party": "north", "issue": "quota", "attitudes": {"q40": "prefers"},
        "summary": f"On {MARKER}", "quotes": [{"source_id": 1, "exact": exact}],
    }  # fmt: skip
    return {"kind": "position", "position": position, "proposed_by": ROBOT, **more}


async def sent(live: Live, arguments: Any, token: str | None) -> Any:
    """Call the tool with a token or none; return the result."""
    headers = HEADERS | ({"Authorization": f"Bearer {token}"} if token else {})
    async with httpx2.AsyncClient(timeout=60) as client:
        got = await client.post(
            f"{live.url}/mcp", content=call("propose", **arguments), headers=headers
        )
    assert got.status_code == 200, got.text
    return got.json()["result"]


async def test_a_token_lets_an_agent_propose(live: Live) -> None:
    token = live.desks["vic"].token
    made = await sent(live, body(), token)
    again = await sent(live, body(), token)
    assert made["isError"] is False and made["structuredContent"] == again["structuredContent"]
    proposal = made["structuredContent"]["answer"]
    assert proposal["state"] == "open" and proposal["proposed_by"] == ROBOT
    assert [one["id"] for one in live.ada.get("/proposals").data] == [proposal["id"]]
    async with agent(f"{live.url}/mcp") as reader:
        for tool, arguments in (
            ("search", {"q": WORDS}),
            ("read_matrix", {"negotiation": "lake"}),
            ("list_positions", {}),
        ):
            assert MARKER not in json.dumps(await reader.answer(tool, **arguments))


@pytest.mark.parametrize(
    ("arguments", "with_token", "words"),
    [
        (body(), False, "Sign in first"),
        (body(NOWHERE), True, "the closest passage is: “We accept forty per cent"),
        ({}, True, "kind"),
        (body(status="published"), True, "status"),
        ({"proposals": [body()]}, True, "one at a time"),
    ],
)
async def test_what_cannot_be_proposed_is_said(
    live: Live, arguments: Any, with_token: bool, words: str
) -> None:
    result = await sent(live, arguments, live.desks["vic"].token if with_token else None)
    assert result["isError"] is True and words in result["content"][0]["text"]
    assert live.ada.get("/proposals").data == []


async def test_an_invented_token_proposes_nothing(live: Live) -> None:
    result = await sent(live, body(), "parley_invented")
    assert result["isError"] is True and live.ada.get("/proposals").data == []


async def test_proposing_over_standard_input_and_output(live: Live, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{live.desks['vic'].token}\n")
    async with agent(started("--url", live.url, "--token-file", str(file))) as asked:
        proposal = await asked.answer("propose", **body())
    assert [one["id"] for one in live.ada.get("/proposals").data] == [proposal["id"]]
