"""Write data packages by hand, import and export them, in one call each."""

import asyncio
import csv
import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.datapackage.export import export_package
from app.datapackage.faults import ImportFaults
from app.db.engine import make_engine, make_sessions, transaction
from app.importing.actions import import_package
from app.importing.reconcile import ImportRun, Report
from app.log.reader import moment

Tables = dict[str, list[dict[str, str]]]
SEEDS = Path(__file__).parents[2] / "seeds" / "ukraine-ceasefire-2025"


def small() -> Tables:
    """Return the smallest package with a position; it has keys of its own."""
    return {
        "negotiations": [{"slug": "sea", "title": "The sea"}],
        "parties": [{"slug": "isle", "name": "Isle"}, {"slug": "coast", "name": "Coast"}],
        "participations": [
            {"negotiation": "sea", "party": "isle"},
            {"negotiation": "sea", "party": "coast"},
        ],
        "speakers": [{"uid": "ann", "name": "Ann", "office": "Envoy", "party": "isle"}],
        "issues": [
            {"negotiation": "sea", "slug": "fish", "title": "Fish", "ordered": "true"},
            {"negotiation": "sea", "slug": "line", "title": "Line", "ordered": "false"},
        ],
        "options": [
            {"negotiation": "sea", "issue": "fish", "slug": "few", "label": "Few", "rank": "1"},
            {"negotiation": "sea", "issue": "fish", "slug": "many", "label": "Many", "rank": "2.5"},
            {"negotiation": "sea", "issue": "line", "slug": "mid", "label": "Middle", "rank": ""},
        ],
        "sources": [
            {
                "uid": "s1",
                "url": "https://news.example/sea",
                "title": "News",
                "published_on": "2024-03-17",
            }
        ],
        "positions": [
            {
                "uid": "p1",
                "negotiation": "sea",
                "party": "isle",
                "issue": "fish",
                "summary": "Few",
                "stated_on": "2024-03",
            }
        ],
        "attitudes": [
            {"position": "p1", "option": "few", "attitude": "prefers", "condition": "only if fed"}
        ],
        "links": [{"position": "p1", "issue": "line", "option": "mid", "kind": "condition"}],
        "quotes": [
            {
                "uid": "q1",
                "position": "p1",
                "source": "s1",
                "exact": "we want few fish",
                "speaker": "ann",
            }
        ],
        "looks": [
            {
                "uid": "l1",
                "negotiation": "sea",
                "party": "coast",
                "issue": "fish",
                "looked_on": "2024-04-01",
                "where": "x",
            }
        ],
    }


def write(
    folder: Path, tables: Tables, files: dict[str, bytes] | None = None, **descriptor: Any
) -> Path:
    """Write a package; tables may lack columns that no row names."""
    folder.mkdir(parents=True, exist_ok=True)
    resources = []
    for name, rows in tables.items():
        columns = list(dict.fromkeys(c for row in rows for c in row))
        sheet = io.StringIO(newline="")
        writer = csv.DictWriter(sheet, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        (folder / f"{name}.csv").write_bytes(sheet.getvalue().encode())
        resources.append({"name": name, "path": f"{name}.csv"})
    for path, data in (files or {}).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    said = {"name": "sea-package", "resources": resources, **descriptor}
    (folder / "datapackage.json").write_text(json.dumps(said))
    return folder


def hashed(folder: Path) -> None:
    """Add each table's checksum to the descriptor."""
    said = json.loads((folder / "datapackage.json").read_text())
    for resource in said["resources"]:
        data = (folder / resource["path"]).read_bytes()
        resource |= {"bytes": len(data), "hash": f"sha256:{hashlib.sha256(data).hexdigest()}"}
    (folder / "datapackage.json").write_text(json.dumps(said))


def at_work(url: str, work: Callable[[AsyncSession], Any]) -> Any:
    """Run an action in a transaction of its own."""

    async def run() -> Any:
        engine = make_engine(url, limits=False)
        try:
            async with transaction(make_sessions(engine)) as session:
                return await work(session)
        finally:
            await engine.dispose()

    return asyncio.run(run())


def take_in(url: str, path: Path, **more: Any) -> Report:
    """Import a package."""
    run = ImportRun(by="importer", now=clock.now(), **more)
    result = at_work(url, lambda s: import_package(s, path, run))
    assert isinstance(result, Report)
    return result


def faults_of(url: str, path: Path, **more: Any) -> list[str]:
    """Return the faults for which a package is refused; empty if there are none."""
    try:
        take_in(url, path, **more)
    except ImportFaults as error:
        return error.lines()
    return []


def give_out(
    url: str, negotiation: str, out: Any, *, texts: bool = True, known_at: Any = None
) -> None:
    """Export a package."""

    async def work(session: AsyncSession) -> None:
        await export_package(
            session, await moment(session, known_at), negotiation, out, texts=texts
        )

    at_work(url, work)


def ask(url: str, statement: str) -> list[Any]:
    async def work(session: AsyncSession) -> list[Any]:
        return list(await session.execute(text(statement)))

    return list(at_work(url, work))


def commits(url: str) -> int:
    return int(ask(url, "SELECT count(*) FROM log_commit")[0][0])


def bare(value: Any) -> Any:
    """Return an API answer without what differs from database to database."""
    if isinstance(value, dict):
        mine = {"id", "order_uncertain", "possible"} | {
            k for k in ("position",) if isinstance(value.get(k), int)
        }
        return {
            k: bare(v)
            for k, v in value.items()
            if k not in mine and not (k == "url" and str(v).startswith("/"))
        }
    return [bare(v) for v in value] if isinstance(value, list) else value
