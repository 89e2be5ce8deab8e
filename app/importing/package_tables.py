"""Define what an import asks of the large tables of a package, wherever they are kept meanwhile.

The rows of a small package stay in memory; those of others go to temporary tables.
"""

from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from app.datapackage.reader import PackageRow
from app.datapackage.rows import UUID_FORM

KEYS = {
    "positions": ("uid", "version"),
    "attitudes": ("position", "version"),
    "links": ("position", "version"),
    "quotes": ("uid", "position", "source", "speaker"),
}
OF_VERSION = ("positions", "attitudes", "links")
LONGEST_VERSION = 18  # digits


def plain_key(cell: str) -> str:
    """Return a key in the form that is compared: UUIDs in lower case."""
    return cell.lower() if UUID_FORM.fullmatch(cell) else cell


def version_mark(row: PackageRow) -> int | None:
    """Return the version that a row belongs to (1 if empty), or None if it is no number."""
    version = row["version"] or "1"
    return int(version) if version.isdecimal() and len(version) <= LONGEST_VERSION else None


def key_reader(table: str, at: Mapping[str, int]) -> Callable[[PackageRow], list[str | None]]:
    """Return a function that reads the cells of a row, with its keys in the form compared."""
    keys = [place for name, place in at.items() if name in KEYS[table] and name != "version"]
    lists = [at["quotes"]] if table == "positions" and "quotes" in at else []

    def cells(row: PackageRow) -> list[str | None]:
        read = list(row.cells)
        for place in keys:
            if (cell := read[place]) is not None:
                read[place] = plain_key(cell)
        for place in lists:
            if (cell := read[place]) is not None:
                read[place] = " ".join(map(plain_key, cell.split()))
        return read

    return cells


@dataclass(frozen=True, slots=True)
class PageOfPositions:
    """Some positions with everything that belongs to them."""

    positions: Mapping[
        str, list[PackageRow]
    ]  # by key, in the order of their first lines in the package
    attitudes: list[PackageRow]
    links: list[PackageRow]
    quotes: list[PackageRow]  # theirs, and those of other positions that they name
    done: int  # the number of positions before these


class CheckedQuote(NamedTuple):
    """The result of checking the quote on a line against the text of its source."""

    line: int
    verification: str
    text_id: int
    segments: list[list[int]] | None
    prefix: str | None
    suffix: str | None
    fragment: str | None
    page: int | None


class PackageTables(Protocol):
    """The positions, attitudes, links and quotes of a package; keys are in the form compared."""

    tables: Collection[str]
    at: dict[str, Mapping[str, int]]  # by table: the columns that the package has
    total: int  # positions
    versions: int

    async def put(self, table: str, rows: Iterator[PackageRow]) -> None:
        """Store the rows of a table while they are read."""
        ...

    async def close(self) -> None:
        """Prepare for reading, once all is stored."""
        ...

    async def named(self, table: str, column: str) -> set[str]:
        """Return the distinct values of a column."""
        ...

    def pages(self, size: int) -> AsyncIterator[PageOfPositions]:
        """Yield all positions in pages, in the order of their first lines in the package."""
        ...

    async def quotes_from(self, sources: Collection[str]) -> list[PackageRow]:
        """Return the quotes of these sources, by line."""
        ...

    def stray_quotes(self) -> AsyncIterator[PackageRow]:
        """Yield the quotes of no position of the package, by line."""
        ...

    async def repeated_quotes(self) -> Sequence[tuple[int, str, int]]:
        """Return line and key of each quote whose key is on an earlier line, and that line."""
        ...

    async def shared_quotes(self) -> set[str]:
        """Return the keys of quotes that other positions than their own name."""
        ...

    async def quoted_speakers(self) -> Sequence[tuple[str, bool]]:
        """Return the keys of speakers quoted, and whether more than drafts quote them."""
        ...

    async def keyless_positions(self) -> Sequence[int]:
        """Return the lines of positions without a key."""
        ...

    async def stray_rows(self, table: str) -> Sequence[tuple[int, str | None, int | None]]:
        """Return line, key and version of the rows that belong to no version of a position."""
        ...

    async def keep_checks(self, checks: Sequence[CheckedQuote]) -> None:
        """Keep the results of checking quotes."""
        ...

    async def checks(self, lines: Collection[int]) -> dict[int, CheckedQuote]:
        """Return the results of checking the quotes on these lines, by line."""
        ...
