"""Find the positions that have what is searched for, with all that they can be filtered by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import (
    Integer,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    cast,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import bad_parameter
from app.db.prepared import Prepared
from app.log.reader import NUMBERS, Moment, held_then
from app.models.log import ObjectPeriod, PositionPeriod
from app.models.vocabulary import PositionStatus
from app.search.queries import FEW, Matching
from app.search.schemas import SearchQuery

INDEXED = ("negotiation", "party", "issue")  # filters by which the database finds rows


@dataclass(frozen=True, slots=True)
class Statement:
    """A position in which something was found."""

    id: int
    version: int
    negotiation: int
    party: int
    issue: int
    firmness: str
    stated_by: date
    own: bool  # its own words were found, and not only a quote or who said it
    quotes: tuple[int, ...]  # those that were found
    kinds: tuple[str, ...]
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statements:
    """The positions found, newest first; `all` is false if there may be older ones."""

    found: Sequence[Statement]
    all: bool


def _newest(words: bool) -> Select[*tuple[Any, ...]]:
    """Select the newest positions, of those with the words if any are asked for."""
    columns = (PositionPeriod.negotiation_id, PositionPeriod.party_id, PositionPeriod.issue_id)
    chosen = [
        or_(
            func.cardinality(bindparam(name, type_=NUMBERS)) == 0,
            column == any_(bindparam(name, type_=NUMBERS)),
        )
        for name, column in zip(INDEXED, columns, strict=True)
    ]
    wanted = select(PositionPeriod.position_id).where(
        PositionPeriod.status == PositionStatus.PUBLISHED, held_then(PositionPeriod), *chosen
    )
    number: Any = PositionPeriod.position_id
    if words:
        number = ObjectPeriod.object_id
        wanted = (
            select(number)
            .join(
                PositionPeriod,
                and_(
                    PositionPeriod.seq_from == ObjectPeriod.seq_from,
                    PositionPeriod.n == ObjectPeriod.n,
                ),
            )
            .where(
                ObjectPeriod.kind == "position",
                held_then(ObjectPeriod),
                ObjectPeriod.words.op("@@")(cast(bindparam("words", type_=Text), TSQUERY)),
                PositionPeriod.status == PositionStatus.PUBLISHED,
                *chosen,
            )
        )
    return wanted.order_by(number.desc()).limit(bindparam("most", type_=Integer))


NEWEST = {words: Prepared(partial(_newest, words), planned_anew=True) for words in (False, True)}

# A quote is found with each published position that has been public with it. LATERAL with a limit
# makes the database look into an index for each row: it would rather read whole tables.
FACTS = Prepared(
    lambda: text(
        """
WITH said AS MATERIALIZED (
    SELECT unnest(CAST(:quotes AS bigint[])) AS id
    UNION SELECT id FROM (
        SELECT id FROM quote WHERE speaker_id = ANY (CAST(:speakers AS bigint[]))
        ORDER BY speaker_id, id DESC LIMIT CAST(:most AS integer)
    ) AS spoken
), wanted AS MATERIALIZED (
    SELECT position_id, bool_or(own) AS own, array_agg(quote_id) FILTER (WHERE NOT own) AS found
    FROM (
        SELECT unnest(CAST(:positions AS bigint[])) AS position_id, true AS own,
            CAST(NULL AS bigint) AS quote_id
        UNION ALL SELECT used.position_id, false, said.id FROM said CROSS JOIN LATERAL (
            SELECT position_id FROM log_quote_use
            WHERE quote_id = said.id AND seq <= CAST(:at AS bigint) LIMIT 50
        ) AS used
    ) AS each GROUP BY position_id ORDER BY position_id DESC LIMIT CAST(:most AS integer)
)
SELECT wanted.position_id, spell.version, spell.negotiation_id, spell.party_id, spell.issue_id,
    spell.firmness, spell.stated_by, wanted.own, wanted.found || used.found, used.kinds,
    used.languages
