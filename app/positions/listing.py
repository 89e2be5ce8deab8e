"""Page through positions by filter, sort and cursor, as known at the time of the first page."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import Integer, Select, Text, and_, any_, bindparam, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import BigInteger, Date, DateTime

from app.core.errors import bad_parameter
from app.db.engine import among, may_remember, memory_of
from app.db.prepared import Prepared
from app.http.pagination import read_cursor, write_cursor
from app.log.reader import NUMBERS, Moment, held_then, moment, moment_of
from app.log.search_terms import search_query
from app.models.issue import Issue, Option
from app.models.log import ObjectPeriod, PositionPeriod
from app.models.negotiation import Negotiation, Party
from app.models.vocabulary import PositionStatus
from app.positions.presenter import VersionKey
from app.positions.queries import matches
from app.positions.schemas import PositionsQuery

BYTES_OF_ID = 300  # of a slug and its id in memory
Place = tuple[Any, ...]  # the purpose of a cursor, and the keys of the last row
FEW = 5_000  # positions with the words asked for, up to which these are found first

# Dates that a draft may lack sort before all others.
FIRST_DAY = literal(date(1, 1, 1), Date)
FIRST_INSTANT = literal(
    datetime.fromisoformat("0001-01-01T00:00:00+00:00"), DateTime(timezone=True)
)
KEYS: dict[str, Sequence[Any]] = {
    "stated_on": (
        PositionPeriod.stated_from,
        PositionPeriod.stated_by,
        PositionPeriod.first_published,
        PositionPeriod.position_id,
    ),
    "recorded_at": (PositionPeriod.recorded_at, PositionPeriod.position_id),
}
DRAFT_KEYS: dict[str, Sequence[Any]] = KEYS | {
    "stated_on": (
        func.coalesce(PositionPeriod.stated_from, FIRST_DAY),
        func.coalesce(PositionPeriod.stated_by, FIRST_DAY),
        func.coalesce(PositionPeriod.first_published, FIRST_INSTANT),
        PositionPeriod.position_id,
    )
}


@dataclass(frozen=True, slots=True)
class PositionsPage:
    """A page of positions as known at a moment, and where the next one begins, if there is one."""

    at: Moment
    versions: list[VersionKey]
    after: Place | None

    @property
    def next(self) -> str | None:
        """The cursor of the next page."""
        return cursor_at(self.at, self.after)


def cursor_at(at: Moment, after: Place | None) -> str | None:
    """Return the cursor that continues after a place at the same moment."""
    return write_cursor(after[0], at.epoch, at.seq, *after[1:]) if after else None


async def list_positions(
    session: AsyncSession, query: PositionsQuery, *, drafts: bool, at: Moment | None = None
) -> PositionsPage:
    """Return one page of positions, at a moment that is known already or that the query names.

    A cursor continues at the moment of the first page, so that no row is lost or seen twice. Raise
    Invalid for unknown slugs and for a cursor that does not belong to these filters.
    """
    at = at or await moment(session, query.known_at, drafts=drafts)
    purpose = "positions:" + _digest(query)
    after: list[Any] | None = None
    if query.cursor:
        after = read_cursor(query.cursor, purpose, at.epoch)
        seq = after.pop(0) if after and isinstance(after[0], int) else -1
        at = await moment_of(session, seq, at.epoch, drafts=drafts)
    status = query.status or PositionStatus.PUBLISHED
    shape = Shape(
        status,
        query.sort,
        drafts,
        frozenset(name for name in FILTERS if getattr(query, name)),
        after is not None,
    )
    values = await _values(session, at, query)
    if len(values.get("party", ())) == 1:  # then an index has them in order
        [values["one_party"]] = values.pop("party")
        shape = replace(shape, filters=shape.filters - {"party"} | {"one_party"})
    if "q" in values:
        found = await FOUND.all(session, at=at.seq, q=values["q"], most=FEW + 1)
        if len(found) <= FEW:
            values["found"] = [row.object_id for row in found]
            del values["q"]
            shape = replace(shape, filters=shape.filters - {"q"} | {"found"})
    if after is not None:
        values |= {f"after_{n}": v for n, v in enumerate(_read_place(after, shape.key))}
    rows = await _prepared(shape).all(session, at=at.seq, most=query.limit + 1, **values)
    page = rows[: query.limit]
    more: Place | None = None
    if len(rows) > query.limit:
        last = [v.isoformat() if isinstance(v, date) else v for v in page[-1][2:]]
        more = (purpose, *last)
    return PositionsPage(at, [(row[0], row[1]) for row in page], more)


FILTERS = ("negotiation", "party", "issue", "option", "firmness", "since", "until", "q")
ANEW = {
    "q",
    "found",
    "one_party",
    "party",
    "issue",
    "option",
}  # filters by whose values the best plan differs


@dataclass(frozen=True, slots=True)
class Shape:
    """What tells one statement for a list from another; the values are its parameters."""

    status: PositionStatus
    sort: str
    drafts: bool
    filters: frozenset[str]
    goes_on: bool  # after a place given by a cursor

    @property
    def key(self) -> Sequence[Any]:
        """The columns that the list is sorted by."""
        keys = KEYS if self.status == PositionStatus.PUBLISHED else DRAFT_KEYS
        return keys[self.sort.lstrip("-")]


def _found() -> Select[*tuple[Any, ...]]:
    return (
        select(ObjectPeriod.object_id)
        .where(
            matches(bindparam("q", type_=Text)),
            ObjectPeriod.kind == "position",
            held_then(ObjectPeriod),
        )
        .limit(bindparam("most", type_=Integer))
    )


# The database cannot tell whether a word is rare, and then would look for it in all positions, one
# after the other. Of few matches the list is a part; many are soon met with on the way.
FOUND = Prepared(_found, planned_anew=True)


@lru_cache(maxsize=500)
def _prepared(shape: Shape) -> Prepared:
    # The best plan depends on what is asked for: a party with few positions, a day long ago.
    return Prepared(partial(_statement, shape), planned_anew=bool(shape.filters & ANEW))


def _statement(shape: Shape) -> Select[*tuple[Any, ...]]:
    key, filters = shape.key, shape.filters
    descending = shape.sort.startswith("-")
    named = [column.label(f"key_{n}") for n, column in enumerate(key)]
    statement = select(PositionPeriod.position_id, PositionPeriod.version, *named).where(
        held_then(PositionPeriod), PositionPeriod.status == shape.status
    )
    if not shape.drafts:
        statement = statement.where(PositionPeriod.public)
    conditions = {
        "negotiation": PositionPeriod.negotiation_id == bindparam("negotiation", type_=BigInteger),
        "one_party": PositionPeriod.party_id == bindparam("one_party", type_=BigInteger),
        "party": PositionPeriod.party_id == any_(bindparam("party", type_=NUMBERS)),
        "issue": PositionPeriod.issue_id == any_(bindparam("issue", type_=NUMBERS)),
        "option": PositionPeriod.option_ids.op("&&")(bindparam("option", type_=NUMBERS)),
        "firmness": PositionPeriod.firmness == any_(bindparam("firmness", type_=ARRAY(Text))),
        "since": PositionPeriod.stated_by >= bindparam("since", type_=Date),
        "until": PositionPeriod.stated_by <= bindparam("until", type_=Date),
        "found": PositionPeriod.position_id == any_(bindparam("found", type_=NUMBERS)),
    }
    statement = statement.where(*(conditions[name] for name in conditions if name in filters))
    if "q" in filters:
        statement = statement.join(
            ObjectPeriod,
            and_(
                ObjectPeriod.seq_from == PositionPeriod.seq_from, ObjectPeriod.n == PositionPeriod.n
            ),
        ).where(matches(bindparam("q", type_=Text)))
    if shape.goes_on:
        place = tuple_(*(bindparam(f"after_{n}", type_=k.type) for n, k in enumerate(key)))
        statement = statement.where(tuple_(*key) < place if descending else tuple_(*key) > place)
    order = [k.desc() if descending else k.asc() for k in key]
    return statement.order_by(*order).limit(bindparam("most", type_=Integer))


async def _values(session: AsyncSession, at: Moment, query: PositionsQuery) -> dict[str, Any]:
    """Return the values of the filters; raise Invalid for the first unknown slug."""
    found: dict[str, Any] = {}
    if query.negotiation:
        [found["negotiation"]] = await _kept_ids(
            session, at, "negotiation", Negotiation.slug, Negotiation.id, [query.negotiation]
        )
    if query.party:
        found["party"] = await _kept_ids(session, at, "party", Party.slug, Party.id, query.party)
    if query.issue or query.option:
        await _add_issues_and_options(session, query, found)
    if query.q and "\0" in query.q:
        raise bad_parameter("q", "contains a NUL character, which is not text")
    plain = {
        "firmness": [str(each) for each in query.firmness],
        "since": query.since,
        "until": query.until,
    }
    # No words are left of a text without letters and digits, which then finds nothing.
    words = {"q": await search_query(session, query.q)} if query.q else {}
    return found | {name: value for name, value in plain.items() if value} | words


async def _add_issues_and_options(
    session: AsyncSession, query: PositionsQuery, found: dict[str, Any]
) -> None:
    """Find those of the negotiation, where one is asked for; options of the issues asked for."""
    here = [Issue.negotiation_id == found["negotiation"]] if query.negotiation else []
    options = select(Option.slug, Option.id).join(Issue, Issue.id == Option.issue_id)
    options = options.where(Option.slug.in_(query.option), *here)
    if query.issue:
        issues = select(Issue.slug, Issue.id).where(Issue.slug.in_(query.issue), *here)
        found["issue"] = await _ids_of(session, "issue", query.issue, issues)
        options = options.where(among(Option.issue_id, found["issue"]))
    if query.option:
        found["option"] = await _ids_of(session, "option", query.option, options)


async def _kept_ids(
    session: AsyncSession, at: Moment, name: str, slug: Any, number: Any, wanted: Sequence[str]
) -> list[int]:
    """Return the ids of these slugs, which never change, so that the process may keep them."""
    memory = memory_of(session)
    keys = [("id", at.epoch, name, one) for one in wanted]
    kept: list[int] = [found for key in keys if memory and (found := memory.get(key))]
    if len(kept) == len(keys):
        return kept
    found = await _ids_of(session, name, wanted, select(slug, number).where(slug.in_(wanted)))
    if memory and may_remember(session) and len(wanted) == 1:
        memory.keep(keys[0], found[0], BYTES_OF_ID)
    return found


async def _ids_of(
    session: AsyncSession, name: str, asked: Sequence[str], wanted: Select[str, int]
) -> list[int]:
    """Return the ids among the slugs and ids that `wanted` selects; Invalid for an unknown slug."""
    rows = (await session.execute(wanted)).all()
    known = {slug for slug, _ in rows}
    for slug in asked:
        if slug not in known:
            raise bad_parameter(name, f"there is no {name} {slug!r}")
    return sorted(id_ for _, id_ in rows)


def _digest(query: PositionsQuery) -> str:
    filters = query.model_dump_json(exclude={"cursor", "limit", "known_at"})
    return hashlib.sha256(filters.encode()).hexdigest()[:12]


def _read_place(after: list[Any], key: Sequence[Any]) -> list[Any]:
    try:
        if len(after) != len(key):
            raise ValueError
        return [
            date.fromisoformat(v)
            if isinstance(k.type, Date)
            else datetime.fromisoformat(v)
            if isinstance(k.type, DateTime)
            else int(v)
            for v, k in zip(after, key, strict=True)
        ]
    except (ValueError, TypeError):
        raise bad_parameter("cursor", "is not a cursor of this server") from None
