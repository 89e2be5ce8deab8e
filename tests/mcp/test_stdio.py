"""Test `parley mcp`: the same tools over standard input and output."""

import sys
from typing import Any

from mcp import StdioServerParameters

from tests.mcp.agent import agent
from tests.mcp.conftest import Served
from tests.support.places import ROOT
from tests.support.processes import CLEAN, PARLEY, command


def started(*options: str, **settings: str) -> StdioServerParameters:
    """Return what starts the command."""
    return StdioServerParameters(
        command=sys.executable,
        args=[*PARLEY[1:], "mcp", *options],
        env=CLEAN | settings,
        cwd=ROOT,
    )


async def test_a_walk_over_standard_input_and_output(served: Served) -> None:
    by_database = started("--site", "https://parley.example.org", DATABASE_URL=served.database.url)
    by_address = started("--url", served.url)
    found: list[Any] = []
    for parameters, mode in ((by_database, "auto"), (by_address, "legacy")):
        async with agent(parameters, mode) as asked:
            [part] = await asked.walk("read_agreement", negotiation="practice", as_of="2025-03-31")
            cell = await asked.ask(
                "read_cell", negotiation="practice", party="kastrel", issue="lake-level"
            )
            refused = await asked.refusal("read_matrix", negotiation="nowhere")
            assert "nowhere" in refused
            found.append(
                (part["answer"], cell["answer"]["cell"]["position"]["id"], cell["address"])
            )
    assert found[0][:2] == found[1][:2]
    assert found[0][2].startswith("https://parley.example.org/n/practice/cells/kastrel/")
    assert found[1][2].startswith(f"{served.url}/n/practice/cells/kastrel/")


def test_what_is_no_address_is_refused() -> None:
    done = command("mcp", "--url", "parley.example.org")
    assert done.exit_code == 2 and "is not an address" in done.stderr


def test_help_has_an_example() -> None:
    assert "parley mcp --url https://" in command("mcp", "--help").stdout
