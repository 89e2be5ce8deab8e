"""Measure time and memory of exporting very many positions: python -m bench.exports [COUNT]."""

import asyncio
import gc
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.testclient import TestClient

from app.accounts import actions as accounts
from app.core.clock import now
from app.datapackage.export import export_package
from app.db.engine import make_engine, make_sessions, transaction
from app.db.schema import migrate
from app.embedded_postgres.server import serve
from app.exports.csv_export import export_csv
from app.exports.download import give_time
from app.exports.json_export import export_json
from app.exports.query_params import CsvQuery
from app.exports.selection import select_cells
from app.exports.xlsx_export import export_xlsx
from app.log.reader import moment
from app.main import create_app
from app.models.vocabulary import UserRole
from bench.multiply import multiply
from tests.support.factories import Desk
from tests.support.fixtures import SETTINGS, enter_lake

KINDS = ("csv", "json", "zip", "xlsx")
BASE = "http://127.0.0.1:8000"


@dataclass
class Watch:
    """Measure an export: seconds, peak memory in MB, and the event loop's longest delay in ms."""

    started: float = field(default_factory=time.perf_counter)
    before: float = field(default_factory=lambda: rss())
    most: float = 0
    held_up: float = 0

    async def look(self) -> None:
        """Sample memory and the event loop's delay until cancelled."""
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.005)
            self.held_up = max(self.held_up, (time.perf_counter() - began - 0.005) * 1000)
            self.most = max(self.most, rss())

    def say(self, kind: str, size: int) -> None:
        """Print the results of one export."""
        took = time.perf_counter() - self.started
        print(
            f"{kind:4} {took:6.1f} s  {size:>13,} bytes  memory {self.before:.0f} MB, at most"
            f" {self.most:.0f} MB"
            f"  loop held up {self.held_up:.0f} ms",
            flush=True,
        )


def rss() -> float:
    """Return the memory of this process in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


async def write(session: AsyncSession, kind: str, folder: Path) -> int:
    """Write one export, and return its size in bytes."""
    path = folder / f"export.{kind}"
    if kind == "zip":
        await export_package(session, await moment(session), "lake", path, texts=False)
        return path.stat().st_size
    chosen = await select_cells(session, "lake", CsvQuery(), now=now())
    if kind == "xlsx":
        await export_xlsx(session, chosen, path, base=BASE, permalink=None, now=now())
        return path.stat().st_size
    if kind == "json":
        return sum(
            [
                len(piece)
                async for piece in export_json(
                    session, chosen, base=BASE, permalink=None, now=now()
                )
            ]
        )
    return sum(
        [
            len(piece)
            async for piece in export_csv(session, chosen, CsvQuery(), base=BASE, now=now())
        ]
    )


async def measure(url: str, folder: Path) -> None:
    """Run every export of the database at `url`, and print what each took."""
    engine = make_engine(url)
    for kind in KINDS:
        async with make_sessions(engine)() as session:
            watch = Watch()
            looking = asyncio.create_task(watch.look())
            await give_time(session)  # as the export pages do
            size = await write(session, kind, folder)
            looking.cancel()
        watch.say(kind, size)
    await engine.dispose()


async def make_token(url: str) -> str:
    """Add an editor to the database at `url`, and return an API token."""
    engine = make_engine(url)
    async with transaction(make_sessions(engine)) as session:
        account = await accounts.add_user(
            session, by=None, name="ada", role=UserRole.EDITOR, password=None, now=now()
        )
        token = await accounts.add_token(
            session, accounts.TokenRequest("bench"), account=account, now=now()
        )
    await engine.dispose()
    return token


def run(count: int) -> None:
    """Export a negotiation of `count` positions, with two quotes each, in every format.

    Prints what each format took.
    """
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "pg", fast=True) as server:
        migrate(server.owner_url, server.url)
        token = asyncio.run(make_token(server.url))
        with TestClient(create_app(SETTINGS, server.url)) as client:
            desk = Desk(client, token)
            enter_lake(desk)
            desk.state()
        multiply(server.url, count)
        print(f"{count:,} positions, {2 * count:,} quotes", flush=True)
        gc.collect()
        gc.freeze()  # as the server does
        asyncio.run(measure(server.url, Path(folder)))


if __name__ == "__main__":
    run(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
