"""Read a file of Discourse Network Analyzer, versions 2 and 3, as documents and statements."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio.to_thread

from app.core.errors import Invalid
from app.dna import sqlite_reader

SECONDS = 30  # for the whole process that reads a file
ANSWER = 256 << 20  # bytes of its output
DAY = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Document:
    """A document of the file, with its text."""

    id: int
    title: str
    text: str
    author: str
    source: str
    section: str
    notes: str
    kind: str
    date: str | None  # a day in ISO 8601


@dataclass(frozen=True, slots=True)
class CodedStatement:
    """A passage of a document, with the values of its variables by their names."""

    id: int
    type: str
    document: Document | None
    start: int  # in UTF-16 code units, as Java counts
    stop: int
    values: Mapping[str, str | int]

    def words(self) -> str:
        """Return the passage; empty if the offsets lie outside the text."""
        if self.document is None or not 0 <= self.start < self.stop:
            return ""
        data = self.document.text.encode("utf-16-le", "surrogatepass")
        if self.stop * 2 > len(data):
            return ""
        return data[self.start * 2 : self.stop * 2].decode("utf-16-le", "replace")


@dataclass(slots=True)
class Discourse:
    """The content of a file; `variables` has the data type of each, by statement type."""

    statements: list[CodedStatement] = field(default_factory=list)
    variables: dict[str, dict[str, str]] = field(default_factory=dict)
    documents: int = 0
    # Whether the documents have the sources' full texts; this program's own export has only quotes.
    whole: bool = True
    # Whether dates were rounded to the nearest day in UTC: version 2 stores local midnights.
    rounded: bool = False


async def read_dna(data: bytes) -> Discourse:
    """Read a file in a process of its own; raise Invalid with the reason if it cannot be read."""
    found = await anyio.to_thread.run_sync(_open, data)
    if "error" in found:
        raise Invalid(
            f"This is not a file of Discourse Network Analyzer that can be read: {found['error']}."
        )
    return discourse(found["tables"])


def _open(data: bytes) -> dict[str, Any]:
    if not data.startswith(b"SQLite format 3\0"):
        return {"error": "it is not an SQLite database"}
    with tempfile.TemporaryDirectory(prefix="parley-") as folder:
        path = Path(folder) / "file.dna"
        path.write_bytes(data)
        command = [sys.executable, "-I", sqlite_reader.__file__, str(path)]
        try:
            done = subprocess.run(
                command, capture_output=True, timeout=SECONDS, check=False, env={}, cwd=folder
            )
            answer = json.loads(done.stdout) if len(done.stdout) <= ANSWER else None
        except (subprocess.TimeoutExpired, ValueError):
            answer = None
    return (
        answer if isinstance(answer, dict) else {"error": "reading it took too much time or memory"}
    )


def discourse(tables: Mapping[str, list[dict[str, Any]]]) -> Discourse:
    """Join the tables; references to missing rows are left out of the statement that has them."""
    milliseconds = _is_version_2(tables)
    documents = {d.id: d for d in (_document(row, milliseconds) for row in tables["DOCUMENTS"])}
    types = {row.get("ID"): str(row.get("Label")) for row in tables.get("STATEMENTTYPES", [])}
    ours = any(row.get("Property") == "parley" for row in tables.get("SETTINGS", []))
    made = Discourse(documents=len(documents), whole=not ours, rounded=milliseconds)
    names: dict[Any, str] = {}
    for row in tables["VARIABLES"]:
        names[row.get("ID")] = str(row.get("Variable"))
        # If variables belong to roles, they have no statement type.
        type_ = types.get(row.get("StatementTypeId"), str(row.get("StatementType") or ""))
        made.variables.setdefault(type_, {})[str(row.get("Variable"))] = str(row.get("DataType"))
    links = {row.get("ID"): row for row in tables.get("ROLEVARIABLELINKS", [])}
    roles = {row.get("ID"): str(row.get("RoleName")) for row in tables.get("ROLES", [])}
    entities = {
        row.get("ID"): row.get("Value")
        for t in ("ENTITIES", "ATTRIBUTES")
        for row in tables.get(t, [])
    }
    values: dict[Any, dict[str, Any]] = {}
    for table in ("DATABOOLEAN", "DATAINTEGER", "DATASHORTTEXT", "DATALONGTEXT"):
        for row in tables.get(table, []):
            link = links.get(row.get("RoleVariableLinkId"), {})
            name = names.get(row.get("VariableId", link.get("VariableId"))) or roles.get(
                link.get("RoleId")
            )
            value = row.get("Entity", row.get("Value"))
            if table == "DATASHORTTEXT" and value in entities:
                value = entities[value]
            if name and value is not None:
                values.setdefault(row.get("StatementId"), {}).setdefault(name, value)
    for row in sorted(tables["STATEMENTS"], key=lambda r: _int(r.get("ID"))):
        type_ = types.get(row.get("StatementTypeId"), str(row.get("StatementType") or ""))
        at, document = (
            (_int(row.get("Start")), _int(row.get("Stop"))),
            documents.get(_int(row.get("DocumentId"))),
        )
        made.statements.append(
            CodedStatement(_int(row.get("ID")), type_, document, *at, values.get(row.get("ID"), {}))
        )
    return made


def _is_version_2(tables: Mapping[str, list[dict[str, Any]]]) -> bool:
    """Detect version 2 by the version in the file, or by the table that version 3 renamed."""
    for row in tables.get("SETTINGS", []):
        if row.get("Property") == "version" and str(row.get("Value"))[:1].isdigit():
            return str(row["Value"])[0] in "12"
    return "ENTITIES" not in tables


def _document(row: Mapping[str, Any], milliseconds: bool) -> Document:
    def said(name: str) -> str:
        return str(row.get(name) or "")

    return Document(
        id=_int(row.get("ID")),
        title=said("Title"),
        text=said("Text"),
        author=said("Author"),
        source=said("Source"),
        section=said("Section"),
        notes=said("Notes"),
        kind=said("Type"),
        date=_day(row.get("Date"), milliseconds),
    )


def _day(value: object, milliseconds: bool) -> str | None:
    """Return the day of a document's date.

    Version 2 stores milliseconds of a midnight in some time zone, version 3 seconds in UTC.
    """
    if not isinstance(value, int):
        return None
    seconds = (value + DAY * 500) // (DAY * 1000) * DAY if milliseconds else value
    try:
        return datetime.fromtimestamp(seconds, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return None


def _int(value: object) -> int:
    return value if isinstance(value, int) else -1
