"""Read CSV as other programs write it: find the delimiter, the dialect and each record's line."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}
# The properties of a descriptor's dialect, and the arguments of `csv.reader` that they become. All
# line ends are read, and the first line has the column names, whatever the dialect says about that.
ARGUMENTS = {
    "delimiter": "delimiter",
    "quoteChar": "quotechar",
    "escapeChar": "escapechar",
    "doubleQuote": "doublequote",
    "skipInitialSpace": "skipinitialspace",
}
FLAGS = ("doubleQuote", "skipInitialSpace")
PASSED_OVER = {
    "lineTerminator",
    "csvddfVersion",
    "caseSensitiveHeader",
    "$schema",
    "type",
    "name",
    "title",
}
AS_USUAL: Mapping[str, object] = {
    "header": True,
    "headerRows": [1],
    "commentChar": None,
    "nullSequence": "",
}


class MalformedCsv(Exception):
    """The file is not well-formed CSV; has the line of the fault."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


def find_delimiter(header: str, known: Callable[[str], bool]) -> str:
    """Choose the delimiter that splits a header line into the most known names, then most names."""

    def names(delimiter: str) -> tuple[int, int]:
        try:
            found = next(csv.reader(io.StringIO(header), delimiter=delimiter), [])
        except csv.Error:
            return 0, 0
        return sum(map(known, found)), len(found)

    return max(DELIMITERS, key=names)


def read_dialect(declared: object) -> dict[str, Any]:
    """Convert a declared CSV dialect into arguments of `csv.reader`.

    Raise ValueError naming what cannot be read.
    """
    dialect = declared or {}
    if isinstance(dialect, Mapping):
        dialect = dialect.get("csv", dialect)
    if not isinstance(dialect, Mapping):
        raise ValueError("is not an object")
    found: dict[str, Any] = {}
    for name, value in dialect.items():
        if name in ARGUMENTS:
            fits = isinstance(value, bool) if name in FLAGS else _is_one_character(value)
            if name == "escapeChar" and value is None:
                continue
            if not fits:
                raise ValueError(f"{name} cannot be {value!r}")
            found[ARGUMENTS[name]] = value
        elif name in AS_USUAL and value != AS_USUAL[name]:
            raise ValueError(f"{name} {value!r} is not read")
        elif name not in AS_USUAL and name not in PASSED_OVER:
            raise ValueError(f"{name} is not known")
    if "escapechar" in found:
        found.setdefault("doublequote", False)
    return found


def _is_one_character(value: object) -> bool:
    return isinstance(value, str) and len(value) == 1 and value not in "\r\n"


def read_records(lines: Iterable[str], **dialect: Any) -> Iterator[tuple[int, list[str]]]:
    """Yield records one by one, each with the line on which it begins.

    Raise MalformedCsv with the line of the fault.
    """
    reader = csv.reader(lines, strict=True, **dialect)
    while True:
        began = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            # A quotation mark that is never closed swallows the rest of the file: report the line
            # where its record began.
            at = began if "unexpected end of data" in str(error) else reader.line_num
            raise MalformedCsv(max(at, 1), str(error)) from None
        if cells is None:
            return
        yield began, cells
