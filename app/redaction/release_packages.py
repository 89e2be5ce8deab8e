"""Find the packages of releases that contain what has to go."""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence

import anyio.to_thread
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.release import Release
from app.redaction.subject import What
from app.redaction.word_match import Wording

TABLES = {"quote": "quotes.csv", "source": "sources.csv", "text": "quotes.csv"}
POSITIONS = "positions.csv"

Row = Mapping[str, str]


async def find_releases(
    session: AsyncSession, what: What, uids: Sequence[str], wording: Wording
) -> list[tuple[int, int]]:
    """Return (negotiation id, number) of each release whose package contains it.

    `uids` are those of the objects that have the words.
    """
    there = select(Release.negotiation_id, Release.number).where(Release.package.is_not(None))
    held = []
    for negotiation_id, number in (
        await session.execute(there.order_by(*there.selected_columns))
    ).all():
        here = select(Release.package).where(
            Release.negotiation_id == negotiation_id, Release.number == number
        )
        package = bytes(await session.scalar(here) or b"")
        if await anyio.to_thread.run_sync(_holds, package, what, set(uids), wording):
            held.append((negotiation_id, number))
    return held


def _holds(package: bytes, what: What, uids: set[str], wording: Wording) -> bool:
    return any(
        _says(row, what, uids, wording) for row in _rows(package, TABLES.get(what, POSITIONS))
    )


def _says(row: Row, what: What, uids: set[str], wording: Wording) -> bool:
    match what:
        case "quote":
            beside = wording.left_before(row["prefix"]) != row["prefix"]
            return (
                row["uid"] in uids or beside or wording.left_after(row["suffix"]) != row["suffix"]
            )
        case "text":
            return row["uid"] in uids and bool(row["prefix"] or row["suffix"])
        case "source":
            return row["uid"] in uids
        case "summary":
            return row["uid"] in uids and row["summary"] in wording.texts
    return row["reason"] in wording.texts


def _rows(package: bytes, table: str) -> Iterator[Row]:
    with zipfile.ZipFile(io.BytesIO(package)) as box:
        for name in box.namelist():
            if name.rsplit("/", 1)[-1] == table:
                yield from csv.DictReader(io.TextIOWrapper(box.open(name), "utf-8", newline=""))
