"""Share what all commands need: the database, output on standard error, and exit codes."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any, NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import Progress
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import DomainError
from app.db.engine import make_engine, make_sessions, transaction
from app.db.schema import SchemaError
from app.embedded_postgres.server import PostgresError
from app.server import serve
from app.server.backups import BackupError
from app.settings import UnknownSetting, read_settings


def say(text: str) -> None:
    """Print a line on standard error."""
    print(text, file=sys.stderr)


def fail(text: str) -> NoReturn:
    """Print an error and exit with code 1."""
    say(f"parley: {text}")
    raise typer.Exit(1)


@contextlib.contextmanager
def working(text: str) -> Iterator[None]:
    """Show a spinner while the block runs, on a terminal only."""
    console = Console(stderr=True)
    with console.status(text) if console.is_terminal else contextlib.nullcontext():
        yield


@contextlib.contextmanager
def errors_as_one_line() -> Iterator[None]:
    """Turn errors into one line and exit code 1, or 2 for an invalid setting."""
    try:
        yield
    except ValidationError as error:
        for found in error.errors():
            name = str(found["loc"][0]).upper() if found["loc"] else ""
            variable = name if not name or name.startswith("DATABASE") else f"PARLEY_{name}"
            say(
                f"parley: {variable}{': ' if variable else ''}"
                f"{found['msg'].removeprefix('Value error, ')}"
            )
        raise typer.Exit(2) from None
    except UnknownSetting as error:
        say(f"parley: {error}")
        raise typer.Exit(2) from None
    except DomainError as error:
        for fault in error.faults:
            say(f"{fault.where}: {fault.detail}")
        fail(error.detail)
    except (PostgresError, SchemaError, BackupError) as error:
        fail(str(error))
    except SQLAlchemyError as error:
        fail(f"the database refuses: {' '.join(str(getattr(error, 'orig', error)).split())}")
    except OSError as error:
        fail(f"{error.filename or 'the system'}: {error.strerror or error}")


def with_database(
    work: Callable[[AsyncSession], Coroutine[Any, Any, Any]],
    then: Callable[[AsyncSession, Any], Coroutine[Any, Any, None]] | None = None,
) -> Any:
    """Run something in one transaction on the database of the settings; return its result.

    `then` gets the result, in a transaction of its own.
    """
    with errors_as_one_line(), serve.database(read_settings()) as server:
        result = asyncio.run(in_transaction(server.url, work))
        if then is not None:
            asyncio.run(in_transaction(server.url, lambda session: then(session, result)))
        return result


async def in_transaction(url: str, work: Callable[[AsyncSession], Coroutine[Any, Any, Any]]) -> Any:
    """Run something in one transaction on a database, without time limits."""
    async with _session(url) as session:
        return await work(session)


@contextlib.asynccontextmanager
async def _session(url: str) -> AsyncIterator[AsyncSession]:
    engine = make_engine(url, limits=False)
    try:
        async with transaction(make_sessions(engine)) as session:
            yield session
    finally:
        await engine.dispose()


@contextlib.contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar while the block runs, on a terminal only."""
    with Progress(
        console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()
    ) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
