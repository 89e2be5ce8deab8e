"""Page through positions by filter, sort and cursor, as known at the time of the first page."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import BigInteger, Date, DateTime

from app.core.errors import bad_parameter
from app.db.engine import among
from app.http.pagination import read_cursor, write_cursor
from app.log.reader import Moment, moment, moment_of, valid_at
from app.models.issue import Issue, Option
from app.models.log import ObjectPeriod, PositionPeriod
from app.models.negotiation import Negotiation, Party
from app.models.vocabulary import PositionStatus
from app.positions.presenter import VersionKey
from app.positions.queries import matches
from app.positions.schemas import PositionsQuery

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
    """A page of positions as known at a moment, with the cursor of the next page or None."""

    at: Moment
    versions: list[VersionKey]
    next: str | None


async def list_positions(
    session: AsyncSession, query: PositionsQuery, *, drafts: bool
) -> PositionsPage:
    """Return one page of positions.

    A cursor continues at the moment of the first page, so that no row is lost or seen twice. Raise
    Invalid for unknown slugs and for a cursor that does not belong to these filters.
    """
    at = await moment(session, query.known_at, drafts=drafts)
    purpose = "positions:" + _digest(query)
    after: list[Any] | None = None
    if query.cursor:
        after = read_cursor(query.cursor, purpose, at.epoch)
        seq = after.pop(0) if after and isinstance(after[0], int) else -1
        at = await moment_of(session, seq, at.epoch, drafts=drafts)
    status = query.status or PositionStatus.PUBLISHED
    name, descending = query.sort.lstrip("-"), query.sort.startswith("-")
    key = (KEYS if status == PositionStatus.PUBLISHED else DRAFT_KEYS)[name]
    statement = select(PositionPeriod.position_id, PositionPeriod.version, *key).where(
        valid_at(PositionPeriod, at),
        PositionPeriod.status == status,
        *await _conditions(session, query),
    )
    if not drafts:
        statement = statement.where(PositionPeriod.public)
    if query.q:
        statement = statement.join(
            ObjectPeriod,
            and_(
                ObjectPeriod.seq_from == PositionPeriod.seq_from, ObjectPeriod.n == PositionPeriod.n
            ),
        ).where(matches(query.q))
    if after is not None:
        place = tuple_(
            *(literal(v, k.type) for v, k in zip(_read_place(after, key), key, strict=True))
        )
        statement = statement.where(tuple_(*key) < place if descending else tuple_(*key) > place)
    order = [k.desc() if descending else k.asc() for k in key]
    rows = (await session.execute(statement.order_by(*order).limit(query.limit + 1))).all()
    page = rows[: query.limit]
    more = None
    if len(rows) > query.limit:
        last = [v.isoformat() if isinstance(v, date) else v for v in page[-1][-len(key) :]]
        more = write_cursor(purpose, at.epoch, at.seq, *last)
    return PositionsPage(at, [(row[0], row[1]) for row in page], more)


async def _conditions(session: AsyncSession, query: PositionsQuery) -> list[Any]:
    """Return filters as conditions on PositionPeriod; raise Invalid for the first unknown slug."""
    found: list[Any] = []
    here: list[Any] = []
    if query.negotiation:
        negotiation_id = await session.scalar(
            select(Negotiation.id).where(Negotiation.slug == query.negotiation)
        )
        if negotiation_id is None:
            raise bad_parameter("negotiation", f"there is no negotiation {query.negotiation!r}")
        found.append(PositionPeriod.negotiation_id == negotiation_id)
        here = [Issue.negotiation_id == negotiation_id]
    if query.party:
        parties = select(Party.slug, Party.id).where(Party.slug.in_(query.party))
        party_ids = await _ids_of(session, "party", query.party, parties)
        found.append(among(PositionPeriod.party_id, party_ids))
    options = select(Option.slug, Option.id).join(Issue, Issue.id == Option.issue_id)
    options = options.where(Option.slug.in_(query.option), *here)
    if query.issue:
        issues = select(Issue.slug, Issue.id).where(Issue.slug.in_(query.issue), *here)
        issue_ids = await _ids_of(session, "issue", query.issue, issues)
        found.append(among(PositionPeriod.issue_id, issue_ids))
        options = options.where(among(Option.issue_id, issue_ids))
    if query.option:
        option_ids = await _ids_of(session, "option", query.option, options)
        found.append(PositionPeriod.option_ids.op("&&")(literal(option_ids, ARRAY(BigInteger))))
    if query.firmness:
        found.append(PositionPeriod.firmness.in_(query.firmness))
    if query.since:
        found.append(PositionPeriod.stated_by >= query.since)
    if query.until:
        found.append(PositionPeriod.stated_by <= query.until)
    if query.q and "\0" in query.q:
        raise bad_parameter("q", "contains a NUL character, which is not text")
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
    return [id_ for _, id_ in rows]


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
