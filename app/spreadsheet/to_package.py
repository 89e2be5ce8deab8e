"""Turn the new positions of a spreadsheet into a data package, so that one import serves both."""

import io
from collections.abc import Mapping, Sequence, Set
from typing import IO, Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.datapackage.faults import Faults
from app.datapackage.reader import PackageRow, Raw
from app.datapackage.rows import LinkRow, PositionRow, QuoteRow, read_row
from app.datapackage.schema import TABLES
from app.spreadsheet.position_rows import Group
from app.spreadsheet.reader import Sheet
from app.spreadsheet.sources import SheetSources, Speakers, Values, saved_quotes

Lines = dict[str, list[tuple[int, Values]]]  # by table: rows with the lines that they come from

SAID_OF_POSITION = (
    "act",
    "summary",
    "firmness",
    "salience",
    "stated_on",
    "stated_from",
    "stated_by",
)
SAID_OF_QUOTE = (
    "exact",
    "prefix",
    "suffix",
    "kind",
    "language",
    "translated_from",
    "translation",
    "said_on",
)
COLUMNS = {  # by table of a package: its columns, and their names in a spreadsheet
    "sources": {c.name: f"source_{c.name}" for c in TABLES["sources"].columns},
    "speakers": {"uid": "speaker_name"} | {n: f"speaker_{n}" for n in ("name", "office", "party")},
    "positions": {"uid": "position_uid", "quotes": "exact"},
    "attitudes": {"option": "attitudes", "attitude": "attitudes", "condition": "conditions"},
    "links": dict.fromkeys(("issue", "option", "kind", "position"), "links"),
    "quotes": {
        "uid": "quote_uid", "position": "position_uid", "source": "source_url",
        "speaker": "speaker_name", "office": "speaker_office", "party": "speaker_party",
    },
}  # fmt: skip


class SheetFaults(Faults):
    """Faults of a package made from a spreadsheet, reported by the columns of the spreadsheet."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.cells: set[tuple[int, str]] = set()

    def add(self, file: str, line: int, column: str, reason: str) -> None:
        """Add a fault of a table of the package or of the sheet; only the first one of a cell."""
        if file in COLUMNS:
            column = COLUMNS[file].get(column, column)
        if (line, column) not in self.cells:
            self.cells.add((line, column))
            super().add(self.name, line, column, reason)

    @property
    def lines(self) -> set[int]:
        """The lines that have a fault."""
        return {line for line, _ in self.cells}


class Texts:
    """The files of a package made from a spreadsheet: only the full texts of sources."""

    def __init__(self, name: str, texts: Mapping[str, str]) -> None:
        self.name, self.texts = name, texts

    def names(self) -> Set[str]:
        """Return the paths of all files."""
        return set(self.texts)

    def size(self, path: str) -> int:
        """Return the size of a file in bytes."""
        return len(self.texts[path].encode())

    def open(self, path: str) -> IO[bytes]:
        """Open a file for reading."""
        return io.BytesIO(self.texts[path].encode())


async def fill(session: AsyncSession, sheet: Sheet, groups: Sequence[Group], faults: Faults) -> Raw:
    """Turn positions into a package; they become drafts if a second editor has to publish.

    Add faults for what cannot be turned.
    """

    def note(line: int, column: str, reason: str) -> None:
        faults.add(sheet.name, line, column, reason)

    rows = [row for group in groups for row in group.quotes]
    sources, speakers = SheetSources(), Speakers(by_name=sheet.new_speakers)
    await sources.find(session, rows)
    await speakers.find(session, rows)
    there = await saved_quotes(session, [row.uid for row in rows if row.uid and row["quote_uid"]])
    lines: Lines = {name: [] for name in TABLES}
    quoted: set[UUID | None] = set()
    for group in groups:
        _position(lines, group, note)
        for row in group.quotes:
            source = sources.of(row, note)
            speaker, office, party = speakers.of(row, group, note)
            if row.uid in quoted:
                continue  # an earlier position of its cell has it too
            quoted.add(row.uid)
            said: dict[str, Any] = {n: row[n] for n in SAID_OF_QUOTE} | {
                "office": office,
                "party": party,
            }
            said |= there.get(row.uid, {}) if row.uid else {}
            refers = {"uid": row.uid, "position": group.uid, "source": source, "speaker": speaker}
            lines["quotes"].append((row.line, said | refers))
    for name, found in (("sources", sources.rows), ("speakers", speakers.rows)):
        lines[name] = [(line, {**values, "uid": uid}) for uid, (line, values) in found.items()]
    tables = {name: _rows(name, some) for name, some in lines.items()}
    return Raw(
        sheet.name, tables, {name: name for name in TABLES}, set(), Texts(sheet.name, sheet.texts)
    )


def check(sheet: Sheet, groups: Sequence[Group], faults: Faults) -> None:
    """Add the faults in cells of positions that will not be imported, to report all at once."""

    def note(line: int, column: str, reason: str) -> None:
        faults.add(sheet.name, line, column, reason)

    for group in groups:
        lines: Lines = {name: [] for name in TABLES}
        _position(lines, group, note)
        for row in group.quotes:
            refers = {"uid": row.uid, "position": group.uid, "source": row.uid}
            lines["quotes"].append((row.line, {n: row[n] for n in SAID_OF_QUOTE} | refers))
        for name, model in (("positions", PositionRow), ("links", LinkRow), ("quotes", QuoteRow)):
            for read in _rows(name, lines[name]):
                read_row(model, TABLES[name], read, sheet.name, faults, name)


def _position(lines: Lines, group: Group, note: Any) -> None:
    names, at, line = group.names, group.at, group.line
    status = group.cells.get("status") or ("draft" if names.negotiation.review else "published")
    if status not in ("draft", "published"):
        note(at["status"], "status", f"{status[:40]!r} is neither draft nor published")
    elif status == "published" and names.negotiation.review:
        note(
            at["status"],
            "status",
            "this negotiation requires review: only drafts can be imported",
        )
    for option, verb in group.attitudes.items():
        if (group.issue, option) in names.retired:
            column = verb if verb in at else "attitudes"
            note(at[column], column, f"{option} is retired: new positions cannot use it")
    cell = {
        "negotiation": names.negotiation.slug,
        "party": group.party,
        "issue": group.issue,
        "status": status,
    }
    said = {n: group.cells.get(n) for n in SAID_OF_POSITION}
    quotes = " ".join(str(row.uid) for row in group.quotes)
    lines["positions"].append((line, cell | said | {"uid": group.uid, "quotes": quotes}))
    for option, verb in group.attitudes.items():
        if (group.issue, option) in names.retired:
            continue
        values = {"option": option, "attitude": verb, "condition": group.conditions.get(option)}
        inferred = "true" if option in group.inferred else "false"
        values |= {"inferred": inferred, "position": str(group.uid)}
        lines["attitudes"].append((line, values))
    for link in group.links:
        lines["links"].append((at["links"], {**link, "position": group.uid}))


def _rows(table: str, lines: Sequence[tuple[int, Values]]) -> list[PackageRow]:
    """Return the rows of a table under one header: the columns that any of them has."""
    named = {name for _, values in lines for name in values}
    at = {
        name: i for i, name in enumerate(c.name for c in TABLES[table].columns if c.name in named)
    }
    return [PackageRow(line, tuple(_cell(values.get(n)) for n in at), at) for line, values in lines]


def _cell(value: object) -> str | None:
    return None if value is None or value == "" else str(value)
