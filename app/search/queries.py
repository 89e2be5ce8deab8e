"""Search everything that is public: matching objects, newest first, the types in turn.

If few objects match, the word index finds all of them at once. If many do, reading from the newest
on finds enough of them sooner. The database cannot tell which is the case: it takes a word without
statistics for a common one.
"""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    Integer,
    Text,
    TextClause,
    and_,
    any_,
    bindparam,
    cast,
    exists,
    literal,
    select,
    text,
    true,
    union,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import PAGES
from app.db.prepared import Prepared, plan_anew
from app.log.reader import AT, NUMBERS, Moment, held_of_kinds, held_then
from app.log.recall import recall
from app.log.search_terms import search_query
from app.models.log import ObjectPeriod, PositionPeriod, QuoteUse, Revision
from app.models.source import Quote
from app.models.vocabulary import PositionStatus
from app.search.other_names import other_names

Found = tuple[str, int]  # type and number
NAMED = ("party", "speaker")
MOST_NAMED = 10  # people and parties whose other names are looked for, too
FEW = 5_000  # matches up to which they are listed by the index
LAST = 2**63 - 1
KINDS = ("party", "issue", "option", "speaker", "negotiation", "position", "source")
TYPES = ("party", "issue", "speaker", "negotiation", "position", "quote", "source")  # in turn
OTHERS = ("party", "issue", "speaker", "negotiation", "source")
OTHER_KINDS = (*OTHERS, "option")
BYTES_OF_MATCHING, BYTES_OF_NUMBER = 1_000, 50  # in memory, beside its lists; in one of them


@dataclass(frozen=True, slots=True)
class Matching:
    """What matches: ids of objects by kind and of quotes, or None if too many to list."""

    at: Moment
    words: str  # as they are searched
    objects: Mapping[str, Sequence[int]] | None
    quotes: Sequence[int] | None

    @property
    def few(self) -> bool:
        """Tell whether all matches are listed."""
        return self.objects is not None and self.quotes is not None

    @property
    def size(self) -> int:
        """About how many bytes it takes in memory."""
        listed = [*(self.objects or {}).values(), self.quotes or ()]
        return BYTES_OF_MATCHING + 2 * len(self.words) + 8 * sum(map(len, listed))


# How the words come into the statement decides its plan. As a value known when it is planned, the
# database reads from end to end what it takes for common: right for the few newest of what
# somebody is typing. As a row, it always asks the word index, and needs no plan of its own.
KNOWN_WORDS = "CAST(CAST(:words AS text) AS tsquery)"
ROW_OF_WORDS = "(SELECT words FROM asked)"
ONE_MORE = "LIMIT CAST(:most AS integer) + 1"


def _matches(begun: bool) -> TextClause:
    """Select what the index is asked, and what matches, up to one more than is listed."""
    words, limit = (KNOWN_WORDS, ONE_MORE) if begun else (ROW_OF_WORDS, "")
    return text(
        f"""
WITH asked AS MATERIALIZED (
    SELECT {KNOWN_WORDS} AS words
), object AS MATERIALIZED (
    SELECT kind, object_id FROM log_holding WHERE words @@ {words} AND public
        AND seq_from <= CAST(:at AS bigint) AND seq_to > CAST(:at AS bigint) {limit}
), said AS MATERIALIZED (
    SELECT id FROM quote WHERE words @@ {words} {limit}
)
SELECT querytree({KNOWN_WORDS}), kinds, numbers, quotes
FROM (
    SELECT array_agg(kind) AS kinds, array_agg(object_id) AS numbers
    FROM (SELECT kind, object_id FROM object {ONE_MORE}) AS first
) AS objects, (
    SELECT array_agg(id) AS quotes FROM (SELECT id FROM said {ONE_MORE}) AS first
) AS quotes
"""  # noqa: S608 (its parts are ours)
    )


MATCHES = {begun: Prepared(partial(_matches, begun), planned_anew=begun) for begun in (False, True)}


async def match(
    session: AsyncSession, at: Moment, q: str, *, most: int | None = None, begun: bool = False
) -> Matching:
    """Search the word index, also for the other names of people and parties that are asked for.

    Up to `most` matches are listed. The last word may only be `begun`. The process keeps what it
    found until anything public is written.
    """
    most = FEW if most is None else most
    known, key = recall(session, at, PAGES), ("matching", at.seq, q, most, begun)
    kept: Matching | None = known.get(*key)
    if kept is None:
        kept = await _match_names(session, at, q, most=most, begun=begun)
        known.keep(*key, value=kept, size=kept.size + 2 * len(q))
    return replace(kept, at=at)