FROM wanted CROSS JOIN LATERAL (
    SELECT version, negotiation_id, party_id, issue_id, firmness, stated_by FROM log_spell
    WHERE position_id = wanted.position_id AND seq_from <= CAST(:at AS bigint)
        AND seq_to > CAST(:at AS bigint) AND status = 'published' LIMIT 1
) AS spell CROSS JOIN LATERAL (
    SELECT array_agg(DISTINCT one.kind) AS kinds,
        array_agg(DISTINCT one.language) FILTER (WHERE one.language IS NOT NULL) AS languages,
        array_agg(use.quote_id) FILTER (WHERE CAST(:words AS text) IS NOT NULL
            AND one.words @@ CAST(CAST(:words AS text) AS tsquery)) AS found
    FROM log_quote_use AS use CROSS JOIN LATERAL (
        SELECT kind, language, words FROM quote WHERE id = use.quote_id LIMIT 1
    ) AS one
    WHERE use.position_id = wanted.position_id AND use.seq <= CAST(:at AS bigint)
) AS used
ORDER BY wanted.position_id DESC
"""
    ),
    planned_anew=True,
)


async def list_statements(
    session: AsyncSession,
    at: Moment,
    matching: Matching | None,
    ids: Mapping[str, Sequence[int]],
    most: int = FEW,
) -> Statements:
    """Return the newest positions that match, `most` of them; `matching` is None for no words.

    If not all matches are listed, only those with these `ids` (by name of filter) are looked for.
    """
    complete = True
    if matching is not None and matching.objects is not None:
        positions = list(matching.objects.get("position", ()))
    else:
        asked: dict[str, Any] = {name: list(ids.get(name, ())) for name in INDEXED}
        if matching is not None:
            asked["words"] = matching.words
        rows = await NEWEST[matching is not None].all(session, at=at.seq, most=most + 1, **asked)
        positions, complete = [number for (number,) in rows], len(rows) <= most
    quotes = matching.quotes if matching else ()
    speakers = (matching.objects or {}).get("speaker", ()) if matching else ()
    rows = await FACTS.all(
        session,
        at=at.seq,
        positions=positions[:most],
        quotes=list(quotes or ()),
        speakers=list(speakers),
        words=matching.words if matching and quotes is None else None,  # not listed: looked up
        most=most + 1,
    )
    found = [_statement(row) for row in rows[:most]]
    return Statements(found, complete and len(rows) <= most)


def _statement(row: Sequence[Any]) -> Statement:
    number, version, negotiation, party, issue, firmness, stated_by, own, *lists = row
    quotes, kinds, languages = (tuple(sorted(set(many or ()))) for many in lists)
    place = (negotiation, party, issue)
    return Statement(number, version, *place, firmness, stated_by, own, quotes, kinds, languages)


IDS = Prepared(
    lambda: text(
        """
SELECT 'negotiation' AS kind, id, slug FROM negotiation
WHERE slug = ANY (CAST(:negotiation AS text[]))
UNION ALL SELECT 'party', id, slug FROM party WHERE slug = ANY (CAST(:party AS text[]))
UNION ALL SELECT 'issue', id, slug FROM issue WHERE slug = ANY (CAST(:issue AS text[]))
"""
    )
)


async def filter_ids(session: AsyncSession, query: SearchQuery) -> dict[str, list[int]]:
    """Return the ids of the slugs that filters name; raise Invalid for one that is none.

    Slugs never change, so the live rows are right for every moment.
    """
    asked = {name: query.filters[name] for name in INDEXED}
    found: dict[str, list[int]] = {name: [] for name in INDEXED}
    if not any(asked.values()):
        return found
    known = set()
    for kind, number, slug in await IDS.all(session, **asked):
        found[kind].append(number)
        known.add((kind, slug))
    for name, slugs in asked.items():
        for slug in slugs:
            if (name, slug) not in known:
                raise bad_parameter(name, f"there is no {name} {slug!r}")
    return found


OF_QUOTES = Prepared(
    lambda: text(
        """
SELECT DISTINCT ON (use.quote_id) use.quote_id, use.position_id, spell.version
FROM log_quote_use AS use JOIN log_spell AS spell ON spell.position_id = use.position_id
WHERE use.quote_id = ANY (CAST(:numbers AS bigint[])) AND use.seq <= CAST(:at AS bigint)
    AND spell.seq_from <= CAST(:at AS bigint) AND spell.seq_to > CAST(:at AS bigint)
    AND spell.status = 'published'
ORDER BY use.quote_id, use.position_id DESC
"""
    ),
    planned_anew=True,
)


async def positions_of_quotes(
    session: AsyncSession, at: Moment, quotes: Sequence[int]
) -> dict[int, tuple[int, int]]:
    """Return, by quote, the newest published position that has been public with it, and version."""
    if not quotes:
        return {}
    rows = await OF_QUOTES.all(session, at=at.seq, numbers=list(quotes))
    return {quote: (position, version) for quote, position, version in rows}
