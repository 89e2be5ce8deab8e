"""Let the database write the rows of an export: what is stored passes Python unread.

A row is a position with one of its quotes. Its columns are CSV or the fields of a JSON object. What
has to be looked up or put into words stands in it as a key, in JSON; `row_keys` reads them.
"""

import secrets
from collections.abc import Iterable, Iterator, Sequence
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


# The fields of the API, where they are other ones.
VERSION_FIELDS = {
    "id": "r.object_id",
    "uid": "d.uid",
    "version": "r.version",
    "status": "d.status",
    "act": "d.act",
}
SUMMARY_FIELDS = {"summary": "d.summary", "firmness": "d.firmness"}
RECORD_FIELDS = {
    **{name: RECORD[name] for name in RECORD if name != "position_url"},
    "url": "'/positions/' || r.object_id",
}
WORDS_FIELDS = {name.removeprefix("quote_"): column for name, column in WORDS.items()} | {
    "segments": "replace(checked.segments::text, ' ', '')::json"
}


class Row(NamedTuple):
    """The parts of a row."""

    cell: bytes  # key: the numbers of the party and the issue
    version: bytes
    summary: bytes  # empty in CSV, where the version has it
    stance: bytes  # key: the number of the issue, the act, and the attitudes
    attribution: bytes  # key: the numbers of the parties by whose word alone it is known
    salience: bytes
    links: bytes  # key: links to other issues
    record: bytes
    redacted: bytes  # key: what was redacted of the position
    proposals: bytes  # key: who proposed it
    current: bytes
    words: bytes
    speaker: bytes  # key: the number of the speaker, the office, and the number of the party
    source: bytes  # key: its number
    fragment: bytes  # key of the link, with the page
    page: bytes
    # Key: what the link is made of where the check did not store it; NO_LINK for no link.
    unstored: bytes
    blanked: bytes  # key: that the quote was redacted
    place: bytes  # of the quote among those of its position


NO_LINK = b"-"
_COLUMNS = {"version": VERSION, "record": RECORD, "words": WORDS}
_FIELDS = {
    "version": VERSION_FIELDS,
    "summary": SUMMARY_FIELDS,
    "record": RECORD_FIELDS,
    "words": WORDS_FIELDS,
}
_PARTS = {
    "cell": "jsonb_build_array(d.party_id, d.issue_id)",
    "summary": "NULL",
    "stance": "jsonb_build_array(d.issue_id, d.act, d.attitudes)",
    "attribution": """CASE WHEN k.attributed
                      THEN jsonb_path_query_array(d.quotes, '$[*].party_id') END""",
    "salience": "d.salience",
    "links": "nullif(d.links, '[]')",
    "redacted": "d.redacted",
    "proposals": "d.proposals",
    "current": "k.current",
    "speaker": "jsonb_build_array(q.speaker_id, q.office, q.party_id)",
    "source": "q.source_id",
    "fragment": "checked.fragment",
    "page": "checked.page",
    "unstored": """CASE WHEN q.id IS NULL OR q.redacted IS NOT NULL THEN '-'
                   WHEN checked.fragment IS NULL THEN jsonb_build_array(q.exact, q.prefix, q.suffix,
                     checked.verification, checked.prefix, checked.suffix)::text END""",
    "blanked": "q.redacted",
    "place": "q.place",
}
_FROM = """
FROM unnest(%(seqs)s::bigint[], %(numbers)s::int[], %(current)s::text[], %(attributed)s::bool[])
     WITH ORDINALITY AS k(seq, n, current, attributed, place)
JOIN log_revision r ON r.seq = k.seq AND r.n = k.n
JOIN log_commit c ON c.seq = r.seq
CROSS JOIN LATERAL jsonb_to_record(r.snapshot) AS d(
  uid text, party_id bigint, issue_id bigint, act text, summary text, firmness text,
  status text, attitudes jsonb, salience int, links jsonb, stated_on text, stated_from text,
  stated_by text, redacted jsonb, proposals jsonb, quotes jsonb)
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


async def csv_rows(
    session: AsyncSession, at: Moment, keys: Sequence[Any], *, base: str, exact: bool
) -> list[Row]:
    """Return the rows of versions by (seq, n, current, attributed), in this order."""
    mark = secrets.token_hex(8)  # no text has it
    parts = [
        ", ".join(_column(n, c, exact) for n, c in _COLUMNS[name].items())
        if name in _COLUMNS
        else _PARTS[name]
        for name in Row._fields
    ]
    statement = _copy(f", '{mark}', ".join(parts), "FORMAT csv")
    values = {"base": base, "signs": "".join(sorted(FORMULA - {"\0"}))}  # no text has a NUL
    return await _read(session, at, keys, (statement, f",{mark},"), **values)


async def json_rows(session: AsyncSession, at: Moment, keys: Sequence[Any]) -> list[Row]:
    """Return the same rows with JSON objects for columns."""
    parts = [_object(_FIELDS[name]) if name in _FIELDS else _PARTS[name] for name in Row._fields]
    # JSON has neither of these two characters, so nothing is ever put in quotation marks.
    form = r"FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01'"
    return await _read(session, at, keys, (_copy(", ".join(parts), form), "\x02"))


def by_position(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Part rows by position; a position without quotes has one row, without a place."""
    own: list[Row] = []
    for row in rows:
        if own and row.place in (b"", b"1"):
            yield own
            own = []
        own.append(row)
    if own:
        yield own


async def _read(
    session: AsyncSession,
    at: Moment,
    keys: Sequence[Any],
    statement: tuple[str, str],  # and what is between the parts of a row
    **values: str,
) -> list[Row]:
    seqs, numbers, current, attributed = zip(*keys, strict=True)
    given = values | {
        "at": at.seq,
        "seqs": _array(seqs),
        "numbers": _array(numbers),
        "current": _array(current).lower(),
        "attributed": _array(attributed),
    }
    connection = await (await session.connection()).get_raw_connection()
    driver: Any = connection.driver_connection
    copy_out, between = statement[0], statement[1].encode()
    async with driver.cursor() as cursor, cursor.copy(copy_out, given) as rows:
        return [Row(*bytes(row)[:-1].split(between)) async for row in rows]


def _copy(columns: str, form: str) -> str:
    return f"COPY (SELECT {columns} {_FROM}) TO STDOUT ({form})"


def _array(values: Iterable[int]) -> str:
    """Return an array of numbers or booleans as the database reads it; the driver takes longer."""
    return f"{{{','.join(map(str, values))}}}"


def _object(fields: dict[str, str]) -> str:
    listed = ", ".join(f'{column} AS "{name}"' for name, column in fields.items())
    return f"(SELECT row_to_json(o) FROM (SELECT {listed}) o)"  # noqa: S608  (our own columns)


def _column(name: str, column: str, exact: bool) -> str:
    """Return the SQL of a column; texts get an apostrophe as `columns.guarded` sets it."""
    if name not in TYPED:
        return column
    filled = f"nullif({column}, '')"  # COPY would write an empty text as two quotation marks
    if exact:
        return filled
    like = f"strpos(%(signs)s, left({filled}, 1)) > 0"
    return f"CASE WHEN {like} THEN '''' || {column} ELSE {filled} END"
