"""Keep the large tables of a small package in memory."""

from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain

from app.datapackage.reader import PackageRow
from app.importing.package_tables import (
    KEYS,
    CheckedQuote,
    PageOfPositions,
    key_reader,
    version_mark,
)

ByKey = dict[str, list[PackageRow]]


class TablesInMemory:
    """The positions, attitudes, links and quotes of a package, in lists."""

    tables: Collection[str] = tuple(KEYS)

    def __init__(self) -> None:
        self.at: dict[str, Mapping[str, int]] = {}
        self.total = self.versions = 0
        self._rows: dict[str, list[PackageRow]] = {name: [] for name in KEYS}
        self._positions: ByKey = {}  # in the order of their first lines
        self._of_position: dict[str, ByKey] = {}  # by table
        self._quotes: ByKey = {}  # by their own keys
        self._checks: dict[int, CheckedQuote] = {}

    async def put(self, table: str, rows: Iterator[PackageRow]) -> None:
        """Keep the rows of a table."""
        first = next(rows, None)
        if first is None:
            return
        at = self.at[table] = first.at
        cells = key_reader(table, at)
        read = (PackageRow(row.line, tuple(cells(row)), at) for row in chain([first], rows))
        self._rows[table] = sorted(read, key=lambda row: row.line)

    async def close(self) -> None:
        """Group the rows by what they belong to."""
        self._positions = _by("uid", self._rows["positions"])
        self._of_position = {
            name: _by("position", self._rows[name]) for name in ("attitudes", "links", "quotes")
        }
        self._quotes = _by("uid", self._rows["quotes"])
        self.total = len(self._positions)
        self.versions = sum(map(len, self._positions.values()))

    async def named(self, table: str, column: str) -> set[str]:
        """Return the distinct values of a column."""
        return {cell for row in self._rows[table] if (cell := row[column]) is not None}

    async def pages(self, size: int) -> AsyncIterator[PageOfPositions]:
        """Yield all positions in pages, in the order of their first lines in the package."""
        order = list(self._positions)
        for done in range(0, len(order), size):
            some = order[done : done + size]
            positions = {key: self._positions[key] for key in some}
            attitudes, links, quotes = (
                _in_order(chain.from_iterable(self._of_position[name].get(key, ()) for key in some))
                for name in ("attitudes", "links", "quotes")
            )
            rows = chain.from_iterable(positions.values())
            named = {key for row in rows for key in (row["quotes"] or "").split()}
            others = named - {row["uid"] for row in quotes}
            quotes += _in_order(chain.from_iterable(self._quotes.get(key, ()) for key in others))
            yield PageOfPositions(positions, attitudes, links, quotes, done)

    async def quotes_from(self, sources: Collection[str]) -> list[PackageRow]:
        """Return the quotes of these sources, by line."""
        wanted = set(sources)
        return [row for row in self._rows["quotes"] if row["source"] in wanted]

    async def stray_quotes(self) -> AsyncIterator[PackageRow]:
        """Yield the quotes of no position of the package, by line."""
        for row in self._rows["quotes"]:
            if row["position"] not in self._positions:
                yield row

    async def repeated_quotes(self) -> Sequence[tuple[int, str, int]]:
        """Return line and key of each quote whose key is on an earlier line, and that line."""
        again = ((row, key) for key, rows in self._quotes.items() for row in rows[1:])
        return sorted((row.line, key, self._quotes[key][0].line) for row, key in again)

    async def shared_quotes(self) -> set[str]:
        """Return the keys of quotes that other positions than their own name."""
        return {
            key
            for position in self._rows["positions"]
            for key in (position["quotes"] or "").split()
            if any(row["position"] != position["uid"] for row in self._quotes.get(key, ()))
        }

    async def quoted_speakers(self) -> Sequence[tuple[str, bool]]:
        """Return the keys of speakers quoted, and whether more than drafts quote them."""
        public = {row["uid"] for row in self._rows["positions"] if row["status"] != "draft"}
        quoted: dict[str, bool] = {}
        for row in self._rows["quotes"]:
            if (key := row["speaker"]) is not None:
                shown = row["position"] is not None and row["position"] in public
                quoted[key] = quoted.get(key, False) or shown
        return list(quoted.items())

    async def keyless_positions(self) -> Sequence[int]:
        """Return the lines of positions without a key."""
        return [row.line for row in self._rows["positions"] if row["uid"] is None]

    async def stray_rows(self, table: str) -> Sequence[tuple[int, str | None, int | None]]:
        """Return line, key and version of the rows that belong to no version of a position."""
        there = {(key, version_mark(row)) for key, rows in self._positions.items() for row in rows}
        marked = ((row.line, row["position"], version_mark(row)) for row in self._rows[table])
        return [row for row in marked if row[2] is None or row[1:] not in there]

    async def keep_checks(self, checks: Sequence[CheckedQuote]) -> None:
        """Keep the results of checking quotes."""
        self._checks |= {check.line: check for check in checks}

    async def checks(self, lines: Collection[int]) -> dict[int, CheckedQuote]:
        """Return the results of checking the quotes on these lines, by line."""
        return {line: check for line in lines if (check := self._checks.get(line))}


def _by(column: str, rows: Iterable[PackageRow]) -> ByKey:
    """Return the rows by their value in a column; those without one are left out."""
    found: ByKey = {}
    for row in rows:
        if (key := row[column]) is not None:
            found.setdefault(key, []).append(row)
    return found


def _in_order(rows: Iterable[PackageRow]) -> list[PackageRow]:
    return sorted(rows, key=lambda row: row.line)
