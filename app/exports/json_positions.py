"""Put together positions as JSON: rows that the database wrote, with their keys put into words."""

from collections.abc import Callable, Sequence
from typing import Any

from app.exports.csv_lines import MOST
from app.exports.evidence_columns import evidence_in, evidence_json, words_of_json
from app.exports.row_keys import Batch, RowKeys, read_key
from app.exports.selection import Selection
from app.exports.stored_rows import Row
from app.http.responses import dumps
from app.positions.views import ProposedView, SourceView
from app.sources.views import TombstoneView


class Fields(dict[bytes, bytes]):
    """Fields of a JSON object by the key that they follow from, made when first needed."""

    def __init__(self, fields: Callable[[bytes], dict[str, Any]]) -> None:
        super().__init__()
        self._fields = fields

    def __missing__(self, key: bytes) -> bytes:
        if len(self) >= MOST:
            self.clear()
        made = self[key] = dumps(self._fields(key))[1:-1]
        return made


class Positions:
    """Write the positions of one export."""

    def __init__(self, chosen: Selection, keys: RowKeys) -> None:
        self._negotiation, self._keys, self._evidence = chosen.slug, keys, chosen.evidence
        self._batch = Batch([], {})
        self._cells = Fields(self._cell)
        self._stances = Fields(self._stance)
        self._attributions = Fields(lambda key: {"attributed_by": keys.attribution(key)})
        self._links = Fields(lambda key: {"links": keys.links(key)})
        self._speakers = Fields(lambda key: {"speaker": keys.speaker(key)})
        self._speaker_ids = Fields(lambda key: {"speaker_id": read_key(key)[0]})
        self._sources = Fields(lambda key: {"source": self._batch.sources[key]})

    def write(self, batch: Batch, rows: Sequence[Row]) -> bytes:
        """Write a position from its rows, one for each quote."""
        self._batch = batch
        row = rows[0]
        quotes = [self._quote(r, batch.sources[r.source]) for r in rows if r.place]
        parts = (
            row.version[1:-1],
            self._cells[row.cell],
            row.summary[1:-1],
            self._stances[row.stance],
            self._attributions[row.attribution],
            b'"salience":' + (row.salience or b"null"),
            self._links[row.links],
            row.record[1:-1],
            b'"quotes":[' + b",".join(quotes) + b"]",
            b'"redacted":' + _tombstones(row.redacted),
            b'"proposals":' + _proposals(row.proposals),
            b'"current":' + row.current,
            *([self._weigh(rows, batch)] if self._evidence else ()),
        )
        return b"{" + b",".join(parts) + b"}"

    def _weigh(self, rows: Sequence[Row], batch: Batch) -> bytes:
        found = evidence_in(rows, batch, self._keys, words_of_json)
        return b'"evidence":' + dumps(evidence_json(found))

    def _quote(self, row: Row, source: SourceView) -> bytes:
        parts = (
            row.words[1:-1],
            self._speakers[row.speaker],
            self._sources[row.source],
            b'"link":' + dumps(self._keys.way_out(row, source)),
            self._speaker_ids[row.speaker],
            b'"redacted":' + _tombstone(row.blanked),
            b'"page":' + (row.page or b"null"),
        )
        return b"{" + b",".join(parts) + b"}"

    def _cell(self, key: bytes) -> dict[str, Any]:
        party, issue = self._keys.cell(key)
        return {"negotiation": self._negotiation, "party": party, "issue": issue.slug}

    def _stance(self, key: bytes) -> dict[str, Any]:
        stated, _ = self._keys.stance(key)
        return {
            "attitudes": stated.attitudes,
            "conditions": stated.conditions,
            "inferred": stated.inferred,
        }


def _tombstone(key: bytes) -> bytes:
    return dumps(TombstoneView(**read_key(key))) if key else b"null"


def _tombstones(key: bytes) -> bytes:
    if not key:
        return b"null"
    return dumps({part: TombstoneView(**t) for part, t in read_key(key).items()})


def _proposals(key: bytes) -> bytes:
    return dumps([ProposedView(**p) for p in read_key(key)]) if key else b"null"
