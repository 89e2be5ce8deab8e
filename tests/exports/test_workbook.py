"""Test the workbook: texts stay texts, the first sheet is like the page, all cuts are marked."""

import io
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import assume, given
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape
from xlsxwriter.worksheet import Worksheet

from app.core.clock import now
from app.exports import workbook
from app.exports.workbook import Workbook
from app.exports.worksheet import CUT, MOST_CHARACTERS, RowSheet, cell_text
from tests.support.factories import quote
from tests.support.fixtures import Lake

TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufffe\uffff"), max_size=20
)
HOSTILE = [
    "=1+1",
    "@x",
    "-1",
    "+1",
    "\tx",
    "\rx",
    "http://x",
    "_x000D_",
    "a\nb",
    "Київ",
    "{=1}",
    "'=1",
    "<r><t>x</t></r>",
    "<r>&",
    "\ufffe",
]


def opened(lake: Lake, **query: Any) -> Any:
    got = lake.stranger.page("/n/lake/export.xlsx", **query)
    assert got.status_code == 200, got.text
    return openpyxl.load_workbook(io.BytesIO(got.content))


def test_every_text_stays_a_text(tmp_path: Path) -> None:
    with Workbook(tmp_path / "a.xlsx", now()) as book:
        book.sheet("One", [10]).row([*HOSTILE, 1, True, None])
    cells = next(openpyxl.load_workbook(tmp_path / "a.xlsx")["One"].iter_rows())
    assert [c.data_type for c in cells] == ["s"] * len(HOSTILE) + ["n", "b"]
    texts = [unescape(c.value) for c in cells[: len(HOSTILE)]]
    assert texts == [*HOSTILE[:-1], "\ufffd"]


@given(st.lists(TEXTS | st.integers() | st.booleans() | st.none(), min_size=1, max_size=4))
def test_a_row_is_written_as_the_library_writes_it_cell_by_cell(row: list[Any]) -> None:
    assume(not any(isinstance(v, str) and v.startswith("<r>") for v in row))
    with tempfile.TemporaryDirectory() as folder:
        assert written(RowSheet, row, folder) == written(Worksheet, row, folder)


def written(kind: type[Worksheet], row: list[Any], folder: str) -> str:
    """Return the XML of a row, plain and in bold."""
    book = xlsxwriter.Workbook(io.BytesIO(), {"constant_memory": True, "tmpdir": folder})
    bold = book.add_format({"bold": True})
    sheet = book.add_worksheet("One", kind)
    sheet.fh = io.StringIO()
    for line, form in enumerate((None, bold)):
        if isinstance(sheet, RowSheet):
            sheet.put(line, row, [form] * len(row), {})
            continue
        for column, value in enumerate(row):
            if value == "":
                sheet.write_blank(line, column, None, form)
            elif isinstance(value, str):
                sheet.write_string(line, column, cell_text(value), form)
            elif value is not None:
                sheet.write(line, column, value, form)
    sheet._write_single_row()
    sheet.row_data_fh.close()
    return str(sheet.fh.getvalue())


class PublicSheet(Worksheet):
    """Take whole rows as RowSheet does, by the public methods of XlsxWriter alone."""

    def put(
        self, row: int, values: Sequence[Any], formats: Sequence[Any], links: Mapping[int, str]
    ) -> set[int]:
        forms = list(formats) or [None] * len(values)
        taken = set()
        for column, (value, form) in enumerate(zip(values, forms, strict=True)):
            if column in links:
                self.write_url(row, column, links[column], form, cell_text(value))
                taken.add(column)
            elif value == "":
                self.write_blank(row, column, None, form)
            elif isinstance(value, str):
                self.write_string(row, column, cell_text(value), form)
            elif value is not None:
                self.write(row, column, value, form)
        return taken


def test_a_file_is_as_the_public_methods_of_the_library_write_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parts(name: str) -> dict[str, bytes]:
        with Workbook(tmp_path / name, datetime(2025, 3, 17)) as book:
            sheet = book.sheet("One", [10, 20], frozen=(1, 1))
            sheet.row(["Issue", "Words"], ["head", "head"])
            sheet.row(["Київ & «more»", None, "", 1.5, True], ["demand"] * 5)
            sheet.row(["here", "there", 3], (), ["https://example.org/?a=1&b=2#c", None, None])
            sheet.row(["again", " spaced "], ["issue", "text"], ["https://example.org/a", None])
            table = book.table("Two", ["a", "b"])
            table.add({"a": "x" * 40_000, "b": 7}, {"a": "http://example.org/long"})
        with zipfile.ZipFile(tmp_path / name) as archive:
            return {part: archive.read(part) for part in archive.namelist()}

    ours = parts("ours.xlsx")
    monkeypatch.setattr(workbook, "RowSheet", PublicSheet)
    assert ours == parts("public.xlsx")


