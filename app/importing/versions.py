"""Join the rows of positions with those of their attitudes, links and quotes, by version."""

from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from app.datapackage import rows as r
from app.datapackage.reader import PackageRow
from app.datapackage.rows import Reader
from app.datapackage.schema import TABLES
from app.importing.package_tables import PageOfPositions, version_mark
from app.importing.quotes import Evidence, ReadQuotes
from app.importing.reconcile import Importing


@dataclass(slots=True)
class Version:
    """One row of positions.csv with the rows of attitudes.csv and links.csv that belong to it."""

    line: int
    row: r.PositionRow
    attitudes: list[tuple[int, r.AttitudeRow]]
    links: list[tuple[int, r.LinkRow]]
    quotes: list[Evidence]
    marked: frozenset[str] | None  # the dates set by hand; None if the package does not say which


class Versions:
    """The versions of a page of positions."""

    def __init__(self, importing: Importing, page: PageOfPositions, quotes: ReadQuotes) -> None:
        self.importing, self.page, self.quotes = importing, page, quotes
        self.attitudes, self.links = _by_version(page.attitudes), _by_version(page.links)
        self.of_position: dict[str, list[Evidence]] = {}
        for evidence in quotes.by_key.values():
            self.of_position.setdefault(evidence.position, []).append(evidence)
        self.used: set[int] = set()
        self.faulty: set[str] = set()  # positions with a version that could not be read
        self.readers: dict[str, Reader[Any]] = {
            name: Reader(
                model, TABLES[name], rows[0].at, importing.raw.name, importing.raw.paths[name]
            )
            for name, model, rows in (
                ("positions", r.PositionRow, next(iter(page.positions.values()))),
                ("attitudes", r.AttitudeRow, page.attitudes),
                ("links", r.LinkRow, page.links),
            )
            if rows
        }

    def versions(self, key: str) -> list[Version]:
        """Read the versions of one position, oldest first; add faults for those left out."""
        made: list[Version] = []
        importing, seen = self.importing, dict[int, int]()
        for row in self.page.positions[key]:
            read: Any = self.readers["positions"](row, importing.faults)
            mark = version_mark(row)
            attitudes = list(self._belonging("attitudes", self.attitudes.pop((key, mark), [])))
            links = list(self._belonging("links", self.links.pop((key, mark), [])))
            if read is None:
                self.faulty.add(key)
                continue
            if read.version in seen:
                importing.fault(
                    "positions",
                    row.line,
                    "version",
                    f"the same position and version as line {seen[read.version]}",
                )
                continue
            seen[read.version] = row.line
            quotes = self._named_quotes(row, key)
            named: set[str] = set()
            for line, a in attitudes:
                if a.option in named:
                    importing.fault(
                        "attitudes", line, "option", f"{a.option} is listed twice in this version"
                    )
                named.add(a.option)
            if quotes is None:
                self.faulty.add(key)
            elif len(named) == len(attitudes):
                made.append(
                    Version(row.line, read, attitudes, links, quotes, self._marked(row, read))
                )
        return sorted(made, key=lambda v: v.row.version)

    def _marked(self, row: PackageRow, read: r.PositionRow) -> frozenset[str] | None:
        marks = frozenset((read.by_hand or "").split())
        if marks - {"stated_from", "stated_by"}:
            self.importing.fault(
                "positions", row.line, "by_hand", "names stated_from, stated_by, or both"
            )
        return marks if "by_hand" in row.at else None

    def _belonging(self, table: str, rows: Iterable[PackageRow]) -> Iterator[tuple[int, Any]]:
        for row in rows:
            if (read := self.readers[table](row, self.importing.faults)) is not None:
                yield row.line, read

    def _named_quotes(self, row: PackageRow, key: str) -> list[Evidence] | None:
        if row["quotes"] is None:
            # A package made by hand may name the position of each quote in quotes.csv only.
            if key in self.quotes.lacking:
                return None
            found = (
                self.of_position.get(key, [])
                if row["status"] != "retracted" or "quotes" not in row.at
                else []
            )
        else:
            found = []
            for name in row["quotes"].split():
                evidence = self.quotes.by_key.get(name)
                if evidence is not None and evidence not in found:
                    found.append(evidence)
                    continue
                if evidence is not None:
                    self.importing.fault("positions", row.line, "quotes", f"{name} is listed twice")
                elif name not in self.quotes.faulty and not self.importing.unread("quotes"):
                    self.importing.fault(
                        "positions", row.line, "quotes", f"there is no quote {name} in the package"
                    )
                return None
        self.used |= {e.said["id"] for e in found}
        return found

    def tell_unused(self, shared: Container[str]) -> None:
        """Add a fault for each quote that no version names: it would be lost silently.

        `shared` has the keys of quotes that other positions name.
        """
        if self.importing.unread("position"):
            return
        for key in self.page.positions:
            for e in self.of_position.get(key, []) if key not in self.faulty else []:
                if e.said["id"] not in self.used and e.key not in shared:
                    self.importing.fault(
                        "quotes", e.line, "uid", "no version of its position names this quote"
                    )


def _by_version(rows: Iterable[PackageRow]) -> dict[tuple[str, int | None], list[PackageRow]]:
    found: dict[tuple[str, int | None], list[PackageRow]] = {}
    for row in rows:
        found.setdefault((row["position"] or "", version_mark(row)), []).append(row)
    return found


async def tell_strays(importing: Importing) -> None:
    """Add faults for rows without a version of a position, and for positions without a key."""
    tables = importing.tables
    if "uid" in tables.at.get("positions", {}):
        for line in await tables.keyless_positions():
            importing.fault("positions", line, "uid", "is empty")
    for table in ("attitudes", "links"):
        for line, key, mark in await tables.stray_rows(table):
            if key is None:
                importing.fault(table, line, "position", "is empty")
            elif mark is None:
                importing.fault(table, line, "version", "does not name a version")
            elif not importing.unread("position"):
                importing.fault(table, line, "position", "there is no such version of a position")


def places(v: Version) -> Callable[[str], tuple[str, int, str]]:
    """Return a function that finds the table, line and column for a JSON pointer of the rules."""
    attitudes = {a.option: line for line, a in v.attitudes}
    inferred = [a.option for _, a in v.attitudes if a.inferred]

    def place(pointer: str) -> tuple[str, int, str]:
        match pointer.strip("/").split("/"):
            case ["attitudes", option] if option in attitudes:
                return "attitudes", attitudes[option], "option"
            case ["conditions", option] if option in attitudes:
                return "attitudes", attitudes[option], "condition"
            case ["inferred", i] if i.isdecimal() and int(i) < len(inferred):
                return "attitudes", attitudes[inferred[int(i)]], "inferred"
            case ["attitudes"] if v.attitudes:
                return "attitudes", v.attitudes[0][0], "attitude"
            case ["links", i, column] if int(i) < len(v.links):
                return "links", v.links[int(i)][0], column
            case ["quotes", i, column] if int(i) < len(v.quotes):
                return "quotes", v.quotes[int(i)].line, {"source_id": "source"}.get(column, column)
            case [column, *_]:
                return "positions", v.line, column if column else "uid"
        return "positions", v.line, "uid"

    return place
