"""Write a workbook row by row with constant memory; every text stays a text, never a formula."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import xlsxwriter

from app.exports.worksheet import RowSheet

MOST_ROWS = 1_048_576  # of one sheet
A4 = 9  # in XLSX
MOST_LINKS, LONGEST_LINK = 65_530, 2_079  # per sheet; Excel does not open more

CELL = {"valign": "top", "text_wrap": True}
# As on the page: weight and pattern of a cell's border show its firmness, red only for red lines.
FORMATS: dict[str, dict[str, Any]] = {
    "head": {"bold": True, "bottom": 2, "valign": "bottom", "text_wrap": True},
    "group": {"italic": True, "bg_color": "#EFEDE8"},
    "issue": {"bold": True, **CELL},
    "text": CELL,
    "red_line": {"left": 5, "left_color": "#A6231D", "bottom": 4, **CELL},
    "demand": {"left": 2, "left_color": "#1E2530", "bottom": 4, **CELL},
    "preference": {"left": 1, "left_color": "#5F6670", "bottom": 4, **CELL},
    "open": {"left": 4, "left_color": "#5F6670", "bottom": 4, **CELL},
    "unclear": {"left": 3, "left_color": "#8F938F", "bottom": 4, **CELL},
    "withdrawn": {"font_color": "#5F6670", "bottom": 4, **CELL},
    "silent": {"italic": True, "font_color": "#5F6670", "bottom": 4, **CELL},
    "hidden": {"bg_color": "#DCDAD5"},
}


class Workbook:
    """Write a workbook sheet by sheet; a context manager that closes the file."""

    def __init__(self, path: Path, made_at: datetime) -> None:
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "tmpdir": path.parent,
        }
        self._book = xlsxwriter.Workbook(str(path), options)
        # The instant of the data, not the clock's, so that the same data give the same bytes.
        self._book.set_properties({"created": made_at})
        self.formats = {name: self._book.add_format(form) for name, form in FORMATS.items()}
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Write the file to disk, once."""
        if not self._closed:
            self._closed = True
            self._book.close()

    def sheet(
        self, name: str, widths: Sequence[float], *, frozen: tuple[int, int] = (0, 0)
    ) -> "WorkbookSheet":
        """Add a sheet with these column widths; `frozen` (rows, columns) stay in view."""
        made = self._book.add_worksheet(name, RowSheet)
        for column, width in enumerate(widths):
            made.set_column(column, column, width)
        made.freeze_panes(*frozen)
        return WorkbookSheet(self, made)

    def table(self, name: str, columns: Sequence[str]) -> "WorkbookTable":
        """Add a table, which takes as many sheets as its rows need."""
        return WorkbookTable(self, name, columns)


class WorkbookSheet:
    """Write one sheet from top to bottom."""

    def __init__(self, book: Workbook, sheet: Any) -> None:
        self._formats, self._sheet = book.formats, sheet
        self.rows = self._links = 0

    def row(
        self, values: Sequence[Any], formats: Sequence[str] = (), links: Sequence[str | None] = ()
    ) -> None:
        """Write the next row: texts as texts, whole numbers as numbers, None as an empty cell.

        Links beyond MOST_LINKS, longer than LONGEST_LINK or not of http or https are left out; the
        text stays.
        """
        told: dict[int, str] = {}
        for column, link in enumerate(links):
            if not link or not values[column] or self._links + len(told) >= MOST_LINKS:
                continue
            if link.startswith(("http://", "https://")) and len(link) <= LONGEST_LINK:
                told[column] = link
        self._links += len(
            self._sheet.put(self.rows, values, [self._formats[f] for f in formats], told)
        )
        self.rows += 1

    def on_paper(self, foot: str) -> None:
        """Print the sheet across, as wide as a page, with its first row and a foot on each page."""
        self._sheet.set_landscape()
        self._sheet.set_paper(A4)
        self._sheet.fit_to_pages(1, 0)
        self._sheet.repeat_rows(0)
        # After a space, since the size of letters would go on with digits of the text.
        self._sheet.set_footer(f"&L&8 {foot.replace('&', '&&')}&R&8&P / &N")


class WorkbookTable:
    """Write rows under their column names; rows that one sheet cannot hold go on in the next."""

    def __init__(self, book: Workbook, name: str, columns: Sequence[str]) -> None:
        self._book, self._name, self._columns = book, name, columns
        self.count = self._sheets = 0
        self._sheet = self._next()

    def add(self, row: Mapping[str, Any], links: Mapping[str, str | None]) -> None:
        """Add a row; `links` has the addresses that its columns lead to."""
        if self._sheet.rows == MOST_ROWS:
            self._sheet = self._next()
        self._sheet.row(
            [row.get(c) for c in self._columns],
            (),
            [links.get(c) for c in self._columns] if links else (),
        )
        self.count += 1

    def _next(self) -> WorkbookSheet:
        self._sheets += 1
        name = self._name if self._sheets == 1 else f"{self._name} {self._sheets}"
        made = self._book.sheet(name, [18] * len(self._columns), frozen=(1, 0))
        made.row(self._columns, ["head"] * len(self._columns))
        return made
