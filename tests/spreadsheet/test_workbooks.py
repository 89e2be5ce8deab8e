"""Test XLSX: templates, what is read, and hostile workbooks."""

import csv
import io
import zipfile
from datetime import date
from typing import Any

import openpyxl
import pytest

from app.spreadsheet import workbook
from app.spreadsheet.workbook import UnreadableWorkbook, read_workbook
from tests.spreadsheet.make import other, said, sheet
from tests.spreadsheet.test_pages import choose, confirm, rows
from tests.support.fixtures import Lake

TEMPLATE = "/n/lake/import/template"


def book(*lines: dict[str, Any], name: str = "Positions") -> openpyxl.Workbook:
    made = openpyxl.Workbook()
    made.active.title = name
    columns = list(dict.fromkeys(c for line in lines for c in line))
    made.active.append(columns)
    for line in lines:
        made.active.append([line.get(c) for c in columns])
    return made


def saved(made: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_a_workbook_is_checked_and_taken_in_as_a_csv_is(lake: Lake) -> None:
    made = book(
        said(stated_on=date(2024, 5, 14), salience=70, summary="Більше води"),
        {},
        other(stated_on="2024-05"),
    )
    made.create_sheet("Notes", 0).append(["Nothing", "here"])
    looked = choose(lake.ada, saved(made), "lake.xlsx")
    assert looked.status == 200, looked.text("main")
    assert "XLSX workbook, its sheet “Positions”" in looked.text(".lede")
    assert rows(looked) == [("2", "new position"), ("4", "new position")]
    done = confirm(looked)
    assert done.status == 303 and done.location == "/n/lake/import?new=2&same=0"
    found = {p["party"]: p for p in lake.ada.get("/positions").data}
    assert found["north"]["stated_on"] == "2024-05-14" and found["north"]["salience"] == 70
    assert found["south"]["stated_on"] == "2024-05" and found["north"]["summary"] == "Більше води"
    again = choose(lake.ada, saved(made), "lake.xlsx")
    assert [kind for _, kind in rows(again)] == ["already in Parley"] * 2
    as_csv = choose(lake.ada, sheet(said(salience="70", summary="Більше води")))
    assert rows(as_csv) == [("2", "already in Parley")]


def test_a_cell_says_no_more_than_it_shows_and_formulas_are_refused(lake: Lake) -> None:
    made = book(
        said(stated_on=date(2024, 5, 1)), said(exact="=A1"), said(stated_on=date(2024, 1, 1))
    )
    made.active["C2"].number_format = "mmm yyyy"
    made.active["C4"].number_format = "yyyy"
    found = read_workbook(saved(made))
    assert [cells[2] for _, cells in found.rows] == ["stated_on", "2024-05", "2024-05-14", "2024"]
    looked = choose(lake.ada, saved(made), "lake.xlsx")
    assert looked.status == 422
    assert rows(looked)[1][0] == "3" and "is a formula" in rows(looked)[1][1]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_template_lists_what_may_be_chosen_and_imports_once_filled_in(
    lake: Lake, kind: str
) -> None:
    lake.ada.post("/parties", {"slug": "odd", "name": "=Odd, “party”"})
    lake.ada.post("/negotiations/lake/parties", {"party": "odd"})
    answer = lake.ada.page(f"{TEMPLATE}.{kind}")
    assert f'filename="lake-positions.{kind}"' in answer.headers["content-disposition"]
    assert choose(lake.ada, answer.content, f"t.{kind}").status == 200
    line = said(party="=Odd, “party”", issue="Water quota", prefers="40 %")
    if kind == "csv":
        header, *listed = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
        assert "'=Odd, “party”" in [row[header.index("_parties")] for row in listed]
        first = [line.get(n, "") for n in header[: header.index("_parties")]]
        listed[0][: len(first)] = [f"'{c}" if c.startswith("=") else c for c in first]
        out = io.StringIO()
        csv.writer(out).writerows([header, *listed])
        data = out.getvalue().encode()
    else:
        made = openpyxl.load_workbook(io.BytesIO(answer.content))
        names = [c.value for c in made["Positions"][1]]
        choices = [c.value for c in made["Choices"]["A"]]
        assert choices[:2] == ["party", "Northshore"] and "=Odd, “party”" in choices
        assert len(made["Positions"].data_validations.dataValidation) == 5
        for name, value in line.items():
            cell = made["Positions"].cell(2, names.index(name) + 1) if name in names else None
            if cell:
                cell.value, cell.data_type = value, "s"
        data = saved(made)
    looked = choose(lake.ada, data, f"t.{kind}")
    assert [kind for _, kind in rows(looked)] == ["new position"], looked.text("main")


def test_templates_are_for_editors(lake: Lake) -> None:
    assert lake.vic.page(f"{TEMPLATE}.csv").status_code == 403
    assert lake.stranger.page(f"{TEMPLATE}.xlsx").status_code == 303
    assert lake.ada.page(f"{TEMPLATE}.ods").status_code in (404, 422)


def packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def hostile(part: str, content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(saved(book(said())))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return packed({**parts, part: content})


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">'.encode() for n in range(9)
)
SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04 no archive",
        packed({"hello.txt": b"no workbook"}),
        hostile("xl/big.bin", bytes(300 * 1024**2)),
        hostile(SHEET, LAUGHS + b"]><worksheet>&j;</worksheet>"),
        hostile(SHEET, b"<worksheet><sheetData><row r='1'>"),
        hostile("xl/vbaProject.bin", b"macros"),
    ],
    ids=["no-archive", "no-workbook", "bomb", "entities", "cut-off", "macros"],
)
def test_a_hostile_workbook_is_refused_with_a_reason(lake: Lake, data: bytes) -> None:
    looked = choose(lake.ada, data, "lake.xlsx")
    assert looked.status == 422 and "Line 1" in looked.text(".faults"), looked.text("main")


def test_a_workbook_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "SECONDS", 0.001)
    with pytest.raises(UnreadableWorkbook, match="too long"):
        read_workbook(saved(book(said())))
