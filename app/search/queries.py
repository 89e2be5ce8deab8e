"""Search everything that is public: matching objects, newest first, the types in turn.

If few objects match, the word index finds all of them at once. If many do, reading from the newest
on finds enough of them sooner. The database cannot tell which is the case: it takes a word without
statistics for a common one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Text, and_, cast, exists, func, literal, select, union, union_all
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import among
from app.log.reader import Moment, valid_at
from app.models.log import ObjectPeriod, PositionPeriod, QuoteUse, Revision
from app.models.source import Quote
from app.models.vocabulary import PositionStatus
from app.positions.queries import search_terms

Found = tuple[str, int]  # type and number
FEW = 5_000  # matches up to which they are listed by the index
LAST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Matching:
    """What matches: ids of objects by kind and of quotes, or None if too many to list."""

    at: Moment
    q: str
    objects: Mapping[str, Sequence[int]] | None
    quotes: Sequence[int] | None

    @property
    def few(self) -> bool:
        """Tell whether all matches are listed."""
        return self.objects is not None and self.quotes is not None

    def object(self, kind: str) -> Any:
        """Return the condition on ObjectPeriod that selects matching objects of a kind."""
        words: Any = ObjectPeriod.words.op("@@")(search_terms(self.q))
        if self.objects is not None:
            words = among(ObjectPeriod.object_id, self.objects.get(kind, ()))
        return and_(
            ObjectPeriod.kind == kind, valid_at(ObjectPeriod, self.at), ObjectPeriod.public, words
        )

    def quote(self) -> Any:
        """Return the condition on Quote that selects matching quotes."""
        return (
            Quote.words.op("@@")(search_terms(self.q))
            if self.quotes is None
            else among(Quote.id, self.quotes)
        )


async def match(session: AsyncSession, at: Moment, q: str) -> Matching:
    """Search the word index.

    Nothing matches a query that has only words to exclude, since almost everything would.
    """
    tree = await session.scalar(
        select(
            func.querytree(search_terms(q)),
            # Common and rare words need different plans.
            func.set_config("plan_cache_mode", "force_custom_plan", True),
            func.set_config("jit", "off", True),
        )
    )
    if tree in ("", "T", None):
        return Matching(at, q, {}, ())
    objects = await session.execute(
        select(ObjectPeriod.kind, ObjectPeriod.object_id)
        .where(
            ObjectPeriod.words.op("@@")(search_terms(q)),
            valid_at(ObjectPeriod, at),
            ObjectPeriod.public,
        )
        .limit(FEW + 1)
    )
    by_kind: dict[str, list[int]] = {}
    rows = objects.all()
    for kind, number in rows:
        by_kind.setdefault(kind, []).append(number)
    quotes = (
        await session.scalars(
            select(Quote.id).where(Quote.words.op("@@")(search_terms(q))).limit(FEW + 1)
        )
    ).all()
    return Matching(
        at, q, by_kind if len(rows) <= FEW else None, quotes if len(quotes) <= FEW else None
    )


async def find(
    session: AsyncSession, matching: Matching, *, before: Mapping[str, int], limit: int
) -> dict[str, list[int]]:
    """Return, by type, at most `limit` ids of matches below those of `before`, highest first."""
    streams = _streams(matching, before, limit)
    rows = await session.execute(
        union_all(*(select(literal(type).label("type"), s.c.id) for type, s in streams.items()))
    )
    found: dict[str, list[int]] = {type: [] for type in streams}
    for type, number in rows:
        found[type].append(number)
    return {type: sorted(numbers, reverse=True) for type, numbers in found.items()}


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


def _streams(matching: Matching, before: Mapping[str, int], limit: int) -> dict[str, Any]:
    def newest(wanted: Any, number: Any, type: str) -> Any:
        return (
            wanted.where(number < before.get(type, LAST))
            .order_by(number.desc())
            .limit(limit)
            .subquery()
        )

    def objects(kind: str) -> Any:
        return newest(
            select(ObjectPeriod.object_id.label("id")).where(matching.object(kind)),
            ObjectPeriod.object_id,
            kind,
        )

    positions = (
        select(ObjectPeriod.object_id.label("id"))
        .join(
            PositionPeriod,
            and_(
                PositionPeriod.seq_from == ObjectPeriod.seq_from, PositionPeriod.n == ObjectPeriod.n
            ),
        )
        .where(matching.object("position"), PositionPeriod.status == PositionStatus.PUBLISHED)
    )
    options = (
        select(cast(Revision.snapshot["issue_id"].astext, BigInteger).label("id"))
        .select_from(ObjectPeriod)
        .join(Revision, and_(Revision.seq == ObjectPeriod.seq_from, Revision.n == ObjectPeriod.n))
        .where(matching.object("option"))
    )
    issues = union(
        select(ObjectPeriod.object_id.label("id")).where(matching.object("issue")), options
    ).subquery()
    speakers = select(ObjectPeriod.object_id).where(matching.object("speaker"))
    # A quote is found while a position that has been public with it is published.
    rests = exists().where(
        QuoteUse.quote_id == Quote.id,
        QuoteUse.seq <= matching.at.seq,
        PositionPeriod.position_id == QuoteUse.position_id,
        PositionPeriod.status == PositionStatus.PUBLISHED,
        valid_at(PositionPeriod, matching.at),
    )
    said = [
        newest(select(Quote.id).where(condition, rests), Quote.id, "quote")
        for condition in (matching.quote(), Quote.speaker_id.in_(speakers))
    ]
    quotes = union(*(select(s.c.id) for s in said)).subquery()
    return {
        "party": objects("party"),
        "issue": newest(select(issues.c.id), issues.c.id, "issue"),
        "speaker": objects("speaker"),
        "negotiation": objects("negotiation"),
        "position": newest(positions, ObjectPeriod.object_id, "position"),
        "quote": newest(select(quotes.c.id), quotes.c.id, "quote"),
        "source": objects("source"),
    }


async def headlines(session: AsyncSession, q: str, texts: Iterable[str]) -> list[str]:
    """Return, for each text, the part that best shows why it was found, without markup."""
    options = 'StartSel="", StopSel="", MinWords=15, MaxWords=40'
    numbered = (
        func.unnest(cast(list(texts), ARRAY(Text)))
        .table_valued("body", with_ordinality="n")
        .render_derived()
    )
    rows = await session.scalars(
        select(func.ts_headline("english", numbered.c.body, search_terms(q), options)).order_by(
            numbered.c.n
        )
    )
    return [" ".join(row.split()) for row in rows]
