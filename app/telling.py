"""What a command says: on standard error, in one line, and by its exit code."""

import contextlib
import sys
from collections.abc import Iterator
from typing import NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from app.core.errors import DomainError
from app.core.postgres import PostgresError
from app.core.schema import SchemaError
from app.operation.backups import BackupError
from app.settings import UnknownSetting


def say(text: str) -> None:
    print(text, file=sys.stderr)


def fail(text: str) -> NoReturn:
    say(f"parley: {text}")
    raise typer.Exit(1)


@contextlib.contextmanager
def working(text: str) -> Iterator[None]:
    """Show on a terminal that something is being done, and on nothing else."""
    console = Console(stderr=True)
    with console.status(text) if console.is_terminal else contextlib.nullcontext():
        yield


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Turn what may go wrong into one line and exit 1; a setting that makes no sense into one line and exit 2."""
    try:
        yield
    except ValidationError as error:
        for found in error.errors():
            name = str(found["loc"][0]).upper() if found["loc"] else ""
            variable = name if not name or name.startswith("DATABASE") else f"PARLEY_{name}"
            say(f"parley: {variable}{': ' if variable else ''}{found['msg'].removeprefix('Value error, ')}")
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
