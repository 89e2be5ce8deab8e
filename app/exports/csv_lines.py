"""Put together the lines of a CSV: rows that the database wrote, with their keys put into words.

Most keys occur again and again, so their words are kept.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from app.exports.columns import (
    Text,
    as_json,
    attribution_columns,
    cell_columns,
    source_columns,
    speaker_columns,
    stance_columns,
)
from app.exports.evidence_columns import evidence_in, evidence_row, words_of_csv
from app.exports.row_keys import Batch, RowKeys
from app.exports.selection import Selection
from app.exports.stored_rows import Row, by_position

MOST = 10_000  # of the words of one kind of key


class Words(dict[bytes, bytes]):
    """Columns as CSV by the key that they follow from, made when first needed."""

    def __init__(self, columns: Callable[[bytes], Mapping[str, Any]], text: Text) -> None:
        super().__init__()
        self._columns, self._text = columns, text

    def __missing__(self, key: bytes) -> bytes:
        if len(self) >= MOST:
            self.clear()
        made = self[key] = write_line(self._columns(key).values(), self._text).encode()
        return made


class Lines:
    """Write the lines of one export; `more` returns the last columns by party and issue.

    Columns of what each position rests on follow, where the export has them.
    """

    def __init__(
        self,
        chosen: Selection,
        keys: RowKeys,
        text: Text,
        more: Callable[[str, str], Mapping[str, Any]],
    ) -> None:
        self._chosen, self._keys, self._text, self._more = chosen, keys, text, more
        self._facts: dict[bytes, bytes] = {}  # of the batch, by version
        self._batch = Batch([], {})
        self._cells = Words(self._cell, text)
        self._stances = Words(lambda key: stance_columns(*keys.stance(key)), text)
        self._attributions = Words(self._attribution, text)
        self._links = Words(lambda key: {"links": as_json(keys.links(key))}, text)
        self._speakers = Words(lambda key: speaker_columns(keys.speaker(key)), text)
        self._sources = Words(lambda key: source_columns(self._batch.sources.get(key)), text)
        self._ends = Words(self._end, text)

    def write(self, batch: Batch, rows: Iterable[Row]) -> bytes:
        """Write some rows of a batch."""
        if self._chosen.evidence and batch is not self._batch:
            self._facts = dict(self._weigh(each, batch) for each in by_position(batch.rows))
        self._batch = batch
        made = [
            b",".join(
                (
                    self._cells[row.cell],
                    row.version,
                    self._stances[row.stance],
                    self._attributions[row.attribution],
                    row.salience,
                    self._links[row.links],
                    row.record,
                    row.words,
                    self._speakers[row.speaker],
                    self._sources[row.source],
                    self._way_out(row),
                    self._ends[row.cell],
                    *([self._facts[row.version]] if self._chosen.evidence else ()),
                )
            )
            for row in rows
        ]
        return b"\r\n".join([*made, b""])

    def _weigh(self, rows: Sequence[Row], batch: Batch) -> tuple[bytes, bytes]:
        found = evidence_in(rows, batch, self._keys, words_of_csv)
        return rows[0].version, write_line(evidence_row(found).values(), self._text).encode()

    def _cell(self, key: bytes) -> Mapping[str, Any]:
        party, issue = self._keys.cell(key)
        return cell_columns(self._chosen.slug, party, self._chosen.names, issue)

    def _attribution(self, key: bytes) -> Mapping[str, Any]:
        return attribution_columns(self._keys.attribution(key), self._chosen.names)

    def _way_out(self, row: Row) -> bytes:
        source = self._batch.sources.get(row.source)
        link = self._keys.way_out(row, source) if source else None
        return _quoted(self._text(link)).encode() if link else b""

    def _end(self, key: bytes) -> Mapping[str, Any]:
        party, issue = self._keys.cell(key)
        return self._more(party, issue.slug)


def write_line(values: Iterable[Any], text: Text) -> str:
    """Write values as `csv.writer` does; `text` is applied to every text."""
    return ",".join([_written(value, text) for value in values])


def _written(value: object, text: Text) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return _quoted(text(str.__str__(value)))
        case _:
            return str(value)


def _quoted(text: str) -> str:
    if '"' in text or "," in text or "\r" in text or "\n" in text:
        doubled = text.replace('"', '""')
        return f'"{doubled}"'
    return text
