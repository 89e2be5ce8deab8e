"""Write the live rows of a position: what its newest version says, laid out in tables."""
# ruff: noqa: S608 (statements of our own)

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import delete, inspect, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import make_transient_to_detached

from app.db.prepared import Prepared
from app.log.entry import snapshot
from app.models.position import Position, PositionAttitude, PositionLink, PositionQuote
from app.models.source import Quote
from app.positions.queries import as_date

SAID = (
    "status",
    "act",
    "summary",
    "firmness",
    "salience",
    "stated_on",
    "from_by_hand",
    "by_by_hand",
)


async def store(
    session: AsyncSession, position: Position, document: dict[str, Any], new: Sequence[Quote]
) -> None:
    """Store what a version says, with its new quotes, also if the position itself is new.

    The quotes in the document, and the rows, get their ids.
    """
    for name in SAID:
        setattr(position, name, document[name])
    for name in ("stated_from", "stated_by"):
        setattr(position, name, as_date(document[name]))
    if inspect(position).transient:
        await _insert(session, position, document, new)
        return
    session.add_all(new)
    await session.flush()
    _number(document, {str(quote.uid): quote.id for quote in new})
    await lay_out(session, position, document)


async def lay_out(session: AsyncSession, position: Position, document: Mapping[str, Any]) -> None:
    """Replace the attitudes, links and quotes of a position in the tables by its document's."""
    for model in (PositionAttitude, PositionLink, PositionQuote):
        await session.execute(delete(model).where(model.position_id == position.id))
    await LAY_OUT.all(session, position=position.id, issue=position.issue_id, **_parts(document))


async def _insert(
    session: AsyncSession, position: Position, document: dict[str, Any], new: Sequence[Quote]
) -> None:
    """Insert a position with all that belongs to it, by one statement."""
    rows = await INSERT.all(
        session,
        said=orjson.dumps(snapshot(position)).decode(),
        written=orjson.dumps([snapshot(quote) for quote in new]).decode(),
        **_parts(document),
    )
    position.id = rows[0].position
    make_transient_to_detached(position)
    session.add(position)
    numbers = {str(row.uid): row.quote for row in rows}
    for quote in new:
        quote.id = numbers[str(quote.uid)]
    _number(document, numbers)


def _number(document: dict[str, Any], numbers: Mapping[str, int]) -> None:
    document["quotes"] = [{"id": q.get("id") or numbers[q["uid"]], **q} for q in document["quotes"]]


def _parts(document: Mapping[str, Any]) -> dict[str, str]:
    """Return the attitudes, links and quotes as JSON; quotes without an id are found by uid."""
    rows = {
        "attitudes": document["attitudes"],
        "links": [{**link, "ordinal": i} for i, link in enumerate(document["links"])],
        "quotes": [
            {"id": q.get("id"), "uid": q["uid"], "ordinal": i}
            for i, q in enumerate(document["quotes"])
        ],
    }
    return {name: orjson.dumps(some).decode() for name, some in rows.items()}


# Rows come as JSON, so that a statement is the same however many there are of each kind.
PARTS = """
attitude AS (
  INSERT INTO position_attitude (position_id, option_id, issue_id, attitude, condition, inferred)
  SELECT at.id, option_id, at.issue_id, attitude, condition, inferred
  FROM at, jsonb_to_recordset(CAST(:attitudes AS jsonb)) AS a(
    option_id bigint, attitude text, condition text, inferred boolean)
),
link AS (
  INSERT INTO position_link (position_id, ordinal, issue_id, option_id, kind)
  SELECT at.id, ordinal, l.issue_id, option_id, kind
  FROM at, jsonb_to_recordset(CAST(:links AS jsonb)) AS l(
    ordinal int, issue_id bigint, option_id bigint, kind text)
),
quoted AS (
  INSERT INTO position_quote (position_id, quote_id, ordinal)
  SELECT at.id, coalesce(q.id, n.id), q.ordinal
  FROM at CROSS JOIN jsonb_to_recordset(CAST(:quotes AS jsonb)) AS q(
    id bigint, uid uuid, ordinal int)
  LEFT JOIN new_quote n ON n.uid = q.uid
)"""
LAY_OUT = Prepared(
    lambda: text(f"""
WITH at(id, issue_id) AS (SELECT CAST(:position AS bigint), CAST(:issue AS bigint)),
new_quote AS (SELECT CAST(NULL AS bigint) AS id, CAST(NULL AS uuid) AS uid),
{PARTS} SELECT""")
)
INSERT = Prepared(
    lambda: text(f"""
WITH at AS (
  INSERT INTO position (uid, version, negotiation_id, party_id, issue_id, status, act, summary,
    firmness, salience, stated_on, stated_from, stated_by, from_by_hand, by_by_hand, created_by,
    first_published_at)
  SELECT uid, 1, negotiation_id, party_id, issue_id, status, act, summary,
    firmness, salience, stated_on, stated_from, stated_by, from_by_hand, by_by_hand, created_by,
    first_published_at
  FROM jsonb_to_record(CAST(:said AS jsonb)) AS p(
    uid uuid, negotiation_id bigint, party_id bigint, issue_id bigint, status text, act text,
    summary text, firmness text, salience int, stated_on text, stated_from date, stated_by date,
    from_by_hand boolean, by_by_hand boolean, created_by text,
    first_published_at timestamptz)
  RETURNING id, issue_id
),
new_quote AS (
  INSERT INTO quote (uid, source_id, exact, prefix, suffix, kind, language, translated_from,
    translation, said_on, speaker_id, office, party_id)
  SELECT uid, source_id, exact, prefix, suffix, kind, language, translated_from,
    translation, said_on, speaker_id, office, party_id
  FROM jsonb_to_recordset(CAST(:written AS jsonb)) AS q(
    uid uuid, source_id bigint, exact text, prefix text, suffix text, kind text, language text,
    translated_from text, translation text, said_on text, speaker_id bigint, office text,
    party_id bigint)
  RETURNING id, uid
),
{PARTS}
SELECT at.id AS position, n.id AS quote, n.uid FROM at LEFT JOIN new_quote n ON true""")
)
