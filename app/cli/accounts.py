"""Define the commands for accounts and their API tokens."""

import sys
from typing import Annotated, Any

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import actions as accounts
from app.accounts.queries import find_account, list_accounts
from app.cli.output import fail, say, with_database
from app.core.clock import now
from app.models.vocabulary import UserRole

users = typer.Typer(no_args_is_help=True, help="Manage accounts.")
tokens = typer.Typer(no_args_is_help=True, help="Manage API tokens.")


@users.command("add")
def add_user(
    name: Annotated[str, typer.Argument(help="Name for signing in.")],
    role: Annotated[UserRole, typer.Option(help="What the account may do.")],
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
) -> None:
    """Add an account.

    Example: parley user add mira --role editor --password-stdin < password.txt
    """
    if not password_stdin:
        say("parley: give the password on standard input, with --password-stdin")
        raise typer.Exit(2)
    password = sys.stdin.readline().rstrip("\r\n")

    async def work(session: AsyncSession) -> None:
        await accounts.add_user(
            session, by=None, name=name, role=role, password=password, now=now()
        )

    with_database(work)
    say(f"Added {name}, {role}.")


@users.command("list")
def list_users() -> None:
    """List the accounts.

    Example: parley user list
    """

    async def work(session: AsyncSession) -> Any:
        return [(a.name, a.role, a.disabled_at) for a in await list_accounts(session)]

    for name, role, disabled_at in with_database(work):
        print(name, role, *(["disabled"] if disabled_at else []), sep="\t")


@users.command("disable")
def disable_user(
    name: Annotated[
        str, typer.Argument(help="Name of the account; its sign-ins and tokens end now.")
    ],
) -> None:
    """Disable an account.

    Example: parley user disable mira
    """

    async def work(session: AsyncSession) -> None:
        account = await find_account(session, name)
        if account is None:
            fail(f"there is no account {name!r}")
        await accounts.disable(session, by=None, account=account, now=now())

    with_database(work)
    say(f"Disabled {name}.")


@tokens.command("add")
def add_token(
    user: Annotated[str, typer.Argument(help="Name of the account.")],
    name: Annotated[str, typer.Option(help="What the token is for.")],
    expires: Annotated[
        int | None, typer.Option(min=1, max=3650, help="Days until it expires.")
    ] = None,
) -> None:
    """Print a new API token, and nothing else.

    Example: parley token add mira --name notebook --expires 90
    """

    async def work(session: AsyncSession) -> str:
        account = await find_account(session, user)
        if account is None:
            fail(f"there is no account {user!r}")
        wanted = accounts.TokenRequest(name, expires)
        return await accounts.add_token(session, wanted, account=account, now=now())

    print(with_database(work))
