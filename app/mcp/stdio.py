"""Answer an agent over standard input and output."""

import asyncio
from urllib.parse import urlsplit

from starlette.types import ASGIApp

from app.mcp.asking import Ask, AskElsewhere, AskInside


def ask_application(
    app: ASGIApp, hosts: tuple[str, ...], site: str, token: str | None = None
) -> Ask:
    """Ask an application of this process, whose pages readers find at `site`."""
    host = "localhost" if hosts[0] == "*" else hosts[0]
    return AskInside.for_nobody(app, host, site.rstrip("/"), token)


def ask_server(url: str, token: str | None = None) -> Ask:
    """Ask a server over HTTP; ValueError if that is no address of one."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url} is not an address such as https://parley.example.org")
    return AskElsewhere(url.rstrip("/"), token)


def serve_stdio(ask: Ask) -> None:
    """Answer until standard input ends."""
    asyncio.run(_serve(ask))


async def _serve(ask: Ask) -> None:
    from mcp.server.stdio import stdio_server

    from app.mcp.protocol import make_server

    server = make_server(lambda _: ask)
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())
