"""Stage the large tables of a package in temporary tables, so that they need no memory."""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.datapackage.reader import PackageRow
from app.datapackage.rows import UUID_FORM
from app.datapackage.schema import TABLES
from app.log.bulk.writer import copy

KEYS = {
    "positions": ("uid", "version"),
    "attitudes": ("position", "version"),
    "links": ("position", "version"),
    "quotes": ("uid", "position", "source", "speaker"),
}
OF_VERSION = ("positions", "attitudes", "links")
LONGEST_VERSION = 18  # digits
INDEXES = """
CREATE TEMP TABLE shelf_order ON COMMIT DROP AS
  SELECT uid AS position, min(line) AS first, count(*) AS versions FROM shelf_positions
  WHERE uid IS NOT NULL GROUP BY uid;
CREATE INDEX ON shelf_order (first);
CREATE UNIQUE INDEX ON shelf_order (position);
CREATE INDEX ON shelf_positions (uid);
CREATE INDEX ON shelf_attitudes (position);
CREATE INDEX ON shelf_links (position);
CREATE INDEX ON shelf_quotes (position);
CREATE INDEX ON shelf_quotes (uid);
ANALYZE shelf_order, shelf_positions, shelf_attitudes, shelf_links, shelf_quotes
"""


def plain_key(cell: str) -> str:
    """Return a key in the form that is compared: UUIDs in lower case."""
    return cell.lower() if UUID_FORM.fullmatch(cell) else cell


def version_mark(row: PackageRow) -> int | None:
    """Return the version that a row belongs to (1 if empty), or None if it is no number."""
    version = row["version"] or "1"
    return int(version) if version.isdecimal() and len(version) <= LONGEST_VERSION else None


@dataclass(frozen=True, slots=True)
class StagedPage:
    """Some positions with everything that belongs to them."""

    positions: Mapping[
        str, list[PackageRow]
    ]  # by key, in the order of their first lines in the package
    attitudes: list[PackageRow]
    links: list[PackageRow]
    quotes: list[PackageRow]  # theirs, and those of other positions that they name
    done: int  # the number of positions before these


class Shelf:
    """The positions, attitudes, links and quotes of a package, in temporary tables."""

    tables: Collection[str] = tuple(KEYS)

    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self.at: dict[str, Mapping[str, int]] = {}
        self.total = self.versions = 0  # numbers of positions, and of their rows

    async def open(self) -> None:
        """Create the tables."""
        for name in self.tables:
            columns = ", ".join(
                f'"{c.name}" text' + (' COLLATE "C"' if c.name in KEYS[name] else "")
                for c in TABLES[name].columns
            )
            await self.session.execute(
                text(
                    f"CREATE TEMP TABLE shelf_{name} (line bigint, mark bigint, {columns})"
                    " ON COMMIT DROP"
                )
            )

    async def put(self, table: str, rows: Iterator[PackageRow]) -> None:
        """Copy the rows of a table while they are read."""
        first = next(rows, None)
        if first is None:
            return
        self.at[table] = first.at
        keys = [
            place for name, place in first.at.items() if name in KEYS[table] and name != "version"
        ]
        lists = [first.at["quotes"]] if table == "positions" and "quotes" in first.at else []
        places = list(first.at.values())

        def line(row: PackageRow) -> tuple[Any, ...]:
            cells: list[Any] = list(row.cells)
            for place in keys:
                if (cell := cells[place]) is not None:
                    cells[place] = plain_key(cell)
            for place in lists:
                if (cell := cells[place]) is not None:
                    cells[place] = " ".join(map(plain_key, cell.split()))
            mark = version_mark(row) if table in OF_VERSION else None
            return row.line, mark, *(cells[place] for place in places)

        await copy(
            self.session,
            f"shelf_{table}",
            ("line", "mark", *first.at),
            map(line, chain([first], rows)),
        )

    async def close(self) -> None:
        """Create the indexes and count the positions; then the tables can be read."""
        for statement in INDEXES.split(";"):
            await self.session.execute(text(statement))
        counted = await self.session.execute(
            text("SELECT count(*), coalesce(sum(versions), 0)::bigint FROM shelf_order")
        )
        self.total, self.versions = counted.one()

    async def named(self, table: str, column: str) -> set[str]:
        """Return the distinct values of a column."""
        found = await self.session.execute(
            text(f'SELECT DISTINCT "{column}" FROM shelf_{table} WHERE "{column}" IS NOT NULL')  # noqa: S608  (names of ours)
        )
        return set(found.scalars())

    async def pages(self, size: int) -> AsyncIterator[StagedPage]:
        """Yield all positions in pages, in the order of their first lines in the package."""
        after = done = 0
        while True:
            found = await self.session.execute(
                text(
                    "SELECT position, first FROM shelf_order WHERE first > :after"
                    " ORDER BY first LIMIT :size"
                ),
                {"after": after, "size": size},
            )
            order = found.all()
            if not order:
                return
            positions: dict[str, list[PackageRow]] = {key: [] for key, _ in order}
            keys = list(positions)
            named: set[str] = set()
            for row in await self.rows("positions", "uid = ANY(:keys)", keys=keys):
                positions[row["uid"] or ""].append(row)
                named.update((row["quotes"] or "").split())
            quotes = await self.rows("quotes", "position = ANY(:keys)", keys=keys)
            if strange := named - {q["uid"] for q in quotes}:
                quotes += await self.rows("quotes", "uid = ANY(:keys)", keys=list(strange))
            attitudes = await self.rows("attitudes", "position = ANY(:keys)", keys=keys)
            links = await self.rows("links", "position = ANY(:keys)", keys=keys)
            yield StagedPage(positions, attitudes, links, quotes, done)
            after, done = order[-1].first, done + len(order)

    async def rows(
        self, table: str, which: str, *, most: int | None = None, **values: Any
    ) -> list[PackageRow]:
        """Return rows by line, with the columns that the package has; at most the first `most`.

        `which` is the SQL condition, `values` are its parameters.
        """
        at = self.at.get(table)
        if at is None:
            return []
        # All are columns of the schema: a table with any other is refused when it is read.
        columns = ", ".join(f'"{c}"' for c in at)
        statement = (
            f"SELECT line, {columns} FROM shelf_{table} WHERE {which} ORDER BY line LIMIT :most"  # noqa: S608  (names of ours)
        )
        found = await self.session.execute(text(statement), {**values, "most": most})
        here = {name: place for place, name in enumerate(at)}
        return [PackageRow(line, tuple(cells), here) for line, *cells in found]

    async def lines(self, statement: str, **values: Any) -> Sequence[Any]:
        """Run a query on the tables and return all its rows."""
        return (await self.session.execute(text(statement), values)).all()