async def _match_names(
    session: AsyncSession, at: Moment, q: str, *, most: int, begun: bool
) -> Matching:
    await plan_anew(session)
    words = await search_query(session, q, begun=begun)
    found = await _match(session, at, words, most, begun=begun)
    if begun:  # whoever is typing sees more with each letter, so other names can wait
        return found
    named = {kind: (found.objects or {}).get(kind, ()) for kind in NAMED}
    if not 0 < sum(map(len, named.values())) <= MOST_NAMED:
        return found
    rows = await held_of_kinds(session, at, named)
    people = [snapshot.data for of_kind in rows.values() for snapshot in of_kind.values()]
    others = other_names(q, [[p["name"], *p["aliases"]] for p in people])
    if not others:
        return found
    return await _match(session, at, await search_query(session, q, others), most)


async def _match(
    session: AsyncSession, at: Moment, words: str, most: int, *, begun: bool = False
) -> Matching:
    [row] = await MATCHES[begun].all(session, at=at.seq, words=words, most=most)
    tree, kinds, numbers, quotes = row[0], *(column or () for column in row[1:])
    # Nothing matches a query that has only words to exclude, since almost everything would.
    if tree in ("", "T", None):
        return Matching(at, words, {}, ())
    by_kind: dict[str, array[int]] = {}
    for kind, number in zip(kinds, numbers, strict=True):
        by_kind.setdefault(kind, array("q")).append(number)
    return Matching(
        at,
        words,
        by_kind if len(numbers) <= most else None,
        array("q", quotes) if len(quotes) <= most else None,
    )


async def find_others(
    session: AsyncSession, matching: Matching, limit: int
) -> dict[str, list[int]]:
    """Return, by type, the ids of what matches beside positions and quotes, highest first.

    If not all matches are listed, at most `limit` of a type.
    """
    if matching.objects is not None and not any(map(matching.objects.get, OTHER_KINDS)):
        return {}
    most = 2 * FEW if matching.few else limit
    found, _ = await find(session, matching, before={}, limit=most, statements=False)
    return {type: numbers for type, numbers in found.items() if numbers}


async def find(
    session: AsyncSession,
    matching: Matching,
    *,
    before: Mapping[str, int],
    limit: int,
    statements: bool = True,
) -> tuple[dict[str, list[int]], dict[int, int]]:
    """Return, by type, at most `limit` ids of matches below those of `before`, highest first.

    Return also the versions of the positions, by id. Without `statements`, positions and quotes are
    left out. The process keeps them until anything public is written.
    """
    known = recall(session, matching.at, PAGES)
    listed = (matching.objects is not None, matching.quotes is not None)
    asked = (tuple(sorted(before.items())), limit, statements)
    key = ("found", matching.at.seq, matching.words, *listed, *asked)
    kept: tuple[dict[str, list[int]], dict[int, int]] | None = known.get(*key)
    if kept is None:
        kept = await _find(session, matching, before, limit, statements=statements)
        numbers = sum(map(len, kept[0].values())) + 2 * len(kept[1])
        size = BYTES_OF_MATCHING + BYTES_OF_NUMBER * numbers + 2 * len(matching.words)
        known.keep(*key, value=kept, size=size)
    return kept


async def _find(
    session: AsyncSession,
    matching: Matching,
    before: Mapping[str, int],
    limit: int,
    *,
    statements: bool,
) -> tuple[dict[str, list[int]], dict[int, int]]:
    types = TYPES if statements else OTHERS
    # Without positions and quotes, the lists of these are not asked for.
    listed = (matching.objects is not None, not statements or matching.quotes is not None)
    values: dict[str, Any] = {f"before_{type}": before.get(type, LAST) for type in types}
    if not all(listed):
        values["words"] = matching.words
    if matching.objects is not None:
        kinds = [kind for kind in KINDS if statements or kind != "position"]
        values |= {f"ids_{kind}": sorted(matching.objects.get(kind, ())) for kind in kinds}
    if statements and matching.quotes is not None:
        values["ids_quote"] = sorted(matching.quotes)
    rows = await FOUND[*listed, statements].all(session, at=matching.at.seq, most=limit, **values)
    found: dict[str, list[int]] = {type: [] for type in TYPES}
    versions: dict[int, int] = {}
    for type, number, version in rows:
        found[type].append(number)
        if version is not None:
            versions[number] = version
    return {type: sorted(numbers, reverse=True) for type, numbers in found.items()}, versions


