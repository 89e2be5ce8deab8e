"""Read one workbook in its own process: bytes on stdin, rows as JSON on stdout.

`workbook.py` starts it as a module. It needs no setting and no database. It limits itself before it
looks at a byte: a hostile file can bring down only this process.
"""

import contextlib
import io
import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import chain
from typing import Any

MEMORY = 1024 * 1024**2  # bytes of address space
SECONDS = 30  # of processor time
MOST_PARTS = 2_000
MOST_BYTES = 256 * 1024**2  # unpacked
MOST_ROWS = 200_010
MOST_COLUMNS = 200
MOST_TEXT = 32 * 1024**2  # characters of all cells
MOST_FAULTS = 100
WANTED = {"party", "issue", "exact", "quote", "stated_on", "date"}
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')  # parts of a number format that are no codes


class Unreadable(Exception):
    """Say why, in words that follow the name of the file."""


def main() -> None:
    """Read the workbook from standard input and write its rows, or an error, as JSON."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(ValueError):  # macOS has no limit of the address space
            resource.setrlimit(what, (most, most))
    try:
        found = read(sys.stdin.buffer.read())
    except Unreadable as error:
        found = {"error": str(error)}
    except MemoryError:
        found = {"error": "takes more memory than a file may: save it as CSV"}
    except Exception:
        # Whatever the library trips over lies in the file; its message would not help an editor.
        found = {"error": "is damaged, or no XLSX workbook: save it as XLSX or CSV"}
    sys.stdout.buffer.write(json.dumps(found, ensure_ascii=True).encode())


def read(data: bytes) -> dict[str, Any]:
    """Return the rows of the sheet whose first row names columns of positions."""
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        infos = parts.infolist()
        if len(infos) > MOST_PARTS or sum(i.file_size for i in infos) > MOST_BYTES:
            raise Unreadable("is too large: save it as CSV")
        if any(i.filename.endswith("vbaProject.bin") for i in infos):
            raise Unreadable("has macros: save it as XLSX without them")
    from openpyxl import load_workbook  # after the limits

    book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    names = [name for name in book.sheetnames if hasattr(book[name], "iter_rows")]
    ranked = sorted(names, key=lambda name: name.casefold() != "positions")
    for name in ranked:
        rows = _rows(book[name])
        first = next(rows, None)
        if first and WANTED & {_name(text) for text, _ in first[1]}:
            return _taken(name, first, rows)
    raise Unreadable(
        "has no sheet whose first row names the columns, such as party, issue, stated_on, exact"
    )


def _name(text: str) -> str:
    return "_".join(text.strip().lower().replace("-", " ").split())


Row = tuple[int, list[tuple[str, str]]]  # number, and text and fault of each cell


def _taken(name: str, first: Row, rows: Iterator[Row]) -> dict[str, Any]:
    found: list[tuple[int, list[str]]] = []
    faults: list[tuple[int, int, str]] = []
    length = 0
    for number, cells in chain([first], rows):
        texts = [text for text, _ in cells]
        while texts and not texts[-1]:
            texts.pop()
        length += sum(map(len, texts))
        if length > MOST_TEXT:
            raise Unreadable("has too much text: split it")
        if len(found) > MOST_ROWS:
            raise Unreadable(f"has more than {MOST_ROWS:,} rows: split it")
        if texts:
            found.append((number, texts))
        faults += [(number, n, why) for n, (_, why) in enumerate(cells) if why]
    return {"sheet": name, "rows": found, "faults": faults[:MOST_FAULTS]}


def _rows(sheet: Any) -> Iterator[Row]:
    """Yield rows that have a cell; dimensions that a file states are not believed."""
    sheet.reset_dimensions()
    empty = 0
    for cells in sheet.iter_rows():
        read = [_cell(cell) for cell in cells[:MOST_COLUMNS]]
        if any(text for text, _ in read):
            empty = 0
            number = next(c.row for c in cells if getattr(c, "row", None))
            yield number, read
            continue
        empty += 1
        if empty > MOST_ROWS:
            raise Unreadable("has very many empty rows: save it as CSV")


def _cell(cell: Any) -> tuple[str, str]:
    """Return a cell as the text that a person would type for it, and what is wrong with it."""
    value = cell.value
    match value:
        case None:
            return "", ""
        case bool():
            return ("true" if value else "false"), ""
        case str() if cell.data_type == "f":
            return value, "is a formula: paste its value instead"
        case str() if cell.data_type == "e":
            return value, f"shows the error {value}"
        case str():
            return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), value), ""
        case datetime() | date():
            return _date(value, cell.number_format), ""
        case time():
            return value.isoformat(), ""
        case int():
            return str(value), ""
        case float():
            return (str(int(value)) if value.is_integer() else repr(value)), ""
        case _:
            return str(value), "is a formula: paste its value instead"


def _date(value: datetime | date, number_format: str | None) -> str:
    """Return a date no more precise than its cell shows it."""
    shown = _LITERAL.sub("", number_format or "").lower()
    text = value.isoformat()[:10]
    if "d" in shown or not shown or shown == "general":
        return text
    return text[:7] if "m" in shown else text[:4]


if __name__ == "__main__":
    main()
