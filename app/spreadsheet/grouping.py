"""Group the rows of a spreadsheet into positions and read every cell; collect all faults."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from app.datapackage.faults import Faults
from app.datapackage.rows import OWN_KEYS, UUID_FORM
from app.sources.urls import check_url, same_document_key
from app.spreadsheet.columns import DATES, POSITION, DateOrder, is_unclear, read_date, unquoted_cell
from app.spreadsheet.names import KnownNames, one
from app.spreadsheet.position_rows import Cells, Group, read_structure
from app.spreadsheet.reader import Sheet, SheetLine

NEEDED = ("party", "issue", "stated_on", "exact", "source_url")
KEYS = {"position_uid", "version", "position", "negotiation", "party", "issue"}
CONTENT = [c for c in POSITION if c not in KEYS]


@dataclass(frozen=True, slots=True)
class SheetDefaults:
    """What a sheet need not say itself."""

    slug: str | None  # the negotiation of rows that name none
    fixed: bool = False  # is that the negotiation of all rows?
    order: DateOrder | None = None  # of the numbers in its dates


class Grouping:
    """Reads the rows of one sheet.

    `slug` is the negotiation of rows that name none; with `fixed` (on its page) all rows belong to
    it.
    """

    def __init__(
        self,
        sheet: Sheet,
        names: Mapping[str, KnownNames],
        faults: Faults,
        defaults: SheetDefaults,
        *,
        today: date,
    ) -> None:
        self.sheet, self.names, self.faults = sheet, names, faults
        self.slug, self.fixed, self.order = defaults.slug, defaults.fixed, defaults.order
        self.today = today
        self.groups: dict[UUID, Group] = {}
        # By the sheet's own key of a position: the cells of its first row.
        self.first: dict[str, dict[str, str]] = {}
        self.unclear = 0

    def read(self) -> list[Group]:
        """Read all rows, then the structured cells of each position; every fault is reported."""
        for column in NEEDED:
            there = {column, "source_reference" if column == "source_url" else column} & set(
                self.sheet.columns
            )
            if self.sheet.columns and not there:
                self.fault(1, column, "is missing: this column is needed")
        for line in self.sheet.lines:
            self._line(line)
        for group in self.groups.values():
            read_structure(group, self.fault)
        return list(self.groups.values())

    def fault(self, line: int, column: str, reason: str) -> None:
        """Add a fault of this sheet."""
        self.faults.add(self.sheet.name, line, column, reason)

    def _line(self, line: SheetLine) -> None:
        before = self.faults.count
        cells = {c: unquoted_cell(c, text) for c, text in line.cells.items()}
        for column in DATES:
            if column in cells:
                self.unclear += self.order is None and is_unclear(cells[column])
                cells[column] = self._date(line, column, cells[column])
        key = cells.get("position_uid") or cells.get("position") or ""
        if key:
            first = self.first.setdefault(key, cells)
            cells = {c: first[c] for c in POSITION if c in first} | cells
        row = self._quote(line, cells)
        names = self._names(line, cells)
        if names is None:
            return
        party = self._named(line, "party", cells, names.parties)
        issue = self._named(line, "issue", cells, names.issues)
        if not cells.get("stated_on") and "stated_on" not in line.cells:
            self._empty(line, "stated_on")
        if not party or not issue:
            return
        uid = self._uid(line, cells, names, party, issue, key)
        if uid is None:
            return
        group = self.groups.setdefault(
            uid, Group(uid, names, party, issue, given_uid="position_uid" in cells)
        )
        if (group.names, group.party, group.issue) != (names, party, issue):
            self.fault(
                line.number,
                "issue",
                f"is in another cell than line {group.line}, of the same position",
            )
        self._merge(group, line.number, cells)
        same = next(
            (q for q in group.quotes if (q.source, q["exact"]) == (row.source, row["exact"])), None
        )
        if same and row["exact"]:
            self.fault(
                line.number, "exact", f"the same quote of the same position as on line {same.line}"
            )
        row.uid = self._given(line, "quote_uid", cells) or uuid5(
            uid, f"{row.source}\0{row['exact']}"
        )
        group.quotes.append(row)
        group.faulty |= self.faults.count > before

    def _date(self, line: SheetLine, column: str, cell: str) -> str:
        return self._try(line, column, lambda: read_date(cell, self.order, self.today))

    def _names(self, line: SheetLine, cells: Mapping[str, str]) -> KnownNames | None:
        slug = cells.get("negotiation") or self.slug
        if not slug:
            self._empty(line, "negotiation")
        elif self.fixed and slug != self.slug:
            self.fault(
                line.number,
                "negotiation",
                f"is {slug!r}; here it is {self.slug!r} that is imported into",
            )
        elif slug not in self.names:
            self.fault(line.number, "negotiation", f"there is no negotiation {slug!r}")
        else:
            return self.names[slug]
        return None

    def _named(
        self, line: SheetLine, column: str, cells: Mapping[str, str], known: dict[str, set[str]]
    ) -> str:
        if column not in cells:
            self._empty(line, column)
            return ""
        return self._try(line, column, lambda: one(known, cells[column], column))

    def _empty(self, line: SheetLine, column: str) -> None:
        # A missing column has been reported once, not for every row.
        if column in self.sheet.columns or column == "negotiation":
            self.fault(line.number, column, "is empty")

    def _try(self, line: SheetLine, column: str, read: Callable[[], str]) -> str:
        try:
            return read()
        except ValueError as error:
            self.fault(line.number, column, str(error))
            return ""

    def _given(self, line: SheetLine, column: str, cells: Mapping[str, str]) -> UUID | None:
        said = cells.get(column)
        if said and not UUID_FORM.fullmatch(said):
            self.fault(
                line.number,
                column,
                "is not a UUID; put your own key into the column position",
            )
            return None
        return UUID(said) if said else None

    def _uid(
        self,
        line: SheetLine,
        cells: Mapping[str, str],
        names: KnownNames,
        party: str,
        issue: str,
        key: str,
    ) -> UUID | None:
        """Return the UUID of a row's position: as given, else from its key, or cell and date."""
        if "position_uid" in cells:
            return self._given(line, "position_uid", cells)
        own = f"key {key}" if key else f"on {cells.get('stated_on')}"
        return uuid5(
            OWN_KEYS, "\0".join(["positions.csv", names.negotiation.slug, party, issue, own])
        )

    def _quote(self, line: SheetLine, cells: dict[str, str]) -> Cells:
        row = Cells(line.number, cells)
        if not cells.get("exact"):
            self._empty(line, "exact")
        url, reference, title = (
            cells.get(f"source_{n}", "") for n in ("url", "reference", "title")
        )
        if url:
            row.source = self._try(line, "source_url", lambda: same_document_key(check_url(url)))
        elif reference and title:
            row.source = f"{reference}\0{title}"
        elif {"source_url", "source_reference"} & set(self.sheet.columns):
            what = "source_title" if reference else "source_url"
            self.fault(
                line.number, what, "is empty: a source has an address, or a reference and a title"
            )
        return row

    def _merge(self, group: Group, number: int, cells: Mapping[str, str]) -> None:
        for column in (*CONTENT, "version"):
            if column in cells and group.cells.setdefault(column, cells[column]) != cells[column]:
                reason = f"is not what line {group.at[column]} says of the same position"
                hint = (
                    ""
                    if "position" in cells
                    else "; give the two positions different keys in the column position"
                )
                self.fault(number, column, reason + hint)
            if column in cells:
                group.at.setdefault(column, number)
