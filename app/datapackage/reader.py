"""Read a package's files into rows with line numbers; collect all faults without stopping."""

import csv
import hashlib
import json
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import IO, Any, Protocol

from app.datapackage.archive import DESCRIPTOR, Box, BoxError, unsafe
from app.datapackage.csv_records import MalformedCsv, find_delimiter, read_dialect, read_records
from app.datapackage.faults import Faults
from app.datapackage.schema import TABLES, TableSchema

MOST_DESCRIPTOR = 4 << 20
MOST_TEXT = 32 << 20  # of one source, in bytes
LONGEST_CELL = 2_000_000
UNREADABLE = (OSError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError)
csv.field_size_limit(LONGEST_CELL)


@dataclass(frozen=True, slots=True)
class PackageRow:
    """A row: the line on which it begins, and its cells; None for an empty cell."""

    line: int
    cells: tuple[str | None, ...]
    at: Mapping[str, int]

    def __getitem__(self, column: str) -> str | None:
        place = self.at.get(column)
        return None if place is None else self.cells[place]


@dataclass(frozen=True, slots=True)
class Raw:
    """A package after reading; keys that are no UUIDs are unique within its `name`."""

    name: str
    rows: Mapping[str, list[PackageRow]]  # of the tables that are kept in memory
    paths: Mapping[str, str]  # of the tables
    broken: set[str]  # tables with unreadable rows: references to these may be right
    box: Box


class Aside(Protocol):
    """A store for tables that are too large for memory."""

    tables: Collection[str]

    async def put(self, table: str, rows: Iterator[PackageRow]) -> None:
        """Store the rows of a table while they are read."""
        ...


async def read_package(box: Box, faults: Faults, aside: Aside) -> Raw:
    """Read the descriptor and all tables that it declares; add faults.

    Large tables go to `aside` instead of memory.
    """
    descriptor = _descriptor(box, faults)
    broken = set(TABLES) if descriptor is None else set[str]()
    descriptor = descriptor or {}
    resources = _resources(descriptor, box, faults, broken)
    rows: dict[str, list[PackageRow]] = {name: [] for name in TABLES if name not in aside.tables}
    for name, resource in resources.items():
        read = _read_table(box, TABLES[name], resource, faults, broken)
        if name in aside.tables:
            await aside.put(name, read)
        else:
            rows[name] = list(read)
    own = descriptor.get("name")
    return Raw(
        own if isinstance(own, str) and own else box.name,
        rows,
        {
            name: resources[name]["path"] if name in resources else table.path
            for name, table in TABLES.items()
        },
        broken,
        box,
    )


def read_text(box: Box, path: str) -> tuple[str, str]:
    """Return a source's text and the SHA-256 of its bytes in hex.

    Raise ValueError with the reason if the file cannot be read.
    """
    reason = unsafe(path)
    if reason is None and path not in box.names():
        reason = "is not in the package"
    if reason is None and box.size(path) > MOST_TEXT:
        reason = f"is longer than {MOST_TEXT >> 20} MB"
    if reason:
        raise ValueError(f"{path} {reason}")
    try:
        with box.open(path) as file:
            data = file.read(MOST_TEXT + 1)
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8, at its byte {error.start:,}") from None
    except (*UNREADABLE, BoxError) as error:
        raise ValueError(f"{path} cannot be read: {error}") from None
    if "\0" in text:
        raise ValueError(f"{path} contains a NUL character, which is not text")
    return text, hashlib.sha256(data).hexdigest()


