"""Stage the large tables of a package in temporary tables, so that they need no memory."""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.datapackage.reader import PackageRow
from app.datapackage.schema import TABLES
from app.importing.package_tables import (
    KEYS,
    OF_VERSION,
    CheckedQuote,
    PageOfPositions,
    key_reader,
    version_mark,
)
from app.log.bulk.writer import copy

PAGE = 5_000
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
CREATE INDEX ON shelf_quotes (source);
CREATE TEMP TABLE shelf_check (
  line bigint PRIMARY KEY, verification text, text_id bigint, segments jsonb, prefix text,
  suffix text, fragment text, page int
) ON COMMIT DROP;
ANALYZE shelf_order, shelf_positions, shelf_attitudes, shelf_links, shelf_quotes
"""
ORDER = "SELECT position, first FROM shelf_order WHERE first > :after ORDER BY first LIMIT :size"
SHARED = """
SELECT DISTINCT q.uid FROM shelf_positions p CROSS JOIN string_to_table(p.quotes, ' ') named
JOIN shelf_quotes q ON q.uid = named WHERE q.position IS DISTINCT FROM p.uid
"""
TWICE = """
SELECT q.line, q.uid, f.line AS first FROM shelf_quotes q
JOIN (SELECT uid, min(line) AS line FROM shelf_quotes GROUP BY uid HAVING count(*) > 1) f
  USING (uid)
WHERE q.line > f.line ORDER BY q.line
"""
HOMELESS = "NOT EXISTS (SELECT FROM shelf_order o WHERE o.position = shelf_quotes.position)"
QUOTED = """
SELECT q.speaker, bool_or(p.uid IS NOT NULL) FROM shelf_quotes q
LEFT JOIN (SELECT DISTINCT uid FROM shelf_positions WHERE status IS DISTINCT FROM 'draft') p
  ON p.uid = q.position
WHERE q.speaker IS NOT NULL GROUP BY 1
"""
KEYLESS = "SELECT line FROM shelf_positions WHERE uid IS NULL ORDER BY line"
STRAYS = """
SELECT line, position, mark FROM shelf_{table} s WHERE NOT EXISTS (
  SELECT FROM shelf_positions p WHERE p.uid = s.position AND p.mark = s.mark) ORDER BY line
"""


class StagingTables:
    """The positions, attitudes, links and quotes of a package, in temporary tables."""

    tables: Collection[str] = tuple(KEYS)

    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self.at: dict[str, Mapping[str, int]] = {}
        self.total = self.versions = 0

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
        at = self.at[table] = first.at
        cells, places = key_reader(table, at), list(at.values())

        def line(row: PackageRow) -> tuple[Any, ...]:
            read = cells(row)
            mark = version_mark(row) if table in OF_VERSION else None
            return row.line, mark, *(read[place] for place in places)

        columns = ("line", "mark", *at)
        await copy(self.session, f"shelf_{table}", columns, map(line, chain([first], rows)))

    async def close(self) -> None:
        """Create the indexes and count the positions; then the tables can be read."""
        for statement in INDEXES.split(";"):
            await self.session.execute(text(statement))
        [(self.total, self.versions)] = await self._lines(
            "SELECT count(*), coalesce(sum(versions), 0)::bigint FROM shelf_order"
        )

    async def named(self, table: str, column: str) -> set[str]:
        """Return the distinct values of a column."""
        found = await self._lines(
            f'SELECT DISTINCT "{column}" FROM shelf_{table} WHERE "{column}" IS NOT NULL'  # noqa: S608  (names of ours)
        )
        return {value for (value,) in found}

    async def pages(self, size: int) -> AsyncIterator[PageOfPositions]:
        """Yield all positions in pages, in the order of their first lines in the package."""
        # Tables grow while they are read and written: use their indexes even if a plan was made
        # when they were empty.
        await self.session.execute(text("SET LOCAL enable_seqscan = off"))
        after = done = 0
        while order := await self._lines(ORDER, after=after, size=size):
            positions: dict[str, list[PackageRow]] = {key: [] for key, _ in order}
            keys = list(positions)
            named: set[str] = set()
            for row in await self._rows("positions", "uid = ANY(:keys)", keys=keys):
                positions[row["uid"] or ""].append(row)
                named.update((row["quotes"] or "").split())
            quotes = await self._rows("quotes", "position = ANY(:keys)", keys=keys)
            if others := named - {q["uid"] for q in quotes}:
                quotes += await self._rows("quotes", "uid = ANY(:keys)", keys=list(others))
            attitudes = await self._rows("attitudes", "position = ANY(:keys)", keys=keys)
            links = await self._rows("links", "position = ANY(:keys)", keys=keys)
            yield PageOfPositions(positions, attitudes, links, quotes, done)
            after, done = order[-1].first, done + len(order)
        await self.session.execute(text("SET LOCAL enable_seqscan = on"))

    async def quotes_from(self, sources: Collection[str]) -> list[PackageRow]:
        """Return the quotes of these sources, by line."""
        return await self._rows("quotes", "source = ANY(:keys)", keys=list(sources))

    async def stray_quotes(self) -> AsyncIterator[PackageRow]:
        """Yield the quotes of no position of the package, by line."""
        after = 0
        while rows := await self._rows(
            "quotes", f"line > :after AND {HOMELESS}", after=after, most=PAGE
        ):
            for row in rows:
                yield row
            after = rows[-1].line

    async def repeated_quotes(self) -> Sequence[tuple[int, str, int]]:
        """Return line and key of each quote whose key is on an earlier line, and that line."""
        return await self._lines(TWICE)

    async def shared_quotes(self) -> set[str]:
        """Return the keys of quotes that other positions than their own name."""
        return {key for (key,) in await self._lines(SHARED)}

    async def quoted_speakers(self) -> Sequence[tuple[str, bool]]:
        """Return the keys of speakers quoted, and whether more than drafts quote them."""
        return await self._lines(QUOTED)

    async def keyless_positions(self) -> Sequence[int]:
        """Return the lines of positions without a key."""
        return [line for (line,) in await self._lines(KEYLESS)]

    async def stray_rows(self, table: str) -> Sequence[tuple[int, str | None, int | None]]:
        """Return line, key and version of the rows that belong to no version of a position."""
        return await self._lines(STRAYS.format(table=table))

    async def keep_checks(self, checks: Sequence[CheckedQuote]) -> None:
        """Keep the results of checking quotes."""
        rows = (c._replace(segments=_json(c.segments)) for c in checks)
        await copy(self.session, "shelf_check", CheckedQuote._fields, rows)

    async def checks(self, lines: Collection[int]) -> dict[int, CheckedQuote]:
        """Return the results of checking the quotes on these lines, by line."""
        found = await self._lines(
            "SELECT * FROM shelf_check WHERE line = ANY(:lines)", lines=list(lines)
        )
        return {row.line: CheckedQuote(*row) for row in found}

    async def _rows(
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
        found = await self._lines(
            f"SELECT line, {columns} FROM shelf_{table} WHERE {which} ORDER BY line LIMIT :most",  # noqa: S608  (names of ours)
            **values,
            most=most,
        )
        here = {name: place for place, name in enumerate(at)}
        return [PackageRow(line, tuple(cells), here) for line, *cells in found]

    async def _lines(self, statement: str, **values: Any) -> Sequence[Any]:
        return (await self.session.execute(text(statement), values)).all()


def _json(segments: list[list[int]] | None) -> Any:
    return None if segments is None else Jsonb(segments)
