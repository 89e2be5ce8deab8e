"""Say in exports what a position rests on: facts about its quotes, and no score."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from app.exports.row_keys import Batch, RowKeys
from app.exports.stored_rows import WORDS, Row
from app.positions.evidence import Cited, Evidence, evidence_of
from app.positions.views import SourceView, SpeakerView

# Their names, with the fields that they come from.
EVIDENCE_COLUMNS = {
    "evidence_quotes": "quotes",
    "evidence_direct": "direct",
    "evidence_own_words": "own",
    "evidence_checked": "checked",
    "evidence_mismatched": "mismatched",
    "evidence_redacted": "redacted",
    "evidence_sources": "sources",
    "evidence_publishers": "publishers",
    "evidence_offices": "offices",
    "evidence_newest": "newest",
}


def evidence_row(found: Evidence) -> dict[str, Any]:
    """Return what a position rests on as columns; names are separated by `; `."""
    values = {column: getattr(found, field) for column, field in EVIDENCE_COLUMNS.items()}
    return {c: "; ".join(v) if isinstance(v, tuple) else v for c, v in values.items()}


def evidence_json(found: Evidence) -> dict[str, Any]:
    """Return the same as fields of a JSON object."""
    return {
        column.removeprefix("evidence_"): getattr(found, field)
        for column, field in EVIDENCE_COLUMNS.items()
    }


class CitedRow(NamedTuple):
    """A quote in a row of an export, as far as it counts."""

    kind: str
    verification: str
    said_on: str | None
    speaker: SpeakerView | None
    source: SourceView
    redacted: bytes | None


Words = Callable[[bytes], Mapping[str, str | None]]  # the columns of a quote by their names


def words_of_csv(written: bytes) -> Mapping[str, str | None]:
    """Read the columns of a quote as the database wrote them for CSV."""
    [values] = csv.reader(io.StringIO(written.decode(), newline=""))
    return {name: value or None for name, value in zip(WORDS, values, strict=True)}


def words_of_json(written: bytes) -> Mapping[str, str | None]:
    """Read the fields of a quote as the database wrote them for JSON."""
    found: Mapping[str, str | None] = orjson.loads(written)
    return found


def evidence_in(rows: Sequence[Row], batch: Batch, keys: RowKeys, read: Words) -> Evidence:
    """Count what a position rests on, from its rows, one for each quote."""
    party, _ = keys.cell(rows[0].cell)
    cited: list[Cited] = []
    for row in rows:
        if row.place:
            words = read(row.words)
            cited.append(
                CitedRow(
                    words["kind"] or "",
                    words["verification"] or "",
                    words["said_on"],
                    keys.speaker(row.speaker),
                    batch.sources[row.source],
                    row.blanked or None,
                )
            )
    return evidence_of(party, cited)
