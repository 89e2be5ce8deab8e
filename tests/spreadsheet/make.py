"""Make spreadsheets of positions for the lake, and import them."""

import csv
import io
from collections.abc import Iterable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.importing.reconcile import ImportRun
from app.spreadsheet.actions import Taken, take_sheet
from app.spreadsheet.columns import DateOrder
from app.spreadsheet.grouping import SheetDefaults
from app.spreadsheet.reader import Encoding, Question, read_sheet
from app.spreadsheet.to_package import SheetFaults
from tests.datapackage.packages import at_work
from tests.support.factories import OTHER_WORDS, WORDS

NAME = "lake.csv"
LAKE = "https://news.example/lake"


def said(**more: str) -> dict[str, str]:
    """Return a row without faults; a value of `...` leaves that column empty."""
    row = {
        "party": "north",
        "issue": "quota",
        "stated_on": "2024-05-14",
        "exact": WORDS,
        "source_url": LAKE,
    }
    return {**row, "prefers": "q40", "firmness": "demand", **more}


def other(**more: str) -> dict[str, str]:
    return said(**{"party": "south", "exact": OTHER_WORDS, "prefers": "q20", **more})


def sheet(*rows: dict[str, str], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    columns = list(dict.fromkeys(c for row in rows for c in row))
    made = io.StringIO(newline="")
    writer = csv.DictWriter(made, columns, restval="", delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return made.getvalue().encode(encoding)


def take(
    url: str,
    data: bytes,
    *,
    slug: str | None = "lake",
    encoding: Encoding | None = None,
    dry_run: bool = False,
    **more: Any,
) -> Taken:
    async def work(session: AsyncSession) -> Taken:
        faults = SheetFaults(NAME)
        run = ImportRun(by="ada", now=clock.now(), dry_run=dry_run)
        read = read_sheet(data, NAME, faults, encoding)
        assert not isinstance(read, Question), read
        return await take_sheet(session, read, faults, run, SheetDefaults(slug, **more))

    result: Taken = at_work(url, work)
    return result


def faults(url: str, data: bytes, **more: Any) -> list[str]:
    """Return each fault as `line:column: reason`."""
    return [str(f).removeprefix(f"{NAME}:") for f in take(url, data, **more).faults]


def kinds(taken: Taken) -> list[str]:
    assert taken.clean, list(map(str, taken.faults))
    return [fate.kind for fate in taken.fates]


def starts(lines: Iterable[str], *expected: str) -> None:
    """Expect faults that begin with these words, in this order."""
    found = list(lines)
    assert len(found) == len(expected), found
    for line, begin in zip(found, expected, strict=True):
        assert line.startswith(begin), (line, begin)


DMY, MDY = DateOrder.DMY, DateOrder.MDY
