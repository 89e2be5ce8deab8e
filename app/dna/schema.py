"""Define the tables of Discourse Network Analyzer 3.0, column for column; written from scratch."""

COLOUR = (
    "Red INTEGER NOT NULL DEFAULT 0",
    "Green INTEGER NOT NULL DEFAULT 0",
    "Blue INTEGER NOT NULL DEFAULT 0",
)
KEY = "ID INTEGER NOT NULL PRIMARY KEY"
RIGHTS = (
    "AddDocuments", "EditDocuments", "DeleteDocuments", "ImportDocuments",
    "AddStatements", "EditStatements", "DeleteStatements",
    "EditAttributes", "EditRegex", "EditStatementTypes", "EditCoders", "EditCoderRelations",
    "ViewOthersDocuments", "EditOthersDocuments", "ViewOthersStatements", "EditOthersStatements",
)  # fmt: skip
SHOWN = {
    "Refresh": 0,
    "FontSize": 14,
    "PopupWidth": 300,
    "ColorByCoder": 0,
    "PopupDecoration": 0,
    "PopupAutoComplete": 1,
}
SEES = ("viewStatements", "editStatements", "viewDocuments", "editDocuments")


def _refers(column: str, table: str) -> str:
    return f"{column} INTEGER NOT NULL REFERENCES {table}(ID) ON DELETE CASCADE"


def _data(value: str) -> tuple[str, ...]:
    of = (_refers("StatementId", "STATEMENTS"), _refers("VariableId", "VARIABLES"))
    return (KEY, *of, value, "UNIQUE (StatementId, VariableId)")


TABLES: dict[str, tuple[str, ...]] = {
    "SETTINGS": ("Property TEXT PRIMARY KEY", "Value TEXT NOT NULL"),
    "CODERS": (
        KEY,
        "Name TEXT NOT NULL",
        *COLOUR,
        "Password TEXT NOT NULL",
        *(f"{name} INTEGER NOT NULL DEFAULT {value}" for name, value in SHOWN.items()),
        *(f"Permission{name} INTEGER NOT NULL DEFAULT 1" for name in RIGHTS),
    ),
    "CODERRELATIONS": (
        KEY,
        _refers("Coder", "CODERS"),
        _refers("OtherCoder", "CODERS"),
        *(f"{name} INTEGER NOT NULL DEFAULT 1" for name in SEES),
    ),
    "DOCUMENTS": (
        KEY,
        "Title TEXT NOT NULL",
        "Text TEXT NOT NULL",
        _refers("Coder", "CODERS"),
        *(
            f"{name} TEXT NOT NULL DEFAULT ''"
            for name in ("Author", "Source", "Section", "Notes", "Type")
        ),
        "Date INTEGER NOT NULL",
    ),
    "STATEMENTTYPES": (KEY, "Label TEXT NOT NULL", *COLOUR),
    "VARIABLES": (
        KEY,
        "Variable TEXT NOT NULL",
        "DataType TEXT NOT NULL DEFAULT 'short text'",
        _refers("StatementTypeId", "STATEMENTTYPES"),
        "UNIQUE (Variable, StatementTypeId)",
    ),
    "VARIABLELINKS": (
        KEY,
        _refers("SourceVariableId", "VARIABLES"),
        _refers("TargetVariableId", "VARIABLES"),
    ),
    "REGEXES": ("Label TEXT PRIMARY KEY", *COLOUR),
    "STATEMENTS": (
        KEY,
        _refers("StatementTypeId", "STATEMENTTYPES"),
        _refers("DocumentId", "DOCUMENTS"),
        "Start INTEGER NOT NULL CHECK (Start >= 0)",
        "Stop INTEGER NOT NULL CHECK (Stop > Start)",
        _refers("Coder", "CODERS"),
    ),
    "ENTITIES": (
        KEY,
        _refers("VariableId", "VARIABLES"),
        "Value TEXT NOT NULL DEFAULT ''",
        *COLOUR,
        "ChildOf INTEGER REFERENCES ENTITIES(ID) ON DELETE CASCADE",
        "UNIQUE (VariableId, Value)",
    ),
    "DATABOOLEAN": _data("Value INTEGER NOT NULL DEFAULT 1"),
    "DATAINTEGER": _data("Value INTEGER NOT NULL DEFAULT 0"),
    "DATASHORTTEXT": _data("Entity INTEGER NOT NULL REFERENCES ENTITIES(ID) ON DELETE CASCADE"),
    "DATALONGTEXT": _data("Value TEXT DEFAULT ''"),
    "ATTRIBUTEVARIABLES": (
        KEY,
        _refers("VariableId", "VARIABLES"),
        "AttributeVariable TEXT NOT NULL",
    ),
    "ATTRIBUTEVALUES": (
        KEY,
        _refers("EntityId", "ENTITIES"),
        _refers("AttributeVariableId", "ATTRIBUTEVARIABLES"),
        "AttributeValue TEXT NOT NULL DEFAULT ''",
    ),
}


def statements() -> list[str]:
    """Return the SQL that creates the tables, in this order; SQLite allows references ahead."""
    return [f"CREATE TABLE {name} ({', '.join(columns)})" for name, columns in TABLES.items()]
