"""Load the practice negotiation from `seeds/practice`, each time under a slug of its own."""

import csv
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.datapackage.archive import DESCRIPTOR
from app.importing.actions import import_package
from app.importing.reconcile import ImportRun
from app.log.writer import writing
from app.models.negotiation import Negotiation
from app.models.source import Source
from app.models.vocabulary import NegotiationStatus
from app.negotiations.actions import amend_negotiation
from app.sources import queries as source_queries
from app.sources.actions import put_text
from app.sources.urls import same_document_key

PACKAGE = Path(__file__).parents[2] / "seeds" / "practice"
SLUG = "practice"
RUN = re.compile(rf"{SLUG}(?:-([2-9]|[1-9][0-9]+))?")
TABLES = ("negotiations", "participations", "issues", "options", "sources", "positions", "looks")


async def current_run(session: AsyncSession) -> Negotiation | None:
    """Return the newest practice negotiation, None if it was never loaded."""
    invented = [n for n in await _runs(session) if n.invented]
    return max(invented, key=lambda n: _number(n.slug), default=None)


async def load_practice(
    session: AsyncSession, *, by: str | None, now: datetime, reset: bool = False
) -> tuple[str, bool]:
    """Load the practice negotiation; return its slug, and whether it is new.

    The log never forgets, so `reset` loads a copy under the next slug, with sources and positions
    of its own, and concludes the one before. Commits at the end, all or nothing.
    """
    before = await current_run(session)
    if before is not None and not reset:
        return before.slug, False
    taken = [_number(n.slug) for n in await _runs(session)]
    number = max(taken, default=0) + 1
    slug = SLUG if number == 1 else f"{SLUG}-{number}"
    with _package(slug, number) as folder:
        await import_package(session, folder, ImportRun(by=by, now=now))
        await _save_later_texts(session, folder, by=by, now=now)
    if before is not None:
        async with writing(session, by=by, now=now) as log:
            concluded = {"status": NegotiationStatus.CONCLUDED}
            reason = f"Practice was started anew as {slug}"
            await amend_negotiation(log, before, concluded, reason=reason)
    await session.commit()
    return slug, True


async def _runs(session: AsyncSession) -> list[Negotiation]:
    """Return all negotiations with a slug of a practice negotiation."""
    like = select(Negotiation).where(Negotiation.slug.startswith(SLUG))
    return [n for n in await session.scalars(like) if RUN.fullmatch(n.slug)]


def _number(slug: str) -> int:
    match = RUN.fullmatch(slug)
    return int(match[1] or 1) if match else 0


async def _save_later_texts(
    session: AsyncSession, folder: Path, *, by: str | None, now: datetime
) -> None:
    """Save newer versions of texts, as an editor does: a package has one text of each source."""
    urls = {row["uid"]: row["url"] for row in _rows(folder / "sources.csv")}
    for path in sorted((PACKAGE / "later").glob("*.txt")):
        key = same_document_key(urls[path.stem])
        number = await session.scalar(select(Source.id).where(Source.url_key == key))
        if number is None:
            continue
        row = await source_queries.get_source(session, number, lock=True)
        async with writing(session, by=by, now=now) as log:
            await put_text(log, row, path.read_text(encoding="utf-8"))


@contextmanager
def _package(slug: str, number: int) -> Iterator[Path]:
    """Give the package; for a second run a copy with another slug, name and other addresses.

    The keys of a package become UUIDs by its name, so those of a copy are new.
    """
    if number == 1:
        yield PACKAGE
        return
    with TemporaryDirectory(prefix="parley-practice-") as made:
        folder = Path(made) / slug
        copytree(PACKAGE, folder)
        for name in TABLES:
            _rewrite(folder / f"{name}.csv", slug, number)
        said = json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8")) | {"name": slug}
        for resource in said["resources"]:
            resource.pop("hash")
            resource.pop("bytes")
        (folder / DESCRIPTOR).write_text(json.dumps(said), encoding="utf-8")
        yield folder


def _rewrite(path: Path, slug: str, number: int) -> None:
    rows = _rows(path)
    for row in rows:
        if "negotiation" in row:
            row["negotiation"] = slug
        elif path.stem == "negotiations":
            row["slug"] = slug
            row["title"] = row["title"].replace("(invented)", f"{number} (invented)", 1)
        elif row["url"]:
            row["url"] += f"?practice={number}"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
