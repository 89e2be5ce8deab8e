"""Define the command that answers agents over standard input and output."""

import logging
from pathlib import Path
from typing import Annotated

import typer

from app.cli.output import errors_as_one_line, say
from app.core.logs import configure_logs
from app.mcp.stdio import ask_application, ask_server, serve_stdio
from app.server import serve as serving
from app.settings import read_settings

SITE = "http://127.0.0.1:8000"


def mcp(
    url: Annotated[
        str | None, typer.Option(help="Ask this server instead of the database of the settings.")
    ] = None,
    site: Annotated[
        str, typer.Option(help="Where readers find the pages: addresses in answers begin so.")
    ] = SITE,
    token_file: Annotated[
        Path | None, typer.Option(help="File with the API token by which the agent may propose.")
    ] = None,
) -> None:
    """Answer an agent over standard input and output (Model Context Protocol).

    It only reads, unless there is a token: then the agent may propose, for editors to decide about.

    Example: parley mcp --url https://parley.example.org
    """
    configure_logs(logging.WARNING)  # on standard error: standard output belongs to the protocol
    with errors_as_one_line():
        token = token_file.read_text().strip() if token_file else None
    if url is not None:
        try:
            ask = ask_server(url, token)
        except ValueError as error:
            say(f"parley: {error}")
            raise typer.Exit(2) from None
        return serve_stdio(ask)
    with errors_as_one_line():
        settings = read_settings()
        with serving.database(settings) as server:
            from app.main import create_app  # only this command needs all routes

            app = create_app(settings, server.url)
            serve_stdio(ask_application(app, settings.hosts, site, token))
