"""Write and restore backups: one file with the whole database at one moment.

It is a zip of `parley.json`, which describes it, and `database.dump`, which PostgreSQL's own
pg_restore can read too. The log's epoch is left out: a restored database gets a new one, and serves
nothing before.
"""

import dataclasses
import json
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import IO, Any, LiteralString

import psycopg
from alembic import command
from sqlalchemy import Connection, create_engine, text

from app.core.clock import instant
from app.db import schema
from app.db.dsn import conninfo, driver_url
from app.db.tls_relay import way_in
from app.embedded_postgres.server import PostgresError, Server, program

FORMAT = 1
MANIFEST, DUMP = "parley.json", "database.dump"
# the restoring role owns everything; `migrate` grants rights
PLAIN = ("--no-owner", "--no-privileges")
CHUNK = 1 << 20
NOT_EMPTY = "The database is not empty: restore into a new one, so that nothing is lost."


class BackupError(Exception):
    """There is no backup, or it does not fit; the message says why in one line."""


@dataclasses.dataclass(frozen=True)
class Manifest:
    """Description of a backup, stored in it."""

    format: int
    program: str
    schema: str
    server: str
    revision: int
    made_at: str


def program_version() -> str:
    """Return the version of this program."""
    try:
        return version("parley")
    except PackageNotFoundError:  # run from its source tree
        return "unknown"


def back_up(server: Server, path: Path, *, now: datetime) -> tuple[Path, Manifest]:
    """Write a backup while the database is in use; a folder gets a file named after the time."""
    if path.is_dir():
        path = path / f"parley-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.zip"
    if not path.parent.is_dir():
        raise BackupError(f"{path.parent} is not a folder.")
    half = path.with_name(f".{path.name}.{os.getpid()}.half")
    try:
        with open(half, "xb", opener=_private) as file:
            manifest = _write(server, file, now)
            file.flush()
            os.fsync(file.fileno())
        half.rename(path)  # a file with the final name is complete
    finally:
        half.unlink(missing_ok=True)
    return path, manifest


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _write(server: Server, file: IO[bytes], now: datetime) -> Manifest:
    with psycopg.connect(conninfo(server.owner_url)) as session:
        session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        if _value(session, "SELECT to_regclass('alembic_version')") is None:
            raise BackupError("The database has no Parley data: there is nothing to back up.")
        manifest = Manifest(
            FORMAT,
            program_version(),
            _value(session, "SELECT version_num FROM alembic_version"),
            _value(session, "SHOW server_version"),
            _value(session, "SELECT max(seq) FROM log_commit"),
            instant(now),
        )
        snapshot = _value(session, "SELECT pg_export_snapshot()")
        options = [*PLAIN, "--format=custom", "--exclude-table-data=log_epoch"]
        options.append(f"--snapshot={snapshot}")
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr(MANIFEST, json.dumps(dataclasses.asdict(manifest), indent=2) + "\n")
            with (
                archive.open(DUMP, "w", force_zip64=True) as dump,
                _running("pg_dump", server.owner_url, *options, stdout=subprocess.PIPE) as run,
            ):
                shutil.copyfileobj(run.stdout, dump, CHUNK)
    return manifest


def _value(session: psycopg.Connection, query: LiteralString) -> Any:
    row = session.execute(query).fetchone()
    return row[0] if row else None


@contextmanager
def _running(name: str, url: str, *options: str, **ways: Any) -> Iterator[Any]:
    """Run a PostgreSQL program on a database; raise PostgresError with its message if it fails."""
    with way_in(url) as (address, secret):
        command = [program(name), "--no-password", f"--dbname={address}", *options]
        environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", **secret}
        run = subprocess.Popen(command, stderr=subprocess.PIPE, env=environment, **ways)
        try:
            with suppress(BrokenPipeError):  # it ended early; its message is raised below
                yield run
        except BaseException:
            run.kill()
            raise
        finally:
            if run.stdin:
                with suppress(BrokenPipeError):
                    run.stdin.close()
            said = run.stderr.read().decode(errors="replace") if run.stderr else ""
            run.wait()
    if run.returncode:
        raise PostgresError(f"{name}: {' '.join(said.split()) or f'ended with {run.returncode}'}")


