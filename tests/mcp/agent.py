"""Be an agent: call tools by the package's own client, and know nothing else."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from mcp import Client, StdioServerParameters
from mcp_types import TextContent

from tests.support.patience import PATIENCE

Json = dict[str, Any]


@dataclass
class Agent:
    """A client that has been connected."""

    client: Client

    async def ask(self, tool: str, **arguments: Any) -> Json:
        """Call a tool, and return the whole of its answer; fail if it is refused.

        `from_` stands for `from`, which is no name in Python.
        """
        refused, answer, text = await self._call(tool, arguments)
        assert not refused, text
        return answer

    async def answer(self, tool: str, **arguments: Any) -> Any:
        """Call a tool, and return what it answers."""
        return (await self.ask(tool, **arguments))["answer"]

    async def refusal(self, tool: str, **arguments: Any) -> str:
        """Call a tool, and return the words with which it is refused."""
        refused, _, text = await self._call(tool, arguments)
        assert refused, text[:500]
        return text

    async def walk(self, tool: str, **arguments: Any) -> list[Json]:
        """Call a tool again and again, as each answer says, and return all answers."""
        found = [await self.ask(tool, **arguments)]
        while following := found[-1]["window"]["next"]:
            found.append(await self.ask(tool, **following))
            assert len(found) < 200
        return found

    async def trace(self, quote: Json) -> None:
        """Follow a quote to its words, its source and the result of its check."""
        alone = await self.ask("read_quote", quote=quote["id"], known_at=None)
        assert alone["answer"]["exact"] == quote["exact"]
        assert alone["answer"]["verification"] == quote["verification"] == "verified"
        checked = await self.answer("check_words", quote=quote["id"], words=quote["exact"])
        assert checked["whole_quote"] is True
        source = await self.answer("read_source", source=quote["source"]["id"])
        assert source["title"] == quote["source"]["title"] and source["text_sha256"]

    async def _call(self, tool: str, arguments: Json) -> tuple[bool, Json, str]:
        sent = {name.removesuffix("_"): value for name, value in arguments.items()}
        got = await self.client.call_tool(tool, sent)
        [content] = got.content
        assert isinstance(content, TextContent)
        return got.is_error, got.structured_content, content.text


@contextlib.asynccontextmanager
async def agent(server: str | StdioServerParameters, mode: str = "auto") -> AsyncIterator[Agent]:
    """Connect to a server, by its address or by the command that starts it."""
    async with Client(server, mode=mode, read_timeout_seconds=PATIENCE) as client:
        yield Agent(client)
