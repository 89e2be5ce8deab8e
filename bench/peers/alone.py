"""Measure PostgreSQL alone: what any application on it needs at least for the same answers."""

import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from app.embedded_postgres.programs import program
from bench.fidelity.programs import say
from bench.peers import data, database
from bench.peers.statements import COPY, STATEMENTS

CLIENTS = 4
# Of the statement whose plan is asked for; pgbench draws these anew for each transaction.
DRAWN = ((":party", "3"), (":issue", "5"), (":word", "17"))


@dataclass(frozen=True)
class Rate:
    """What pgbench measured."""

    per_second: float
    median_ms: float


@dataclass(frozen=True)
class Alone:
    """What one statement takes."""

    name: str
    one: Rate
    many: Rate | None = None
    rows: int | None = None
    inside_ms: float | None = None  # within the server, rows not sent


def measure(address: str, size: str, seconds: int) -> list[Alone]:
    """Measure each statement with one client and with several."""
    database.clean(address)
    measured = []
    with psycopg.connect(address, autocommit=True) as connection:
        for name, sql in STATEMENTS.items():
            say(f"  PostgreSQL alone, {size}: {name}")
            one, many = (_pgbench(address, sql, size, seconds, n) for n in (1, CLIENTS))
            rows, inside = (None, None) if "INSERT" in sql else _explained(connection, sql)
            measured.append(Alone(name, one, many, rows, inside))
        database.clean(address)
        return [*measured, _copied(connection)]


def script(sql: str, size: data.Size) -> str:
    r"""Return a script for pgbench: each statement ended, but `\gset` without a semicolon."""
    lines = [
        f"\\set party random(1, {size.parties})",
        f"\\set issue random(1, {size.issues})",
        f"\\set word random(1, {data.SECTORS})",
    ]
    for statement in sql.replace("\\gset", "\\gset;").split(";"):
        if words := " ".join(statement.split()):
            lines.append(words if words.endswith("\\gset") else words + ";")
    typed = "\n".join(lines).replace("'sector' || :word", "'sector' || (:word)::text")
    return typed + "\n"


def _pgbench(address: str, sql: str, size: str, seconds: int, clients: int) -> Rate:
    """Run prepared statements over the local socket; reading the rows is part of it."""
    options = ["-n", "-M", "prepared", "-j", "1", "-l", "-c", str(clients), "-T", str(seconds)]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "script.sql"
        file.write_text(script(sql, data.SIZES[size]))
        done = subprocess.run(
            [program("pgbench"), *options, "-f", file, address],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=seconds + 60,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr[-600:])
        times = [
            int(line.split()[2]) / 1_000
            for log in Path(folder).glob("pgbench_log*")
            for line in log.read_text().splitlines()
        ]
    return Rate(float(done.stdout.split("tps = ")[1].split()[0]), statistics.median(times))


def _explained(connection: psycopg.Connection, sql: str) -> tuple[int, float]:
    for word, value in DRAWN:
        sql = sql.replace(word, value)
    asked = "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " + sql.replace("|| 17", "|| '17'")
    plans = []
    for _ in range(5):
        [[[plan]]] = connection.execute(asked.encode()).fetchall()
        plans.append(plan)
    took = statistics.median(plan["Planning Time"] + plan["Execution Time"] for plan in plans)
    return round(plans[0]["Plan"]["Actual Rows"]), took


def _copied(connection: psycopg.Connection) -> Alone:
    times, size = [], 0
    for _ in range(3):
        began, size = time.perf_counter(), 0
        with connection.cursor().copy(COPY) as copy:
            for block in copy:
                size += len(block)
        times.append(time.perf_counter() - began)
    took = statistics.median(times)
    name = f"export, COPY as CSV ({size / 1e6:.1f} MB, {size / took / 1e6:.0f} MB/s)"
    return Alone(name, Rate(1 / took, took * 1_000))


def table(measured: Sequence[Alone]) -> list[str]:
    """Return the lines of the table."""
    lines = [
        "| PostgreSQL alone | rows | inside the server, ms | one client: median ms"
        f" | one client: /s | {CLIENTS} clients: median ms | {CLIENTS} clients: /s |",
        "| --- |" + " ---: |" * 6,
    ]
    for found in measured:
        rates = [found.one, found.many]
        cells = [
            "" if found.rows is None else f"{found.rows:,}",
            "" if found.inside_ms is None else f"{found.inside_ms:,.2f}",
            *(
                f"{number:,.2f}"
                for rate in rates
                if rate
                for number in (rate.median_ms, rate.per_second)
            ),
        ]
        cells += [""] * (6 - len(cells))
        lines.append(f"| {found.name} | {' | '.join(cells)} |")
    return lines
