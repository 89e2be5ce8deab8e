"""Test how messages come in: by which protocol, from whom, broken, huge, and at once."""

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.types import Message, Receive, Scope, Send

from app.core.counters import CACHE_HITS
from app.http.departures import StopWhenLeft
from app.mcp.asking import AskInside, Refused
from app.mcp.exchange import MOST_BODY
from tests.mcp.agent import agent
from tests.mcp.conftest import Served
from tests.support.live import Live
from tests.support.patience import PATIENCE
from tests.support.places import ROOT
from tests.support.processes import running

HEADERS = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
MARKER = "zebrawood"


def call(name: str, **arguments: Any) -> bytes:
    """Return a message that calls a tool."""
    params = {"name": name, "arguments": arguments}
    return json.dumps(
        {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    ).encode()


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_old_and_new_clients_get_the_same(served: Served, mode: str) -> None:
    async with agent(served.mcp, mode) as asked:
        tools = (await asked.client.list_tools()).tools
        made = await asked.ask("read_matrix", negotiation="practice", limit=8)
    assert len(tools) == 19
    assert [tool.name for tool in tools if not tool.annotations.read_only_hint] == ["propose"]
    assert made["window"]["shown"] == 8


BROKEN: list[tuple[bytes, dict[str, str], int]] = [
    (b"", {}, 400),
    (b"{", {}, 400),
    (b"[]", {}, 400),
    (b"[" * 100_000, {}, 400),
    (json.dumps([PING, PING]).encode(), {}, 400),
    (b'{"jsonrpc": "2.0"}', {}, 400),
    (b'{"jsonrpc": "1.0", "id": 1, "method": "ping"}', {}, 400),
    (b'{"jsonrpc": "2.0", "id": {}, "method": "ping"}', {}, 400),
    (b'"\xff"', {}, 400),
    (b'{"jsonrpc": "2.0", "id": 1e400, "method": "ping"}', {}, 400),
    (b" " * (MOST_BODY + 1), {}, 413),
    (b" " * (9 * 1024 * 1024), {}, 413),
    (json.dumps(PING).encode(), {"Content-Type": "text/plain"}, 415),
    (b"a=b", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
    (json.dumps(PING).encode(), {"Accept": "text/html"}, 406),
    (json.dumps(PING).encode(), {"MCP-Protocol-Version": "1999-01-01"}, 400),
]


@pytest.mark.parametrize(("body", "headers", "status"), BROKEN)
async def test_what_is_broken_gets_a_clear_error(
    served: Served, body: bytes, headers: dict[str, str], status: int
) -> None:
    async with httpx2.AsyncClient() as client:
        got = await client.post(served.mcp, content=body, headers=HEADERS | headers)
    assert got.status_code == status, got.text[:500]
    assert got.text and "Traceback" not in got.text and len(got.content) < 20_000


@pytest.mark.parametrize(
    "params",
    [
        None,
        {},
        [],
        {"name": 7},
        {"name": "drop_everything"},
        {"name": "search"},
        {"name": "search", "arguments": []},
        {"name": "search", "arguments": {"q": None}},
        {"name": "search", "arguments": {"q": {"a": 1}}},
        {"name": "search", "arguments": {"q": "x" * 100_000}},
        {"name": "read_quote", "arguments": {"quote": 10**30}},
        {"name": "read_matrix", "arguments": {"negotiation": "practice", "party": ["x"] * 50_000}},
    ],
)
async def test_a_bad_call_is_refused_and_nothing_breaks(served: Served, params: Any) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    async with httpx2.AsyncClient(timeout=60) as client:
        got = await client.post(served.mcp, json=message, headers=HEADERS)
    assert got.status_code in (200, 400), got.text[:300]
    body = got.json()
    assert "error" in body or body["result"]["isError"] is True
    assert len(got.content) < 20_000


async def test_other_sites_and_other_hosts_are_refused(served: Served) -> None:
    async with httpx2.AsyncClient() as client:

        async def status(**headers: str) -> int:
            sent = HEADERS | {n.replace("_", "-"): v for n, v in headers.items()}
            return (await client.post(served.mcp, json=PING, headers=sent)).status_code

        assert await status() == 200
        assert await status(Origin=served.url) == 200
        assert await status(Sec_Fetch_Site="same-origin") == 200
        assert await status(Origin="https://evil.example") == 403
        assert await status(Sec_Fetch_Site="cross-site") == 403
        assert await status(Host="evil.example") == 400
        assert await status(Cookie="parley_session=x") == 403
        for method in ("GET", "DELETE", "PUT"):
            assert (await client.request(method, served.mcp)).status_code == 405


async def test_no_account_lets_an_agent_see_drafts(live: Live) -> None:
    number = live.ada.draft(summary=f"A draft about {MARKER}")["id"]
    live.ada.state(summary="Published")
    names = {"Authorization": f"Bearer {live.ada.token}"}
    cookie = {"Cookie": f"parley_session={live.cookie('ada')}", "Sec-Fetch-Site": "same-origin"}
    calls = [
        call("read_position", position=number),
        call("search", q=MARKER),
        call("list_positions", negotiation="lake"),
        call("read_matrix", negotiation="lake"),
        call("read_cell", negotiation="lake", party="north", issue="quota"),
        call("read_coverage", negotiation="lake"),
    ]
    async with httpx2.AsyncClient(timeout=60) as client:
        for sent in (names, cookie, {}):
            for body in calls:
                got = await client.post(f"{live.url}/mcp", content=body, headers=HEADERS | sent)
                assert got.status_code == 200
                result = got.json()["result"]
                if b"read_position" in body:
                    assert result["isError"] is True
                said = json.dumps(result).replace(f"q={MARKER}", "")
                assert MARKER not in said
                assert "Lake talks resume." not in said  # nor the text of the source


async def test_calls_leave_the_cache_of_answers_alone(live: Live) -> None:
    live.ada.state()
    async with httpx2.AsyncClient() as client:
        until = time.monotonic() + PATIENCE
        while not await _is_kept(client, live.url):  # nothing is, before the server listens
            assert time.monotonic() < until
        body = call("read_matrix", negotiation="lake")
        assert (await client.post(f"{live.url}/mcp", content=body, headers=HEADERS)).is_success
        assert await _is_kept(client, live.url)


async def _is_kept(client: httpx2.AsyncClient, url: str) -> bool:
    """Tell whether a page comes from the cache of answers."""
    before = CACHE_HITS._value.get()
    assert (await client.get(f"{url}/n/lake")).is_success
    return bool(CACHE_HITS._value.get() > before)


async def test_many_agents_at_once_and_health_beside_them(served: Served) -> None:
    body = call("read_agreement", negotiation="practice", as_of="2025-03-31")
    async with httpx2.AsyncClient(timeout=120) as client:
        asked = [client.post(served.mcp, content=body, headers=HEADERS) for _ in range(40)]
        healthy = client.get(f"{served.url}/healthz")
        *answers, health = await asyncio.gather(*asked, healthy)
    assert health.status_code == 200
    assert {got.status_code for got in answers} == {200}
    assert len({got.content for got in answers}) == 1


async def test_work_ends_when_its_reader_has_left() -> None:
    ended = asyncio.Event()

    async def endless(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def gone() -> Message:
        return {"type": "http.disconnect"}

    ask = AskInside(StopWhenLeft(endless), "localhost", "http://localhost", {}, gone)
    with pytest.raises(Refused, match="cancelled"):
        await ask("/negotiations")
    assert ended.is_set()


def test_nothing_of_the_package_is_loaded_before_the_first_message() -> None:
    code = "import sys, app.main, app.cli.main; print([m for m in sys.modules if m[:3] == 'mcp'])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


async def test_any_worker_answers_any_message(served: Served, tmp_path: Path) -> None:
    address = served.database.url
    with running(tmp_path, "--workers", "2", DATABASE_URL=address) as server:
        for mode in ("legacy", "auto") * 3:
            async with agent(f"{server.url}/mcp", mode) as asked:
                parts = await asked.walk("read_matrix", negotiation="practice", limit=26)
                assert sum(part["window"]["shown"] for part in parts) == 104
        assert server.terminate() in (0, -15)  # as gently as before the package was loaded
