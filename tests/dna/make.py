"""Make small .dna files in the three table layouts of versions 2 and 3."""

import sqlite3
from pathlib import Path
from typing import Any

MILLISECONDS, SECONDS = 1_715_644_800_000, 1_715_644_800  # 14 May 2024
TEXT = (
    "𝄞 Talks. “We accept forty per cent,” said Mara Venn. “Never,” said the envoy. “Never,” he"
    " said again."
)
SPANS = {"forty": "We accept forty per cent", "never": "Never", "outside": None}
VARIABLES = dict.fromkeys(("person", "organization", "concept"), "short text") | {
    "agreement": "boolean"
}
Said = tuple[str, str, str, str, int]  # passage, person, organisation, concept, agreement
STATEMENTS: tuple[Said, ...] = (
    ("forty", "Mara Venn", "The North", "40 %", 1),
    ("never", "", "Southshore", "40 %", 0),
    ("never", "", "Somebody else", "40 %", 1),
    ("outside", "", "Southshore", "20 %", 1),
    ("forty", "", "Southshore", "A concept of theirs", 1),
)


def dna(
    path: Path,
    layout: int = 3,
    said: tuple[Said, ...] = STATEMENTS,
    version: str | None = None,
    **document: Any,
) -> bytes:
    """Write a file: layout 2 (ATTRIBUTES), 3 (ENTITIES) or 4 (roles)."""
    path.unlink(missing_ok=True)
    link = "RoleVariableLinkId" if layout == 4 else "VariableId"
    entities, value = ("ATTRIBUTES", "Value") if layout == 2 else ("ENTITIES", "Entity")
    with sqlite3.connect(path) as c:
        c.execute("CREATE TABLE CODERS (ID INTEGER PRIMARY KEY, Name TEXT, Password TEXT)")
        c.execute(
            "CREATE TABLE DOCUMENTS (ID INTEGER PRIMARY KEY, Title TEXT, Text TEXT, Coder INT,"
            " Author TEXT,"
            " Source TEXT, Section TEXT, Notes TEXT, Type TEXT, Date INT)"
        )
        c.execute("CREATE TABLE STATEMENTTYPES (ID INTEGER PRIMARY KEY, Label TEXT)")
        c.execute(
            "CREATE TABLE VARIABLES (ID INTEGER PRIMARY KEY, Variable TEXT, DataType TEXT,"
            " StatementTypeId INT)"
        )
        c.execute(
            "CREATE TABLE STATEMENTS (ID INTEGER PRIMARY KEY, StatementTypeId INT, DocumentId INT,"
            " Start INT, Stop INT)"
        )
        c.execute(f"CREATE TABLE {entities} (ID INTEGER PRIMARY KEY, VariableId INT, Value TEXT)")
        c.execute(
            f"CREATE TABLE DATASHORTTEXT (ID INTEGER PRIMARY KEY, StatementId INT, {link} INT,"
            f" {value} INT)"
        )
        c.execute(
            f"CREATE TABLE DATABOOLEAN (ID INTEGER PRIMARY KEY, StatementId INT, {link} INT,"
            " Value INT)"
        )
        if layout == 4:
            c.execute(
                "CREATE TABLE ROLEVARIABLELINKS (ID INTEGER PRIMARY KEY, RoleId INT,"
                " VariableId INT)"
            )
            c.executemany(
                "INSERT INTO ROLEVARIABLELINKS VALUES (?, 1, ?)", [(n, n) for n in range(1, 5)]
            )
        if version is not None:
            c.execute("CREATE TABLE SETTINGS (Property TEXT, Value TEXT)")
            c.execute("INSERT INTO SETTINGS VALUES ('version', ?)", (version,))
        date = MILLISECONDS if layout == 2 else SECONDS
        row = {
            "title": "Talks",
            "text": TEXT,
            "source": "The Lake Post",
            "section": "p. 3",
            "notes": "",
            **document,
        }
        c.execute(
            "INSERT INTO DOCUMENTS VALUES (1, :title, :text, 1, 'A. Lind', :source, :section,"
            " :notes, 'news', :date)",
            {"date": date, **row},
        )
        c.execute("INSERT INTO STATEMENTTYPES VALUES (1, 'DNA Statement')")
        rows = [(number, name, kind) for number, (name, kind) in enumerate(VARIABLES.items(), 1)]
        c.executemany("INSERT INTO VARIABLES VALUES (?, ?, ?, 1)", rows)
        for number, (passage, *texts, agreement) in enumerate(said, 1):
            c.execute(
                "INSERT INTO STATEMENTS VALUES (?, 1, 1, ?, ?)",
                (number, *span(row["text"], SPANS[passage])),
            )
            for variable, text in enumerate(texts, 1):
                entity = number * 10 + variable
                c.execute(f"INSERT INTO {entities} VALUES (?, ?, ?)", (entity, variable, text))
                c.execute(
                    "INSERT INTO DATASHORTTEXT VALUES (?, ?, ?, ?)",
                    (entity, number, variable, entity),
                )
            c.execute("INSERT INTO DATABOOLEAN VALUES (?, ?, 4, ?)", (number, number, agreement))
    c.close()
    return path.read_bytes()


def span(text: str, words: str | None) -> tuple[int, int]:
    """Return start and stop of words, counted in UTF-16 units as Java does."""
    if words is None:
        return 9_000, 9_010
    start = len(text[: text.index(words)].encode("utf-16-le")) // 2
    return start, start + len(words.encode("utf-16-le")) // 2
