"""Read a spreadsheet, CSV or XLSX, into rows with line numbers; ask what the file does not say."""

import codecs
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from app.datapackage.csv_records import DELIMITERS, MalformedCsv, find_delimiter, read_records
from app.datapackage.faults import Faults
from app.datapackage.reader import LONGEST_CELL
from app.spreadsheet.columns import canonical, known
from app.spreadsheet.workbook import ZIP, UnreadableWorkbook, read_workbook

MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
# A first line such as `sep=;`, which tells spreadsheet programs the delimiter, also as these save
# it again.
DECLARED = re.compile(r'"?sep=([^\r\n"])"?[,;\t]*(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
MOST_BYTES = 64 << 20
MOST_ROWS = 200_000
SAMPLES = 3


class Encoding(StrEnum):
    """The encodings that are read.

    A file shows its own one only if it begins with a byte order mark or is valid UTF-8.
    """

    UTF_8 = "utf-8"
    UTF_16 = "utf-16"
    WINDOWS_1252 = "windows-1252"
    WINDOWS_1251 = "windows-1251"
    WINDOWS_1250 = "windows-1250"


ASKED = {
    Encoding.WINDOWS_1252: "Western European",
    Encoding.WINDOWS_1251: "Cyrillic",
    Encoding.WINDOWS_1250: "Central European",
}


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One row: the line on which it begins, and its cells by column, without empty ones."""

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class Question:
    """A question about an option, with choices that each show how the file then reads."""

    about: str
    text: str
    choices: Sequence[tuple[str, str]]


@dataclass(slots=True)
class Sheet:
    """A spreadsheet after reading."""

    name: str
    lines: list[SheetLine]
    columns: Sequence[str] = ()
    read_as: str = ""  # encoding and delimiter, as text for people
    # Full texts of sources, by the key in the column `text`.
    texts: Mapping[str, str] = field(default_factory=dict)
    new_speakers: bool = False  # whether name and party alone are enough for a new speaker


def read_sheet(
    data: bytes, name: str, faults: Faults, encoding: Encoding | None = None
) -> Sheet | Question:
    """Read a file; return a Question if its encoding is not known and none was given.

    Add all faults; what could not be read is missing in the sheet.
    """
    sheet = Sheet(name, [])
    if len(data) > MOST_BYTES:
        faults.add(name, 1, "", f"is longer than {MOST_BYTES >> 20} MB")
        return sheet
    if data.startswith(ZIP):
        _workbook(data, sheet, faults)
        return sheet
    found = _marked_encoding(data) or encoding or _utf8(data)
    if found is None:
        return _ask(data)
    try:
        text = data.decode("utf-8-sig" if found == Encoding.UTF_8 else found)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        faults.add(name, line, "", f"is not {_label(found)}, at byte {error.start + 1:,}")
        return sheet
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        faults.add(
            name,
            text[: text.index("\0")].count("\n") + 1,
            "",
            "contains a NUL character, which is not text",
        )
        return sheet
    declared = DECLARED.match(text)
    delimiter = declared[1] if declared else _delimiter(text)
    sheet.read_as = f"{_label(found)}, cells separated by {DELIMITERS.get(delimiter, delimiter)}"
    try:
        _rows(text, delimiter, sheet, faults, skip=declared is not None)
    except MalformedCsv as error:
        faults.add(
            name, error.line + (declared is not None), "", f"is not well-formed CSV: {error}"
        )
    return sheet


def _workbook(data: bytes, sheet: Sheet, faults: Faults) -> None:
    """Take the rows of a workbook; what cannot be read in it is a fault."""
    try:
        found = read_workbook(data)
    except UnreadableWorkbook as error:
        faults.add(sheet.name, 1, "", str(error))
        return
    sheet.read_as = f"an XLSX workbook, its sheet “{found.sheet}”"
    rows = iter(found.rows)
    header = next(rows, None)
    top, names = header or (1, [])
    width = len(names)
    padded = ((number, cells + [""] * (width - len(cells))) for number, cells in rows)
    _take(top, names, padded, sheet, faults)
    for number, column, why in found.faults:
        name = sheet.columns[column] if column < len(sheet.columns) else ""
        faults.add(sheet.name, number, name, why)


def _marked_encoding(data: bytes) -> Encoding | None:
    for mark, name in MARKS.items():
        if data.startswith(mark):
            return Encoding(name)
    return None


def _utf8(data: bytes) -> Encoding | None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return Encoding.UTF_8


def _label(encoding: Encoding) -> str:
    script = ASKED.get(encoding)
    return f"{encoding.value.capitalize()} ({script})" if script else encoding.value.upper()


def _ask(data: bytes) -> Question:
    """Ask for the encoding, and show the first lines with letters that depend on it."""
    high = [line for line in data.splitlines() if any(b >= 0x80 for b in line)][:SAMPLES]
    choices = []
    for name in ASKED:
        shown = " / ".join(_around(line.decode(name, "replace")) for line in high)
        choices.append((name.value, f"{_label(name)}: {shown}"))
    return Question("encoding", "The file is not UTF-8. Which encoding does it have?", choices)


def _around(line: str) -> str:
    first = next((i for i, c in enumerate(line) if ord(c) >= 0x80), 0)
    return line[max(0, first - 20) : first + 40].strip()


def _delimiter(text: str) -> str:
    end = text.find("\n")
    head = text[: end if 0 <= end < LONGEST_CELL else LONGEST_CELL]
    return find_delimiter(head, lambda name: known(canonical(name)))


def _rows(text: str, delimiter: str, sheet: Sheet, faults: Faults, *, skip: bool) -> None:
    lines = io.StringIO(text, newline="")
    if skip:
        next(lines)
    records = ((number + skip, cells) for number, cells in read_records(lines, delimiter=delimiter))
    top, names = next(records, (1 + skip, list[str]()))
    _take(top, names, records, sheet, faults)


def _take(
    top: int,
    names: Sequence[str],
    records: Iterable[tuple[int, list[str]]],
    sheet: Sheet,
    faults: Faults,
) -> None:
    """Take the rows under the names of the columns, each with its number in the file."""
    header = [canonical(n) for n in names]
    sheet.columns = header
    if not any(header):
        faults.add(sheet.name, top, "", "is empty: its first line names the columns")
        return
    for name in dict.fromkeys(header):
        if name and not known(name):
            faults.add(
                sheet.name,
                top,
                name,
                "is not a known column; names of your own columns begin with _",
            )
        elif name and header.count(name) > 1:
            faults.add(sheet.name, top, name, "is listed twice")
    for number, cells in records:
        if not any(c.strip() for n, c in zip(header, cells, strict=False) if n[:1] != "_"):
            continue  # an empty row, or one that only lists what a template offers
        if len(cells) != len(header):
            faults.add(
                sheet.name, number, "", f"has {len(cells)} cells under {len(header)} columns"
            )
            continue
        if len(sheet.lines) == MOST_ROWS:
            faults.add(
                sheet.name,
                number,
                "",
                f"is one row too many: at most {MOST_ROWS:,} are taken at once",
            )
            return
        said = {
            n: c
            for n, c in zip(header, cells, strict=True)
            if c.strip() and n and not n.startswith("_")
        }
        sheet.lines.append(SheetLine(number, said))
