"""What a search finds an object by, out of what a version says."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, func, literal_column

LONGEST = 200_000  # characters: a search vector takes no more than a megabyte
FIELDS = {
    "negotiation": ("title", "summary"),
    "party": ("name", "short_name", "aliases"),
    "speaker": ("name", "office", "aliases"),
    "issue": ("title", "question", "group"),
    "option": ("label",),
    "source": ("title", "publisher", "author", "url", "reference"),
}
# Of a column or parameter. Letters that only look otherwise are the usual ones: the ligature `ﬁ` is `fi`.
VECTOR = (
    "to_tsvector('simple', normalize({0}, NFKC)) || to_tsvector('english', normalize({0}, NFKC))"
)


def words_of(kind: str, snapshot: Mapping[str, Any]) -> str:
    """The words of a version by which searches find it; none for what no search finds."""
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
    """The search vector of the text that a statement is given as a parameter."""
    text: Any = func.normalize(bindparam(parameter), literal_column("NFKC"))
    return func.to_tsvector("simple", text).op("||")(func.to_tsvector("english", text))
