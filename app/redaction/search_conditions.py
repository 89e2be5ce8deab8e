"""Build SQL conditions that select every text which may hold some words; Python checks closer."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Text, case, cast, func, literal, or_
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from app.log.search_words import SIMPLE
from app.redaction.word_match import Token, Wording, runs_of

MOST = 500  # runs of words in one query; of more, this many are chosen at even distances
# Bytes. A longer text may not fit into a search vector, so it is always selected.
INDEXED = 300_000


def mentions(column: Any, wording: Wording, names: Iterable[str] = ()) -> ColumnElement[bool]:
    """Select texts that hold a run of these words, or one of the `names`."""
    vector = func.to_tsvector(SIMPLE, func.coalesce(column, ""))
    return _held(vector, column, func.coalesce(func.octet_length(column), 0), wording, names)


def mentions_within(
    column: Any, wording: Wording, names: Iterable[str] = ()
) -> ColumnElement[bool]:
    """Select JSON documents with a string that holds a run of these words or one of the `names`."""
    vector = func.jsonb_to_tsvector(
        SIMPLE, func.coalesce(column, literal({}, JSONB)), literal(["string"], JSONB)
    )
    return _held(vector, cast(column, Text), func.octet_length(cast(column, Text)), wording, names)


def _held(
    vector: Any, column: Any, size: Any, wording: Wording, names: Iterable[str]
) -> ColumnElement[bool]:
    runs = [run for part in wording.parts for run in runs_of(part)]
    runs = runs[:: len(runs) // MOST + 1]
    spaced = [run for run in runs if all(t.counts > 1 for t in run)]
    unparted = [
        f"%{'%'.join(t.raw for t in run)}%" for run in runs if any(t.counts == 1 for t in run)
    ]
    asked = " | ".join([*map(_all_of, spaced), *map(_quoted, names)])
    conditions: list[ColumnElement[bool]] = []
    if asked:
        by_words = vector.bool_op("@@")(func.to_tsquery(SIMPLE, asked))
        conditions.append(case((size < INDEXED, by_words), else_=True))
    if unparted:
        conditions.append(column.like(func.any(literal(unparted, ARRAY(Text)))))
    return or_(*conditions) if conditions else literal(False)


def _all_of(run: Sequence[Token]) -> str:
    return f"({' & '.join(_quoted(t.raw) for t in run)})"


def _quoted(word: str) -> str:
    return f"'{word}'"
