"""Let the database write the rows of an export as CSV: what is stored passes Python unread.

A row is a position with one of its quotes. What has to be looked up or put into words stands in it
as a key, which `csv_lines` replaces; a mark separates keys and columns.
"""

import secrets
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from app.exports.columns import FORMULA
from app.log.reader import Moment

# Columns by their names, as the database writes them.
VERSION = {
    "position_id": "r.object_id",
    "position_uid": "d.uid",
    "version": "r.version",
    "current": "k.current",
    "act": "d.act",
    "summary": "d.summary",
    "firmness": "d.firmness",
}
RECORD = {
    "stated_on": "d.stated_on",
    "stated_from": "d.stated_from",
    "stated_by": "d.stated_by",
    "recorded_at": """to_char(coalesce(r.recorded_at, c.at) AT TIME ZONE 'UTC',
                              'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')""",
    "recorded_by": "coalesce(r.recorded_by, c.by)",
    "action": "r.action",
    "reason": "r.reason",
    "position_url": "%(base)s || '/positions/' || r.object_id",
}
WORDS = {
    "quote_id": "q.id",
    "quote_uid": "q.uid",
    "exact": "q.exact",
    "prefix": "checked.prefix",
    "suffix": "checked.suffix",
    "kind": "q.kind",
    "language": "q.language",
    "translated_from": "q.translated_from",
    "translation": "q.translation",
    "said_on": "q.said_on",
    "verification": "checked.verification",
    "start": "checked.start",
    "end": 'checked."end"',
    "segments": "replace(checked.segments::text, ' ', '')",
}
# Of these, what people typed: it may be empty, or begin like a formula.
TYPED = {
    "summary", "recorded_by", "reason", "exact", "prefix", "suffix", "language",
    "translated_from", "translation",
}  # fmt: skip


class Row(NamedTuple):
    """The parts of a row, all as CSV."""

    cell: bytes  # key: the numbers of the party and the issue
    version: bytes
    stance: bytes  # key: the number of the issue, the act, and the attitudes as JSON
    attribution: bytes  # key: the numbers of the parties by whose word alone it is known, as JSON
    salience: bytes
    links: bytes  # key: links to other issues as JSON
    record: bytes
    words: bytes
    speaker: bytes  # key: the number of the speaker, the office, and the number of the party
    source: bytes  # key: its number
    fragment: bytes  # key of the link, with the page
    page: bytes
    # What the link is made of, as JSON, where the check did not store it; NO_LINK for no link.
    unstored: bytes


NO_LINK = b"-"
_KEYS = {
    "cell": "d.party_id, d.issue_id",
    "stance": "d.issue_id, d.act, d.attitudes",
    "attribution": """CASE WHEN k.attributed
                      THEN jsonb_path_query_array(d.quotes, '$[*].party_id') END""",
    "salience": "d.salience",
    "links": "nullif(d.links, '[]')",
    "speaker": "q.speaker_id, q.office, q.party_id",
    "source": "q.source_id",
    "fragment": "checked.fragment",
    "page": "checked.page",
    "unstored": """CASE WHEN q.id IS NULL OR q.redacted IS NOT NULL THEN '-'
                   WHEN checked.fragment IS NULL THEN jsonb_build_array(q.exact, q.prefix, q.suffix,
                     checked.verification, checked.prefix, checked.suffix)::text END""",
}
_FROM = """
FROM unnest(%(seqs)s::bigint[], %(numbers)s::int[], %(current)s::text[], %(attributed)s::bool[])
     WITH ORDINALITY AS k(seq, n, current, attributed, place)
JOIN log_revision r ON r.seq = k.seq AND r.n = k.n
JOIN log_commit c ON c.seq = r.seq
CROSS JOIN LATERAL jsonb_to_record(r.snapshot) AS d(
  uid text, party_id bigint, issue_id bigint, act text, summary text, firmness text,
  attitudes jsonb, salience int, links jsonb, stated_on text, stated_from text, stated_by text,
  quotes jsonb)
LEFT JOIN LATERAL ROWS FROM (jsonb_to_recordset(d.quotes) AS (
  id bigint, uid text, exact text, prefix text, suffix text, kind text, language text,
  translated_from text, translation text, said_on text, speaker_id bigint, office text,
  party_id bigint, source_id bigint, redacted jsonb))
  WITH ORDINALITY AS q(
  id, uid, exact, prefix, suffix, kind, language, translated_from, translation, said_on,
  speaker_id, office, party_id, source_id, redacted, place) ON true
LEFT JOIN LATERAL (
  SELECT verification, prefix, suffix, start, "end", segments, fragment, page
  FROM quote_check WHERE quote_id = q.id AND seq <= %(at)s ORDER BY seq DESC LIMIT 1
) checked ON true
ORDER BY k.place, q.place"""


async def stored_rows(
    session: AsyncSession, at: Moment, keys: Sequence[Any], *, base: str, exact: bool
) -> list[Row]:
    """Return the rows of versions by (seq, n, current, attributed), in this order."""
    mark = secrets.token_hex(8)  # no text has it
    parts = [
        _KEYS.get(name) or ", ".join(_written(columns, exact))
        for name, columns in zip(Row._fields, _columns(), strict=True)
    ]
    statement = f"COPY (SELECT {', %(mark)s, '.join(parts)} {_FROM}) TO STDOUT (FORMAT csv)"
    seqs, numbers, current, attributed = zip(*keys, strict=True)
    values = {
        "mark": mark,
        "base": base,
        "signs": "".join(sorted(FORMULA - {"\0"})),  # the database holds no NUL
        "at": at.seq,
        "seqs": _array(seqs),
        "numbers": _array(numbers),
        "current": _array(current).lower(),
        "attributed": _array(attributed),
    }
    connection = await (await session.connection()).get_raw_connection()
    driver: Any = connection.driver_connection
    between = f",{mark},".encode()
    async with driver.cursor() as cursor, cursor.copy(statement, values) as copy:
        return [Row(*bytes(row)[:-1].split(between)) async for row in copy]


def _array(values: Iterable[int]) -> str:
    """Return an array of numbers or booleans as the database reads it; the driver takes longer."""
    return f"{{{','.join(map(str, values))}}}"


def _columns() -> list[dict[str, str]]:
    written = {"version": VERSION, "record": RECORD, "words": WORDS}
    return [written.get(name, {}) for name in Row._fields]


def _written(columns: dict[str, str], exact: bool) -> list[str]:
    """Return the SQL of columns; texts get an apostrophe as `columns.guarded` sets it."""
    made = []
    for name, column in columns.items():
        # COPY writes an empty text as two quotation marks.
        filled = f"nullif({column}, '')" if name in TYPED else column
        if name in TYPED and not exact:
            like = f"strpos(%(signs)s, left({filled}, 1)) > 0"
            filled = f"CASE WHEN {like} THEN '''' || {column} ELSE {filled} END"
        made.append(filled)
    return made
