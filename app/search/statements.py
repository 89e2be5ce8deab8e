"""Find the positions that have what is searched for, with all that they can be filtered by."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from app.db.engine import PAGES
from app.db.prepared import Prepared
from app.log.reader import NUMBERS, Moment, held_then
from app.log.recall import recall
from app.models.log import ObjectPeriod, PositionPeriod
from app.models.vocabulary import PositionStatus
from app.search.queries import FEW, Matching
from app.search.schemas import SearchQuery

INDEXED = ("negotiation", "party", "issue")  # filters by which the database finds rows
BYTES_OF_COLUMNS, BYTES_OF_STATEMENT, BYTES_OF_SLUG = 2_000, 150, 400  # in memory


@dataclass(frozen=True, slots=True)
class Statement:
    """A position in which something was found."""

    id: int
    version: int
    own: bool  # its own words were found, and not only a quote or who said it
    quotes: tuple[int, ...]  # those that were found


@dataclass(frozen=True, slots=True)
class Statements:
    """The positions found, newest first, as columns; `all` is false if there may be older ones.

    So thousands of them are read, counted and kept as quickly as a few.
    """

    ids: Sequence[int] = ()
    versions: Sequence[int] = ()
    negotiation: Sequence[int] = ()
    party: Sequence[int] = ()
    issue: Sequence[int] = ()
    firmness: Sequence[str] = ()
    stated_by: Sequence[str] = ()  # days as ISO 8601 writes them
    own: Sequence[bool] = ()  # see Statement
    quotes: Sequence[str] = ()  # numbers of quotes, some of them twice, with spaces between
    kinds: Sequence[str] = ()  # of their quotes, with spaces between
    languages: Sequence[str] = ()  # in the same way
    all: bool = True

    def one(self, place: int) -> Statement:
        """Return the position at a place."""
        quotes = tuple(sorted(set(map(int, self.quotes[place].split()))))
        return Statement(self.ids[place], self.versions[place], self.own[place], quotes)

    @property
    def size(self) -> int:
        """About how many bytes it takes in memory."""
        return BYTES_OF_COLUMNS + BYTES_OF_STATEMENT * len(self.ids) + sum(map(len, self.quotes))


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
# makes the database look into an index for each row: it would rather read whole tables. So its plan
# is the same for few and for many.
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
), fact AS (
    SELECT wanted.position_id, spell.version, spell.negotiation_id, spell.party_id, spell.issue_id,
        spell.firmness, to_char(spell.stated_by, 'YYYY-MM-DD') AS stated_by, wanted.own,
        coalesce(array_to_string(wanted.found || used.found, ' '), '') AS quotes,
        coalesce(used.kinds, '') AS kinds, coalesce(used.languages, '') AS languages
    FROM wanted CROSS JOIN LATERAL (
        SELECT version, negotiation_id, party_id, issue_id, firmness, stated_by FROM log_spell
        WHERE position_id = wanted.position_id AND seq_from <= CAST(:at AS bigint)
            AND seq_to > CAST(:at AS bigint) AND status = 'published' LIMIT 1
    ) AS spell CROSS JOIN LATERAL (
        SELECT string_agg(one.kind, ' ') AS kinds, string_agg(one.language, ' ') AS languages,
            array_agg(use.quote_id) FILTER (WHERE CAST(:words AS text) IS NOT NULL
                AND one.words @@ CAST(CAST(:words AS text) AS tsquery)) AS found
        FROM log_quote_use AS use CROSS JOIN LATERAL (
            SELECT kind, language, words FROM quote WHERE id = use.quote_id LIMIT 1
        ) AS one
        WHERE use.position_id = wanted.position_id AND use.seq <= CAST(:at AS bigint)
    ) AS used
    ORDER BY wanted.position_id DESC
)
SELECT array_agg(position_id) AS ids, array_agg(version) AS versions,
    array_agg(negotiation_id) AS negotiation, array_agg(party_id) AS party,
    array_agg(issue_id) AS issue, array_agg(firmness) AS firmness,
    array_agg(stated_by) AS stated_by, array_agg(own) AS own, array_agg(quotes) AS quotes,
    array_agg(kinds) AS kinds, array_agg(languages) AS languages
FROM fact
"""
    )
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
    The process keeps them until anything public is written.
    """
    listed = matching is not None and matching.objects is not None
    asked = () if listed else tuple((name, tuple(ids.get(name, ()))) for name in INDEXED)
    known, words = recall(session, at, PAGES), matching.words if matching else None
    key = ("statements", at.seq, words, asked, most)
    kept: Statements | None = known.get(*key)
    if kept is None:
        kept = await _read(session, at, matching, dict(asked), most)
        known.keep(*key, value=kept, size=kept.size + 2 * len(words or ""))
    return kept


async def _read(
    session: AsyncSession,
    at: Moment,
    matching: Matching | None,
    asked: Mapping[str, Sequence[int]],
    most: int,
) -> Statements:
    complete = True
    if matching is not None and matching.objects is not None:
        positions = list(matching.objects.get("position", ()))
    else:
        values: dict[str, Any] = {name: list(asked.get(name, ())) for name in INDEXED}
        if matching is not None:
            values["words"] = matching.words
        rows = await NEWEST[matching is not None].all(session, at=at.seq, most=most + 1, **values)
        positions, complete = [number for (number,) in rows], len(rows) <= most
    quotes = matching.quotes if matching else ()
    speakers = (matching.objects or {}).get("speaker", ()) if matching else ()
    row = await FACTS.one(
        session,
        at=at.seq,
        positions=positions[:most],
        quotes=list(quotes or ()),
        speakers=list(speakers),
        words=matching.words if matching and quotes is None else None,  # not listed: looked up
        most=most + 1,
    )
    columns = {name: column or () for name, column in row._asdict().items()}
    complete = complete and len(columns["ids"]) <= most
    kept: dict[str, Any] = {name: _kept(column[:most]) for name, column in columns.items()}
    return Statements(**kept, all=complete)


def _kept(column: Sequence[Any]) -> Sequence[Any]:
    """Return a column so that it takes little memory: numbers as such, equal texts once."""
    if not column or isinstance(column[0], bool):
        return tuple(column)
    if isinstance(column[0], int):
        return array("q", column)
    texts: dict[str, str] = {}
    return tuple([texts.setdefault(each, each) for each in column])


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


async def filter_ids(session: AsyncSession, at: Moment, query: SearchQuery) -> dict[str, list[int]]:
    """Return the ids of the slugs that filters name; raise Invalid for one that is none.

    Slugs never change, so the live rows are right for every moment, and those found are kept.
    """
    known = recall(session, at)
    asked = {name: query.filters[name] for name in INDEXED}
    ids: dict[tuple[str, str], int] = {}
    missing = False
    for name, slugs in asked.items():
        for slug in slugs:
            kept: int | None = known.get("of slug", name, slug)
            if kept is None:
                missing = True
            else:
                ids[name, slug] = kept
    if missing:
        for name, number, slug in await IDS.all(session, **asked):
            ids[name, slug] = number
            known.keep("of slug", name, slug, value=number, size=BYTES_OF_SLUG)
    for name, slugs in asked.items():
        for slug in slugs:
            if (name, slug) not in ids:
                raise bad_parameter(name, f"there is no {name} {slug!r}")
    return {
        name: [ids[name, slug] for slug in dict.fromkeys(slugs)] for name, slugs in asked.items()
    }


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
    known, key = recall(session, at, PAGES), ("of quotes", at.seq, *quotes)
    kept: dict[int, tuple[int, int]] | None = known.get(*key)
    if kept is None:
        rows = await OF_QUOTES.all(session, at=at.seq, numbers=list(quotes))
        kept = {quote: (position, version) for quote, position, version in rows}
        known.keep(*key, value=kept, size=BYTES_OF_COLUMNS + BYTES_OF_STATEMENT * len(quotes))
    return kept
