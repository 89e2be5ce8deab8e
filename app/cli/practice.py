"""Define the command that loads the practice negotiation."""

from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.cli.output import say, with_database, working
from app.core.clock import now
from app.datapackage.faults import ImportFaults
from app.practice.actions import load_practice


def practice(
    reset: Annotated[
        bool, typer.Option("--reset", help="Start anew: load an untouched copy beside it.")
    ] = False,
) -> None:
    """Load the practice negotiation: invented talks in which everything happens.

    Example: parley practice --reset
    """

    async def work(session: AsyncSession) -> tuple[str, bool]:
        with working("Loading the practice negotiation …"):
            return await load_practice(session, by=None, now=now(), reset=reset)

    try:
        slug, new = with_database(work)
    except ImportFaults as error:
        for line in error.lines():
            say(line)
        say(f"{error}.")
        raise typer.Exit(1) from None
    if new:
        say(f"Loaded the practice negotiation: /n/{slug}")
    else:
        say(f"The practice negotiation is there already: /n/{slug} (--reset starts it anew)")
