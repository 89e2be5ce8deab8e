"""Define the columns of a positions CSV, and read their cells.

They are those of the long export, with shorter names for files made by hand.
"""

import json
import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from app.core import dates
from app.core.text_lines import line_ends
from app.exports.columns import (
    FORMULA,
    INVENTED_COLUMN,
    MOVE_COLUMNS,
    POSITION_COLUMNS,
    QUOTE_COLUMNS,
    TIME_COLUMNS,
)

POSITION = (
    "position_uid", "version", "position", "negotiation", "party", "issue", "status", "act",
    "summary", "firmness", "prefers", "accepts", "rejects", "attitudes", "conditions", "inferred",
    "salience", "links", "stated_on", "stated_from", "stated_by",
)  # fmt: skip
SPEAKER = ("speaker_name", "speaker_office", "speaker_party")
SOURCE = (
    "source_uid", "source_url", "source_reference", "source_title", "source_publisher",
    "source_author", "source_published_on", "source_kind", "source_language",
)  # fmt: skip
QUOTE = (
    "quote_uid", "exact", "prefix", "suffix", "kind", "language", "translated_from", "translation",
    "said_on", *SPEAKER, *SOURCE,
)  # fmt: skip
# The other columns of the export, which an import ignores because it computes them itself.
TOLD = {*POSITION_COLUMNS, *MOVE_COLUMNS, *QUOTE_COLUMNS, *TIME_COLUMNS, *INVENTED_COLUMN} - {
    *POSITION,
    *QUOTE,
}
SHORT = {
    "quote": "exact", "speaker": "speaker_name", "office": "speaker_office", "url": "source_url",
    "reference": "source_reference", "title": "source_title", "publisher": "source_publisher",
    "author": "source_author", "published_on": "source_published_on", "uid": "position_uid",
    "date": "stated_on",
}  # fmt: skip
DATES = ("stated_on", "stated_from", "stated_by", "said_on", "source_published_on")
VERBATIM = {"exact", "prefix", "suffix"}
VERBS = ("prefers", "accepts", "rejects")
_NUMERIC = re.compile(r"\s*([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4})\s*")


class DateOrder(StrEnum):
    """The order of day and month in dates made of three numbers."""

    DMY = "dmy"
    MDY = "mdy"


def canonical(name: str) -> str:
    """Return the standard name of a column: `stated_on` for `Stated on`."""
    made = "_".join(name.strip().lower().replace("-", " ").split())
    return SHORT.get(made, made)


def known(name: str) -> bool:
    """Tell whether a column has a known name; names with `_` first are free for the user."""
    return name in POSITION or name in QUOTE or name in TOLD or name.startswith("_")


def unquoted_cell(column: str, cell: str) -> str:
    """Return a cell without the apostrophe that the export puts before what looks like a formula.

    Except in verbatim columns, white space around the text is removed.
    """
    text = line_ends(cell[1:] if cell.startswith("'") and cell[1:2] in FORMULA else cell)
    return text if column in VERBATIM else text.strip()


def is_unclear(cell: str) -> bool:
    """Tell whether a date of three numbers can mean two different days."""
    found = _NUMERIC.fullmatch(cell)
    return (
        found is not None
        and found[1].lstrip("0") != found[3].lstrip("0")
        and max(int(found[1]), int(found[3])) < 13
    )


def read_date(cell: str, order: DateOrder | None, today: date) -> str:
    """Return a date as it is stored; raise ValueError with the reason if it is not clear."""
    numeric = _NUMERIC.fullmatch(cell)
    if numeric and order:
        a, _, b, year = numeric.groups()
        day, month = (a, b) if order == DateOrder.DMY else (b, a)
        return dates.parse(f"{year}-{month:0>2}-{day:0>2}").text
    if is_unclear(cell):
        raise ValueError(
            f"“{cell.strip()}” can mean two days: choose whether the day or the month comes first"
        )
    return dates.parse_human(cell, today).text


def read_list(cell: str, names: Mapping[str, set[str]]) -> list[str]:
    """Split names separated by ;, | or line ends; slugs also by spaces, as in the export."""
    cell = cell.strip()
    parts = [p.strip() for p in re.split(r"[;|\n]", cell) if p.strip()]
    if (
        len(parts) == 1
        and folded(cell) not in names
        and all(folded(p) in names for p in cell.split())
    ):
        return cell.split()
    return parts


def folded(name: str) -> str:
    """Return a name in the form that is compared: letter case and runs of spaces do not matter."""
    return " ".join(name.split()).casefold()


def read_json(cell: str, kind: type) -> object:
    """Parse a cell with JSON, as the export writes it; raise ValueError for any other content."""
    try:
        found = json.loads(cell)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, kind):
        raise ValueError(
            f"is not {'an object' if kind is dict else 'a list'} in JSON, as the export writes it"
        )
    return found
