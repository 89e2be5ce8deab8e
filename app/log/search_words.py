"""Collect the words by which a search finds an object."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, func, literal_column
from sqlalchemy.dialects.postgresql import REGCONFIG

LONGEST = 200_000  # characters: a tsvector is limited to one megabyte
# Configurations of PostgreSQL's search: words as they are written, and by their English stems.
SIMPLE = literal_column("'simple'", REGCONFIG)
ENGLISH = literal_column("'english'", REGCONFIG)
FIELDS = {
    "negotiation": ("title", "summary"),
    "party": ("name", "short_name", "aliases"),
    "speaker": ("name", "office", "aliases"),
    "issue": ("title", "question", "group"),
    "option": ("label",),
    "source": ("title", "publisher", "author", "url", "reference"),
}
# The search vector of a column or parameter. NFKC turns letters that only look different into the
# usual ones: the ligature `ﬁ` into `fi`.
VECTOR = (
    "to_tsvector('simple', normalize({0}, NFKC)) || to_tsvector('english', normalize({0}, NFKC))"
)
# The same, sooner for a text in ASCII, in which there is nothing to normalise.
VECTOR_OF_MANY = (
    "CASE WHEN octet_length({0}) = char_length({0})"
    f" THEN to_tsvector('simple', {{0}}) || to_tsvector('english', {{0}}) ELSE {VECTOR} END"
)


def words_of(kind: str, snapshot: Mapping[str, Any]) -> str:
    """Return the text by which searches find a version; empty for kinds that are not searched."""
    if kind == "position":
        said = [snapshot["summary"], *(a["condition"] for a in snapshot["attitudes"])]
        said += [q[name] for q in snapshot["quotes"] for name in ("exact", "translation")]
    else:
        said = []
        for name in FIELDS.get(kind, ()):
            value = snapshot[name]
            said += value if isinstance(value, list) else [value]
    return " ".join(filter(None, said))[:LONGEST]


def search_vector(parameter: str) -> Any:
    """Return the SQL expression for the search vector of a bound parameter's text."""
    text: Any = func.normalize(bindparam(parameter), literal_column("NFKC"))
    return func.to_tsvector(SIMPLE, text).op("||")(func.to_tsvector(ENGLISH, text))