def test_what_a_cell_cannot_hold_says_that_it_was_cut(tmp_path: Path) -> None:
    with Workbook(tmp_path / "a.xlsx", now()) as book:
        book.sheet("One", [10]).row(["я" * 40_000, "x" * MOST_CHARACTERS])
    long, whole = next(openpyxl.load_workbook(tmp_path / "a.xlsx")["One"].values)
    assert (len(long), long.endswith(CUT), len(whole)) == (MOST_CHARACTERS, True, MOST_CHARACTERS)


def test_what_a_sheet_cannot_hold_goes_on_in_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 3)
    with Workbook(tmp_path / "a.xlsx", now()) as book:
        table = book.table("Quotes", ["n"])
        for n in range(5):
            table.add({"n": n}, {})
    sheets = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert {s.title: [r[0] for r in s.values] for s in sheets} == {
        "Quotes": ["n", 0, 1], "Quotes 2": ["n", 2, 3], "Quotes 3": ["n", 4]
    }  # fmt: skip


def test_the_sheets(lake: Lake) -> None:
    old = lake.ada.state(stated_on="2024-05-12", summary="=1+1")
    new = lake.ada.state(
        firmness="red_line",
        quotes=[quote(said_on="2024-05-14"), quote("The dam stays closed until")],
    )
    book = opened(lake)
    assert book.sheetnames == ["Matrix", "Positions", "Quotes", "Sources", "About"]
    matrix = book["Matrix"]
    assert matrix.freeze_panes == "B2"
    assert [c.value for c in matrix[1]] == [
        "Issue",
        "Common ground",
        "Northshore",
        "Southshore",
        "Basin Council",
    ]
    cell = matrix["C2"]
    assert cell.value == "prefers 40 % (red line, 14 May 2024)"
    assert cell.border.left.style == "thick"
    assert cell.hyperlink.target.startswith("http://testserver/n/lake/cells/north/quota?as_of=")
    assert (matrix["D2"].value, matrix["D2"].hyperlink) == ("not yet looked", None)
    positions = [dict(zip([c.value for c in book["Positions"][1]], row, strict=True)) for row in
                 book["Positions"].iter_rows(min_row=2, values_only=True)]  # fmt: skip
    assert [(p["position_id"], p["current"], p["summary"]) for p in positions] == [
        (old["id"], False, "=1+1"),
        (new["id"], True, "north on quota"),
    ]
    assert book["Quotes"].max_row == 1 + 3
    assert book["Quotes"].freeze_panes == "A2"
    assert [r[4] for r in book["Sources"].iter_rows(min_row=2, values_only=True)] == [
        "Talks resume"
    ]
    about = {row[0]: row[1] for row in book["About"].values}
    assert about["Permanent link"].startswith("http://testserver/n/lake?as_of=")
    assert (about["Filters"], about["Rows in Quotes"]) == ("none", 3)
    types = {
        c.data_type
        for sheet in book
        for row in sheet.iter_rows()
        for c in row
        if c.value is not None
    }
    assert "f" not in types


def test_a_hidden_cell_is_blank_and_the_filter_is_named(lake: Lake) -> None:
    lake.ada.state(firmness="red_line")
    lake.ada.state("south", firmness="demand")
    book = opened(lake, firmness="red_line")
    assert [c.value for c in book["Matrix"][2]][2:] == [
        "prefers 40 % (red line, 14 May 2024)",
        None,
        None,
    ]
    assert {row[0]: row[1] for row in book["About"].values}["Filters"] == "firmness: red_line"
    assert book["Positions"].max_row == 2


def test_the_matrix_prints_across_with_its_head_and_days_on_each_page(lake: Lake) -> None:
    title = "2025 Lake & river " + "treaty " * 40  # digits are not a part of the size of letters
    lake.ada.patch("/negotiations/lake", {"title": title})
    lake.ada.state()
    sheet = opened(lake, as_of="2024-06-01")["Matrix"]
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.print_title_rows == "$1:$1"
    foot = str(sheet.oddFooter.left.text)
    assert "2025 Lake & river" in foot.replace("&&", "&") and "as of 1 June 2024" in foot
    assert sheet.oddFooter.left.size == 8
