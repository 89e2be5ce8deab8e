"""Read an untrusted SQLite file: in a process of its own, with limits, and only what is needed.

Run as a program: the path of the file as its argument, its tables as JSON on standard output. The
file is opened read-only and as immutable. Its views and triggers never run, since only tables are
read, column by column. A broken page or an endless row ends this process and nothing else.
"""

import json
import resource
import sqlite3
import sys
from typing import Any

MEMORY = 1 << 30
SECONDS = 20
STEPS = 200_000_000  # of SQLite's virtual machine: about as long as SECONDS
MOST_ROWS = 500_000  # of one table
LONGEST = 32 << 20  # bytes of one value
READ = {
    "SETTINGS": ("Property", "Value"),
    "DOCUMENTS": ("ID", "Title", "Text", "Author", "Source", "Section", "Notes", "Type", "Date"),
    "STATEMENTTYPES": ("ID", "Label"),
    "VARIABLES": ("ID", "Variable", "DataType", "StatementTypeId", "StatementType"),
    "STATEMENTS": ("ID", "StatementTypeId", "StatementType", "DocumentId", "Start", "Stop"),
    "DATABOOLEAN": ("StatementId", "VariableId", "RoleVariableLinkId", "Value"),
    "DATAINTEGER": ("StatementId", "VariableId", "RoleVariableLinkId", "Value"),
    "DATASHORTTEXT": ("StatementId", "VariableId", "RoleVariableLinkId", "Value", "Entity"),
    "DATALONGTEXT": ("StatementId", "VariableId", "RoleVariableLinkId", "Value"),
    "ENTITIES": ("ID", "Value"),
    "ATTRIBUTES": ("ID", "Value"),
    "ROLEVARIABLELINKS": ("ID", "RoleId", "VariableId"),
    "ROLES": ("ID", "RoleName"),
}
NEEDED = ("DOCUMENTS", "STATEMENTS", "VARIABLES")


class UnreadableDatabase(Exception):
    """The file cannot be read; the message says why, for users."""


def tables(path: str) -> dict[str, list[dict[str, Any]]]:
    """Read the known tables, with those of their known columns that the file has."""
    connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True, isolation_level=None)
    steps = 0

    def watch() -> bool:
        nonlocal steps
        steps += 100_000
        return steps > STEPS

    connection.set_progress_handler(watch, 100_000)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    there = {
        str(name).upper(): str(name)
        for name, sql in connection.execute(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'table'"
        )
        if not str(sql).upper().startswith("CREATE VIRTUAL")
    }
    missing = [name for name in NEEDED if name not in there]
    if missing:
        raise UnreadableDatabase(f"it has no table {missing[0]}")
    return {
        name: _rows(connection, there[name], columns)
        for name, columns in READ.items()
        if name in there
    }


def _rows(
    connection: sqlite3.Connection, table: str, columns: tuple[str, ...]
) -> list[dict[str, Any]]:
    named = table.replace('"', '""')
    # Generated columns would run expressions of the file; only stored columns are read.
    info = connection.execute(f'PRAGMA table_xinfo("{named}")').fetchall()
    stored = {str(row[1]).lower() for row in info if row[6] == 0}
    read = [c for c in columns if c.lower() in stored]
    if not read:
        return []
    # The names of columns are from READ; quotation marks in the table's name are doubled above.
    chosen = ", ".join(f'"{c}"' for c in read)
    rows = connection.execute(f'SELECT {chosen} FROM "{named}" LIMIT {MOST_ROWS + 1}').fetchall()  # noqa: S608  (quoted)
    if len(rows) > MOST_ROWS:
        raise UnreadableDatabase(f"table {table} has more than {MOST_ROWS:,} rows")
    return [
        {c: v for c, v in zip(read, row, strict=True) if not isinstance(v, bytes)} for row in rows
    ]


def main() -> None:
    """Set the limits of this process, read the file, and write the answer."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        found: dict[str, Any] = {"tables": tables(sys.argv[1])}
    except (UnreadableDatabase, sqlite3.Error, MemoryError, OverflowError) as error:
        found = {"error": str(error) or "it takes too much memory"}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
