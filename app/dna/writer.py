"""Write positions as a file of Discourse Network Analyzer: a statement per quote and attitude.

Quotes are written unchanged. Texts of sources are shown to editors only, so a document consists of
the quotes taken from it, each in a paragraph. The DNA program knows only one date of a document, so
each day on which something was said makes a document of its own.
"""

import base64
import hashlib
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import dates
from app.dna.schema import statements
from app.exports.selection import Selection, positions
from app.negotiations.views import IssueView
from app.positions.phrases import listed, only_if
from app.positions.views import PositionView, QuoteView

VERSION = "3.0.11"
CODER, PASSWORD = "Parley", "parley"
ROUNDS = 100_000
LONGEST = 190  # characters of a text that is not a quote
TYPE = 1  # the id of the only statement type
# The DNA program's own four, and two more for what must not get lost: the condition, and the party
# that alone reports the position.
VARIABLES = dict.fromkeys(("person", "organization", "concept"), "short text") | {
    "agreement": "boolean"
}
VARIABLES |= {"condition": "short text", "according to": "short text"}
NUMBER = {name: n for n, name in enumerate(VARIABLES, 1)}
YES = {"prefers": 1, "accepts": 1, "rejects": 0}


async def export_dna(session: AsyncSession, chosen: Selection, path: Path) -> None:
    """Write every position of the chosen cells that has an attitude; the format has no others."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements():
            connection.execute(statement)
        _frame(connection, chosen)
        file = _File(connection)
        async for batch in positions(session, chosen):
            for position, _ in batch:
                file.add(position, chosen.names, chosen.issues[position.issue])
        file.finish()


def _frame(connection: sqlite3.Connection, chosen: Selection) -> None:
    told = {
        "version": VERSION,
        "date": chosen.known_at,
        "parley": f"{chosen.slug} as of {chosen.as_of}",
    }
    connection.executemany("INSERT INTO SETTINGS VALUES (?, ?)", told.items())
    connection.execute(
        "INSERT INTO CODERS (ID, Name, Password) VALUES (1, ?, ?)",
        (CODER, encrypted(PASSWORD, chosen.slug)),
    )
    connection.execute(
        "INSERT INTO STATEMENTTYPES VALUES (?, 'DNA Statement', 239, 208, 51)", (TYPE,)
    )
    for name, kind in VARIABLES.items():
        connection.execute(
            "INSERT INTO VARIABLES VALUES (?, ?, ?, ?)", (NUMBER[name], name, kind, TYPE)
        )


def encrypted(password: str, salt: str) -> str:
    """Hash a password as the DNA program stores it (jasypt's StrongPasswordEncryptor)."""
    given = hashlib.sha256(salt.encode()).digest()[:16]
    digest = hashlib.sha256(given + password.encode()).digest()
    for _ in range(ROUNDS - 1):
        digest = hashlib.sha256(digest).digest()
    return base64.b64encode(given + digest).decode()


class _File:
    """Write documents, entities and statements, and number them in the order they come."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.documents: dict[tuple[int, str], int] = {}
        self.texts: dict[int, list[str]] = {}
        self.lengths: dict[int, int] = {}
        self.places: dict[tuple[int, str], tuple[int, int]] = {}
        self.entities: dict[tuple[str, str], int] = {}
        self.statements = self.values = 0

    def add(self, position: PositionView, names: Mapping[str, str], issue: IssueView) -> None:
        """Add a statement for each quote of the position and each of its attitudes."""
        labels = {o.slug: o.label for o in issue.options}
        for quote in position.quotes:
            document = self._document(position, quote)
            start, stop = self._place(document, quote.exact)
            speaker = quote.speaker
            said = {
                "person": speaker and (speaker.name or speaker.office),
                "organization": names[position.party],
            }
            said["according to"] = listed(position.attributed_by, names)
            for option, attitude in position.attitudes.items():
                condition = position.conditions.get(option)
                said["condition"] = only_if(condition) if condition is not None else None
                said["concept"] = f"{issue.title}: {labels.get(option, option)}"
                self.statements += 1
                row = (self.statements, TYPE, document, start, stop, 1)
                self.connection.execute("INSERT INTO STATEMENTS VALUES (?, ?, ?, ?, ?, ?)", row)
                for name, value in said.items():
                    self._data("DATASHORTTEXT", name, self._entity(name, value or ""))
                self._data("DATABOOLEAN", "agreement", YES[attitude])

    def _data(self, table: str, variable: str, value: int) -> None:
        self.values += 1
        row = (self.values, self.statements, NUMBER[variable], value)
        self.connection.execute(f"INSERT INTO {table} VALUES (?, ?, ?, ?)", row)  # noqa: S608  (our own tables)

    def _entity(self, variable: str, value: str) -> int:
        key = (variable, value[:LONGEST])
        if key not in self.entities:
            self.entities[key] = len(self.entities) + 1
            row = (self.entities[key], NUMBER[variable], key[1])
            self.connection.execute(
                "INSERT INTO ENTITIES (ID, VariableId, Value) VALUES (?, ?, ?)", row
            )
        return self.entities[key]

    def _document(self, position: PositionView, quote: QuoteView) -> int:
        day = quote.said_on or position.stated_on or ""
        source = quote.source
        key = (source.id, day)
        if key not in self.documents:
            number = self.documents[key] = len(self.documents) + 1
            when = (
                datetime.combine(dates.parse(day).first, datetime.min.time(), UTC).timestamp()
                if day
                else 0
            )
            notes = "\n".join(
                filter(
                    None,
                    [source.url or source.reference, f"said on {day}" if len(day) < 10 else None],
                )
            )
            row = (
                number,
                source.title[:LONGEST],
                "",
                1,
                (source.publisher or "")[:LONGEST],
                notes,
                int(when),
            )
            self.connection.execute(
                "INSERT INTO DOCUMENTS (ID, Title, Text, Coder, Source, Notes, Date)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                row,
            )
        return self.documents[key]

    def _place(self, document: int, words: str) -> tuple[int, int]:
        """Return start and stop of a quote in its document, in UTF-16 units as Java counts."""
        if (document, words) not in self.places:
            start = self.lengths.get(document, 0)
            stop = start + len(words.encode("utf-16-le")) // 2
            self.places[document, words] = (start, stop)
            self.texts.setdefault(document, []).append(words)
            self.lengths[document] = stop + 2
        return self.places[document, words]

    def finish(self) -> None:
        """Write the documents' texts, which are complete only now."""
        texts = (("\n\n".join(parts), number) for number, parts in self.texts.items())
        self.connection.executemany("UPDATE DOCUMENTS SET Text = ? WHERE ID = ?", texts)