def in_turn(found: Mapping[str, Sequence[int]], limit: int) -> list[Found]:
    """Return the first of each type, then the second of each, up to `limit`.

    So the few parties are not lost among positions.
    """
    places = [
        (place, type, number)
        for type, numbers in found.items()
        for place, number in enumerate(numbers)
    ]
    return [(type, number) for _, type, number in sorted(places, key=lambda p: p[0])[:limit]]


def _found(
    objects_listed: bool, quotes_listed: bool, statements: bool
) -> CompoundSelect[*tuple[Any, ...]]:
    """Select what was found, each type by a part of its own, newest first.

    Of what is listed, the ids are parameters; else the words are. Positions and quotes are among it
    only if `statements` is true.
    """
    words = bindparam("words", type_=Text)

    def one_of(column: Any, name: str) -> Any:
        return column == any_(bindparam(f"ids_{name}", type_=NUMBERS))

    def matching(kind: str) -> Any:
        condition = (
            one_of(ObjectPeriod.object_id, kind)
            if objects_listed
            else ObjectPeriod.words.op("@@")(cast(words, TSQUERY))
        )
        return and_(
            ObjectPeriod.kind == kind, held_then(ObjectPeriod), ObjectPeriod.public, condition
        )

    def first(wanted: Any, number: Any, type: str) -> Any:
        return (
            wanted.where(number < bindparam(f"before_{type}", type_=BigInteger))
            .order_by(number.desc())
            .limit(bindparam("most", type_=Integer))
        )

    def newest(wanted: Any, number: Any, type: str) -> Any:
        return first(wanted, number, type).subquery()

    def objects(kind: str) -> Any:
        return newest(
            select(ObjectPeriod.object_id.label("id")).where(matching(kind)),
            ObjectPeriod.object_id,
            kind,
        )

    positions = (
        select(ObjectPeriod.object_id.label("id"), PositionPeriod.version)
        .join(
            PositionPeriod,
            and_(
                PositionPeriod.seq_from == ObjectPeriod.seq_from, PositionPeriod.n == ObjectPeriod.n
            ),
        )
        .where(matching("position"), PositionPeriod.status == PositionStatus.PUBLISHED)
    )
    options = (
        select(cast(Revision.snapshot["issue_id"].astext, BigInteger).label("id"))
        .select_from(ObjectPeriod)
        .join(Revision, and_(Revision.seq == ObjectPeriod.seq_from, Revision.n == ObjectPeriod.n))
        .where(matching("option"))
    )
    issues = union(
        select(ObjectPeriod.object_id.label("id")).where(matching("issue")), options
    ).subquery()
    # Looked up first, and each by itself: else the speaker of every quote is looked up.
    speakers = select(ObjectPeriod.object_id.label("id")).where(matching("speaker"))
    speaker = speakers.cte("speakers").prefix_with("MATERIALIZED")
    # A quote is found while a position that has been public with it is published.
    rests = exists().where(
        QuoteUse.quote_id == Quote.id,
        QuoteUse.seq <= AT,
        PositionPeriod.position_id == QuoteUse.position_id,
        PositionPeriod.status == PositionStatus.PUBLISHED,
        held_then(PositionPeriod),
    )
    spoken = (
        one_of(Quote.id, "quote") if quotes_listed else Quote.words.op("@@")(cast(words, TSQUERY))
    )
    said = newest(select(Quote.id).where(spoken, rests), Quote.id, "quote")
    of_speaker = select(Quote.id).where(Quote.speaker_id == speaker.c.id, rests)
    heard = first(of_speaker, Quote.id, "quote").lateral()
    quotes = union(
        select(said.c.id), select(heard.c.id).select_from(speaker.join(heard, true()))
    ).subquery()
    streams = {
        "party": objects("party"),
        "issue": newest(select(issues.c.id), issues.c.id, "issue"),
        "speaker": objects("speaker"),
        "negotiation": objects("negotiation"),
        "position": newest(positions, ObjectPeriod.object_id, "position"),
        "quote": newest(select(quotes.c.id), quotes.c.id, "quote"),
        "source": objects("source"),
    }
    if not statements:
        del streams["position"], streams["quote"]
    none = literal(None, Integer)
    return union_all(
        *(
            select(literal(type), s.c.id, s.c.version if type == "position" else none)
            for type, s in streams.items()
        )
    )


FOUND = {
    (objects, quotes, statements): Prepared(
        partial(_found, objects, quotes, statements), planned_anew=not (objects and quotes)
    )
    for objects in (False, True)
    for quotes in (False, True)
    for statements in (False, True)
}
