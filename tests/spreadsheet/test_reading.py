"""Test reading a spreadsheet: delimiters are detected, encodings detected or asked for.

Cells keep every character.
"""

from datetime import date

import pytest

from app.spreadsheet.columns import DateOrder, canonical, read_date, unquoted_cell
from app.spreadsheet.reader import Encoding, Question, Sheet, read_sheet
from app.spreadsheet.to_package import SheetFaults
from tests.spreadsheet.make import said, sheet

TODAY = date(2026, 11, 24)


def read(data: bytes, encoding: Encoding | None = None) -> Sheet:
    faults = SheetFaults("a.csv")
    found = read_sheet(data, "a.csv", faults, encoding)
    assert isinstance(found, Sheet) and not faults, (found, list(map(str, faults)))
    return found


def refused(data: bytes, encoding: Encoding | None = None) -> list[str]:
    faults = SheetFaults("a.csv")
    read_sheet(data, "a.csv", faults, encoding)
    return list(map(str, faults))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_a_spreadsheet_saves_is_read(delimiter: str, encoding: str) -> None:
    words = "„Ні“; a, b\tc\r\nand a second line"
    found = read(sheet(said(exact=words), said(), delimiter=delimiter, encoding=encoding))
    assert [line["exact"] for line in found.lines] == [words, said()["exact"]]
    assert [line.number for line in found.lines] == [2, 4]
    assert {",": "commas", ";": "semicolons", "\t": "tabs"}[delimiter] in found.read_as


@pytest.mark.parametrize(
    ("encoding", "words"), [("windows-1251", "Мы не отступим"), ("windows-1252", "„Déjà vu“")]
)
def test_an_encoding_that_the_file_does_not_tell_is_asked_for(encoding: str, words: str) -> None:
    data = sheet(said(exact=words), encoding=encoding)
    asked = read_sheet(data, "a.csv", SheetFaults("a.csv"))
    assert isinstance(asked, Question) and asked.about == "encoding"
    assert words in dict(asked.choices)[encoding]
    assert read(data, Encoding(encoding)).lines[0]["exact"] == words


def test_what_no_spreadsheet_is() -> None:
    assert refused(b"") == ["a.csv:1:: is empty: its first line names the columns"]
    assert refused(b"party,issue\na\0,b\n") == [
        "a.csv:2:: contains a NUL character, which is not text"
    ]
    assert refused(b"party,issue\na\n") == ["a.csv:2:: has 1 cells under 2 columns"]
    assert refused(b'party,issue\n"a\n') == [
        "a.csv:2:: is not well-formed CSV: unexpected end of data"
    ]
    assert refused(b"party,party,colour\n") == [
        "a.csv:1:party: is listed twice",
        "a.csv:1:colour: is not a known column; names of your own columns begin with _",
    ]
    assert refused(b"\xff\xfea", None) == ["a.csv:1:: is not UTF-16, at byte 3"]
    assert refused(b"party,_notes,\n") == []


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("first", [[], ["sep=,"]])
def test_a_fault_behind_cells_of_several_lines_has_its_own_line(first: list[str], end: str) -> None:
    lines = [
        *first,
        "party,summary",
        "north,one",
        *(['north,"one', "two", "three", "", 'five"'] * 2),
        "south,six",
    ]
    told = len(lines) + 1
    stray = end.join([*lines, 'south,"a" b', "south,end", ""])
    assert refused(stray.encode()) == [
        f"a.csv:{told}:: is not well-formed CSV: ',' expected after '\"'"
    ]
    open_ended = end.join([*lines, 'south,"a', "b", "c", ""])
    assert refused(open_ended.encode()) == [
        f"a.csv:{told}:: is not well-formed CSV: unexpected end of data"
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    ("first", "by"),
    [("sep=;", ";"), ("SEP=,", ","), ('"sep=;";;', ";"), ("sep=\t", "\t"), ("sep=|", "|")],
)
def test_a_first_line_that_says_what_parts_the_cells_is_passed_over(
    first: str, by: str, encoding: str
) -> None:
    words = "a, b; c|d\te"
    body = sheet(said(exact=words), delimiter=by).decode()
    found = read(f"{first}\r\n{body}".encode(encoding))
    assert [(line.number, line["exact"]) for line in found.lines] == [(3, words)]
    assert refused(f"{first}\r\nparty{by}colour\r\nx\r\n".encode(encoding)) == [
        "a.csv:2:colour: is not a known column; names of your own columns begin with _",
        "a.csv:3:: has 1 cells under 2 columns",
    ]
    assert refused(first.encode(encoding)) == [
        "a.csv:2:: is empty: its first line names the columns"
    ]


def test_names_of_columns_are_read_as_people_write_them() -> None:
    assert [canonical(n) for n in (" Stated on", "Source-URL", "quote", "Speaker")] == [
        "stated_on", "source_url", "exact", "speaker_name",
    ]  # fmt: skip


def test_the_apostrophe_of_the_safe_form_is_taken_off() -> None:
    assert unquoted_cell("summary", "'=1+1") == "=1+1"
    assert unquoted_cell("exact", "'tis so") == "'tis so"
    assert unquoted_cell("exact", " kept as sent ") == " kept as sent "


@pytest.mark.parametrize(
    ("cell", "order", "read_as"),
    [
        ("2024-05", None, "2024-05"),
        ("14 May 2024", None, "2024-05-14"),
        ("14.05.2024", None, "2024-05-14"),
        ("05/05/2024", None, "2024-05-05"),
        ("4.5.2024", DateOrder.DMY, "2024-05-04"),
        ("4/5/2024", DateOrder.MDY, "2024-04-05"),
    ],
)
def test_dates(cell: str, order: DateOrder | None, read_as: str) -> None:
    assert read_date(cell, order, TODAY) == read_as


@pytest.mark.parametrize("cell", ["4.5.2024", "04/05/2024", "4.5.24", "soon"])
def test_dates_that_are_not_guessed(cell: str) -> None:
    with pytest.raises(ValueError, match=r"can mean two days|not a date"):
        read_date(cell, None, TODAY)