def _descriptor(box: Box, faults: Faults) -> dict[str, Any] | None:
    if DESCRIPTOR not in box.names():
        faults.add(DESCRIPTOR, 1, "", "is missing: every package has it")
        return None
    try:
        with box.open(DESCRIPTOR) as file:
            data = file.read(MOST_DESCRIPTOR + 1)
        if len(data) > MOST_DESCRIPTOR:
            raise ValueError(f"is longer than {MOST_DESCRIPTOR >> 20} MB")
        found = json.loads(data.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        faults.add(DESCRIPTOR, error.lineno, str(error.colno), f"is not JSON: {error.msg}")
        return None
    except (*UNREADABLE, ValueError, RecursionError, BoxError) as error:
        faults.add(DESCRIPTOR, 1, "", f"cannot be read: {error}")
        return None
    if not isinstance(found, dict):
        faults.add(DESCRIPTOR, 1, "", "is not a JSON object")
        return None
    return found


def _resources(
    descriptor: Mapping[str, Any], box: Box, faults: Faults, broken: set[str]
) -> dict[str, dict[str, Any]]:
    """Return the declared tables by name; add faults for wrong and missing declarations."""
    found: dict[str, dict[str, Any]] = {}
    if len(broken) == len(TABLES):
        return found
    listed = descriptor.get("resources")
    if not isinstance(listed, list) or not listed:
        faults.add(DESCRIPTOR, 1, "resources", "names no tables")
        return found
    for i, resource in enumerate(listed):
        where = f"resources/{i}"
        if not isinstance(resource, dict):
            faults.add(DESCRIPTOR, 1, where, "is not an object")
        elif (path := _resource_path(resource, where, faults)) is None:
            continue
        elif (name := _resource_table(resource, path, where, faults)) is None:
            continue
        elif name in found:
            faults.add(DESCRIPTOR, 1, f"{where}/name", f"{name!r} is listed twice")
        elif path not in box.names():
            faults.add(path, 1, "", "is declared, but not in the package")
            broken.add(name)
        else:
            _check_dialect(resource, where, faults)
            found[name] = {**resource, "path": path}
    _note_undeclared(found, box, faults, broken)
    return found


def _resource_path(resource: Mapping[str, Any], where: str, faults: Faults) -> str | None:
    """Return the path of a declared table, also from a list of one; None and a fault if unsafe."""
    path = resource.get("path")
    if isinstance(path, list) and len(path) == 1:
        path = path[0]
    reason = unsafe(path) if isinstance(path, str) else "is no path"
    if reason:
        faults.add(DESCRIPTOR, 1, f"{where}/path", f"{path!r} {reason}")
        return None
    return str(path)


def _resource_table(
    resource: Mapping[str, Any], path: str, where: str, faults: Faults
) -> str | None:
    """Return the name of a declared table of this format; an unknown CSV file is a fault."""
    name = resource.get("name")
    if isinstance(name, str) and name in TABLES:
        return name
    if path.lower().endswith(".csv"):
        faults.add(DESCRIPTOR, 1, f"{where}/name", f"{name!r} is not a table of this format")
    return None


def _note_undeclared(
    found: Mapping[str, dict[str, Any]], box: Box, faults: Faults, broken: set[str]
) -> None:
    """Note as faults the tables that lie in the package and that no resource declares."""
    undeclared = box.names() - {resource["path"] for resource in found.values()}
    for name, table in TABLES.items():
        if name not in found and table.path in undeclared:
            faults.add(
                table.path, 1, "", f"is in the package, but {DESCRIPTOR} does not declare it"
            )
            broken.add(name)


def _check_dialect(resource: Mapping[str, Any], where: str, faults: Faults) -> None:
    encoding = resource.get("encoding", "utf-8")
    if str(encoding).lower().replace("_", "-") not in ("utf-8", "utf8", "utf-8-sig"):
        faults.add(
            DESCRIPTOR, 1, f"{where}/encoding", f"{encoding!r} is not read: tables are in UTF-8"
        )
    try:
        read_dialect(resource.get("dialect"))
    except ValueError as error:
        faults.add(DESCRIPTOR, 1, f"{where}/dialect", str(error))


class _Lines:
    """The lines of a file, decoded one by one, and counted and hashed at the same time."""

    def __init__(self, file: IO[bytes], path: str, faults: Faults, hashes: list[Any]) -> None:
        self._file, self._path, self._faults, self._hashes = file, path, faults, hashes
        self.bytes = 0
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        for data in self._file:
            self.bytes += len(data)
            for digest in self._hashes:
                digest.update(data)
            self.number += 1
            try:
                line = data.decode("utf-8")
            except UnicodeDecodeError as error:
                self._faults.add(
                    self._path,
                    self.number,
                    "",
                    f"is not UTF-8, at byte {error.start + 1} of the line",
                )
                line = data.decode("utf-8", "replace")
            if "\0" in line:
                self._faults.add(
                    self._path, self.number, "", "contains a NUL character, which is not text"
                )
                line = line.replace("\0", "�")
            yield line.removeprefix("\ufeff") if self.number == 1 else line


def _read_table(
    box: Box, table: TableSchema, resource: Mapping[str, Any], faults: Faults, broken: set[str]
) -> Iterator[PackageRow]:
    """Yield the rows of a table; add it to `broken` if some of them could not be read."""
    path, before = resource["path"], faults.count
    algorithm, expected = _expected_hash(resource.get("hash"), faults)
    digest = hashlib.new(algorithm, usedforsecurity=False) if algorithm else None
    try:
        with box.open(path) as file:
            lines = _Lines(file, path, faults, [digest] if digest else [])
            try:
                yield from _rows(lines, table, resource, faults)
            except MalformedCsv as error:
                faults.add(path, error.line, "", f"is not well-formed CSV: {error}")
            for _ in lines:  # read on after a fault: the checksum is that of the whole file
                pass
    except (*UNREADABLE, BoxError) as error:
        faults.add(path, 1, "", f"cannot be read: {error}")
        broken.add(table.name)
        return
    if faults.count > before:
        broken.add(table.name)
    size = resource.get("bytes")
    if isinstance(size, int) and size != lines.bytes:
        faults.add(
            path, 1, "bytes", f"has {lines.bytes:,} bytes, not the {size:,} that {DESCRIPTOR} gives"
        )
    if digest and digest.hexdigest() != expected:
        faults.add(
            path,
            1,
            "hash",
            f"its checksum ({algorithm}) is not the one that {DESCRIPTOR} gives:"
            " the file was changed",
        )


def _expected_hash(given: object, faults: Faults) -> tuple[str | None, str]:
    if given is None:
        return None, ""
    algorithm, _, digest = str(given).rpartition(":")
    algorithm = algorithm.lower() or "md5"  # the default of the Data Package standard
    if algorithm not in ("md5", "sha1", "sha256", "sha512"):
        faults.add(DESCRIPTOR, 1, "hash", f"{algorithm!r} is not a checksum that can be checked")
        return None, ""
    return algorithm, digest.lower()


def _rows(
    lines: _Lines, table: TableSchema, resource: Mapping[str, Any], faults: Faults
) -> Iterator[PackageRow]:
    path, declared = resource["path"], resource.get("dialect")
    known = {c.name for c in table.columns}
    read = iter(lines)
    first = next(read, "")
    try:
        dialect = read_dialect(declared)
    except ValueError:  # reported with the descriptor
        return
    if "delimiter" not in dialect:
        # In some countries spreadsheets save CSV with semicolons or tabs, and leave the descriptor
        # unchanged.
        dialect["delimiter"] = find_delimiter(first, known.__contains__)
    records = read_records(chain([first] if first else [], read), **dialect)
    _, header = next(records, (1, None))
    if header is None:
        faults.add(path, 1, "", "is empty: its first line names the columns")
        return
    at = _columns(header, table, path, faults)
    if not at:
        return
    for line, cells in records:
        if not cells:
            continue  # an empty line
        if len(cells) != len(header):
            faults.add(path, line, "", f"has {len(cells)} cells under {len(header)} columns")
            continue
        yield PackageRow(line, tuple(c if c else None for c in cells), at)


def _columns(header: list[str], table: TableSchema, path: str, faults: Faults) -> dict[str, int]:
    known = {c.name: c for c in table.columns}
    at: dict[str, int] = {}
    for place, name in enumerate(header):
        if name not in known:
            faults.add(
                path, 1, name, f"is not a column of this table; known are {', '.join(known)}"
            )
        elif name in at:
            faults.add(path, 1, name, "is listed twice")
        else:
            at[name] = place
    for name, column in known.items():
        if column.needed and name not in at:
            faults.add(path, 1, name, "is missing: this column is needed")
    return at
