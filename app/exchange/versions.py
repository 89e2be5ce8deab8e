"""The rows of positions, with those of their attitudes, links and quotes, brought together version by version."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from app.exchange import rows as r
from app.exchange.evidence import Evidence
from app.exchange.layout import TABLES
from app.exchange.settling import Importing
from app.exchange.tables import Row


@dataclass(slots=True)
class Version:
    """One row of positions.csv with the rows of attitudes.csv and links.csv that belong to it."""

    line: int
    row: r.PositionRow
    attitudes: list[tuple[int, r.AttitudeRow]]
    links: list[tuple[int, r.LinkRow]]
    quotes: list[Evidence]
    marked: frozenset[str] | None  # dates by hand, where the package says which are


class Versions:
    """All versions of a package, by position."""

    def __init__(self, importing: Importing, quotes: Mapping[UUID, Evidence]) -> None:
        self.importing, self.quotes = importing, quotes
        self.package = importing.raw.name
        self.groups: dict[UUID, list[Row]] = {}
        for row in importing.raw.rows["positions"]:
            if key := row["uid"]:
                self.groups.setdefault(r.uid(self.package, "positions", key), []).append(row)
            elif "uid" in row.at:
                importing.fault("positions", row.line, "uid", "is empty")
        importing.raw.rows["positions"].clear()  # they are many, and have been taken
        self.attitudes = self._by_version("attitudes")
        self.links = self._by_version("links")
        self.of_position: dict[UUID, list[Evidence]] = {}
        for evidence in quotes.values():
            self.of_position.setdefault(evidence.position, []).append(evidence)
            if evidence.position not in self.groups and not importing.unread("position"):
                importing.fault("quotes", evidence.line, "position", "there is no such position in the package")
        self.used: set[int] = set()
        self.faulty: set[UUID] = set()  # positions of which a version could not be read

    def _by_version(self, table: str) -> dict[tuple[UUID, int], list[Row]]:
        found: dict[tuple[UUID, int], list[Row]] = {}
        for row in self.importing.raw.rows[table]:
            key, version = row["position"], row["version"] or "1"
            if key and version.isdecimal():
                found.setdefault((r.uid(self.package, "positions", key), int(version)), []).append(row)
            else:
                column = "version" if key else "position"
                self.importing.fault(table, row.line, column, "does not name a version" if key else "is empty")
        self.importing.raw.rows[table].clear()
        return found

    def versions(self, u: UUID) -> list[Version]:
        """Read the versions of one position, oldest first; faults are noted."""
        made: list[Version] = []
        importing, seen = self.importing, dict[int, int]()
        path = importing.raw.paths["positions"]
        for row in self.groups[u]:
            read = r.read_row(r.PositionRow, TABLES["positions"], row, self.package, importing.faults, path)
            mark = int(row["version"] or 1) if (row["version"] or "1").isdecimal() else 0
            attitudes = list(self._belonging("attitudes", r.AttitudeRow, self.attitudes.pop((u, mark), [])))
            links = list(self._belonging("links", r.LinkRow, self.links.pop((u, mark), [])))
            if read is None:
                self.faulty.add(u)
                continue
            if read.version in seen:
                importing.fault(
                    "positions", row.line, "version", f"the same position and version as line {seen[read.version]}"
                )
                continue
            seen[read.version] = row.line
            quotes = self._named_quotes(row, u)
            named: set[str] = set()
            for line, a in attitudes:
                if a.option in named:
                    importing.fault("attitudes", line, "option", f"{a.option} is there twice in this version")
                named.add(a.option)
            if quotes is None:
                self.faulty.add(u)
            elif len(named) == len(attitudes):
                made.append(Version(row.line, read, attitudes, links, quotes, self._marked(row, read)))
        return sorted(made, key=lambda v: v.row.version)

    def _marked(self, row: Row, read: r.PositionRow) -> frozenset[str] | None:
        marks = frozenset((read.by_hand or "").split())
        if marks - {"stated_from", "stated_by"}:
            self.importing.fault("positions", row.line, "by_hand", "names stated_from, stated_by, or both")
        return marks if "by_hand" in row.at else None

    def _belonging(self, table: str, model: type[r.M], rows: Iterable[Row]) -> Iterator[tuple[int, r.M]]:
        path, faults = self.importing.raw.paths[table], self.importing.faults
        for row in rows:
            read = r.read_row(model, TABLES[table], row, self.package, faults, path)
            if read is not None:
                yield row.line, read

    def _named_quotes(self, row: Row, u: UUID) -> list[Evidence] | None:
        if row["quotes"] is None:
            # A hand-made package may leave it at saying in quotes.csv what belongs to what.
            if u in self.importing.lacking:
                return None
            found = self.of_position.get(u, []) if row["status"] != "retracted" or "quotes" not in row.at else []
        else:
            found = []
            for key in row["quotes"].split():
                quote = r.uid(self.package, "quotes", key)
                evidence = self.quotes.get(quote)
                if evidence is not None and evidence not in found:
                    found.append(evidence)
                    continue
                if evidence is not None:
                    self.importing.fault("positions", row.line, "quotes", f"{key} is there twice")
                elif quote not in self.importing.faulty_quotes and not self.importing.unread("quotes"):
                    self.importing.fault("positions", row.line, "quotes", f"there is no quote {key} in the package")
                return None
        self.used |= {e.said["id"] for e in found}
        return found

    def tell_unused(self) -> None:
        """Note what belongs to no position: it would be lost without a word."""
        if self.importing.unread("position"):
            return
        for e in self.quotes.values():
            if e.said["id"] not in self.used and e.position in self.groups and e.position not in self.faulty:
                self.importing.fault("quotes", e.line, "uid", "no version of its position names this quote")
        for table, left in (("attitudes", self.attitudes), ("links", self.links)):
            for rows in left.values():
                for row in rows:
                    self.importing.fault(table, row.line, "position", "there is no such version of a position")


def places(v: Version) -> Callable[[str], tuple[str, int, str]]:
    """Tell in which file, line and column that stands which a JSON pointer of the rules names."""
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
