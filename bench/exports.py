"""Time and memory of exporting very many positions: python -m bench.exports [COUNT]."""

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.testclient import TestClient

from app.accounts import actions as accounts
from app.core.clock import now
from app.core.database import make_engine, make_sessions, transaction
from app.core.postgres import serve
from app.core.schema import migrate
from app.exchange.asking import CsvQuery
from app.exchange.csv_export import export_csv
from app.exchange.json_export import export_json
from app.exchange.selection import Selection, select_cells
from app.exchange.xlsx_export import export_xlsx
from app.main import create_app
from app.models.vocabulary import UserRole
from bench.multiply import multiply
from tests.support.factories import Desk
from tests.support.fixtures import SETTINGS, enter_lake


def rss() -> float:
    """Memory of this process now, in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


async def drain(pieces: AsyncIterator[bytes]) -> tuple[int, float]:
    """Read a stream to its end: bytes, and the most memory seen on the way in MB."""
    size, most = 0, rss()
    async for piece in pieces:
        size += len(piece)
        most = max(most, rss())
    return size, most


async def measure(url: str, folder: Path) -> None:
    engine = make_engine(url)
    async with make_sessions(engine)() as session:
        started = time.perf_counter()
        chosen: Selection = await select_cells(session, "lake", CsvQuery(), now=now())
        print(f"question: {time.perf_counter() - started:.1f} s, {rss():.0f} MB", flush=True)
        for kind in ("csv", "json", "xlsx"):
            started, before = time.perf_counter(), rss()
            if kind == "xlsx":
                path = folder / "a.xlsx"
                await export_xlsx(session, chosen, path, base="", permalink=None, now=now())
                size, most = path.stat().st_size, rss()
            elif kind == "json":
                size, most = await drain(export_json(session, chosen, base="", permalink=None, now=now()))
            else:
                size, most = await drain(export_csv(session, chosen, CsvQuery(), base="", now=now()))
            took = time.perf_counter() - started
            print(
                f"{kind}: {size / 1e6:.0f} MB in {took:.0f} s; memory {before:.0f} MB, at most {most:.0f} MB",
                flush=True,
            )
    await engine.dispose()


async def make_token(url: str) -> str:
    engine = make_engine(url)
    async with transaction(make_sessions(engine)) as session:
        account = await accounts.add_user(session, by=None, name="ada", role=UserRole.EDITOR, password=None, now=now())
        token = await accounts.add_token(session, account=account, label="bench", now=now())
    await engine.dispose()
    return token


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "pg", fast=True) as server:
        migrate(server.owner_url, server.url)
        token = asyncio.run(make_token(server.url))
        with TestClient(create_app(SETTINGS, server.url)) as client:
            desk = Desk(client, token)
            enter_lake(desk)
            desk.state()
        multiply(server.url, count)
        asyncio.run(measure(server.url, Path(folder)))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