def read_manifest(archive: zipfile.ZipFile) -> Manifest:
    """Read the manifest of a backup; raise BackupError if this program cannot restore it."""
    try:
        said = json.loads(archive.read(MANIFEST))
        manifest = Manifest(
            **{field.name: said[field.name] for field in dataclasses.fields(Manifest)}
        )
    except (KeyError, ValueError, TypeError):
        raise BackupError(f"{archive.filename} is not a file from `parley backup`.") from None
    if manifest.format > FORMAT or not schema.knows(manifest.schema):
        raise BackupError(
            f"The backup was made by Parley {manifest.program} with the schema {manifest.schema}, "
            "which is newer than "
            f"this program ({program_version()}, {schema.newest()}): restore it with the newer "
            "program."
        )
    return manifest


def restore(server: Server, path: Path) -> Manifest:
    """Fill an empty database from a backup, migrate it, and renew the log's epoch."""
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile:
        raise BackupError(f"{path} is not a file from `parley backup`.") from None
    with archive:
        manifest = read_manifest(archive)
        try:
            broken = archive.testzip()
        except zipfile.BadZipFile:
            broken = DUMP
        if broken:
            raise BackupError(f"{path} is damaged: {broken} does not match its checksum.")
        engine = create_engine(driver_url(server.owner_url))
        try:
            with engine.connect() as connection:
                major = schema.require_server(connection)
                _make_empty(connection)
            _fill(server, archive, major)
            with engine.begin() as connection:
                connection.execute(text("INSERT INTO log_epoch DEFAULT VALUES"))
                # Users who signed out after the backup was made must not be signed in again by it.
                connection.execute(
                    text("UPDATE sign_in SET ended_at = now() WHERE ended_at IS NULL")
                )
                connection.execute(
                    text("UPDATE sign_in_link SET used_at = now() WHERE used_at IS NULL")
                )
                connection.execute(text("NOTIFY parley"))
        finally:
            engine.dispose()
    # The serving role gets its rights only now, so that nothing is served with the old epoch.
    schema.migrate(server.owner_url, server.url)
    return manifest


def _fill(server: Server, archive: zipfile.ZipFile, major: int) -> None:
    if major < 17:
        return _fill_older(server, archive)
    options = [*PLAIN, "--exit-on-error", "--single-transaction"]
    with (
        archive.open(DUMP) as dump,
        _running(
            "pg_restore",
            server.owner_url,
            *options,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        ) as run,
    ):
        shutil.copyfileobj(dump, run.stdin, CHUNK)


def _fill_older(server: Server, archive: zipfile.ZipFile) -> None:
    """Restore without the one setting that our pg_restore sends and PostgreSQL 16 does not know."""
    options = ["--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1"]
    with tempfile.NamedTemporaryFile(prefix="parley-") as file:
        with archive.open(DUMP) as dump:
            shutil.copyfileobj(dump, file, CHUNK)
        file.flush()
        command = [program("pg_restore"), *PLAIN, "--file=-", file.name]
        pipes: dict[str, Any] = {
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "env": {"PATH": os.defpath},
        }
        with (
            subprocess.Popen(command, **pipes) as script,
            _running(
                "psql", server.owner_url, *options, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
            ) as run,
        ):
            assert script.stdout and script.stderr  # noqa: S101  (for mypy: both are pipes)
            run.stdin.write(b"BEGIN;\n")
            for line in script.stdout:
                if line == b"SET transaction_timeout = 0;\n":
                    break
                run.stdin.write(line)
            shutil.copyfileobj(script.stdout, run.stdin, CHUNK)
            said = script.stderr.read().decode(errors="replace")
            # Then psql must not commit, since it would take a partial script for a complete one.
            if script.wait():
                raise PostgresError(f"pg_restore: {' '.join(said.split())}")
            run.stdin.write(b"COMMIT;\n")


def _make_empty(connection: Connection) -> None:
    """Refuse a database with data in it; remove the schema if it has no data yet."""
    if not connection.execute(
        text("SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace")
    ).first():
        return
    if schema.version(connection) is None:
        raise BackupError(NOT_EMPTY)
    used = "SELECT max(seq) > 0 OR EXISTS (SELECT FROM account) FROM log_commit"
    if connection.execute(text(used)).scalar() is not False:
        raise BackupError(NOT_EMPTY)
    made = schema.config()
    made.attributes["connection"] = connection
    command.downgrade(made, "base")
    connection.execute(text("DROP TABLE alembic_version"))
    connection.commit()
