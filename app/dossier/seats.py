"""Read in which negotiations a party takes part, and how much is known of it in each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, Select, and_, any_, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.core.errors import bad_parameter
from app.db.prepared import Prepared
from app.dossier.schemas import SeatsQuery
from app.http.pagination import read_cursor, write_cursor
from app.log.documents import PartyDocument
from app.log.reader import (
    NUMBERS,
    Moment,
    Snapshot,
    get_held,
    held_of_kinds,
    held_then,
    moment,
)
from app.models.log import PositionPeriod, Revision
from app.models.negotiation import Participation
from app.models.vocabulary import Act, Firmness, PositionStatus
from app.negotiations.code_book import merged_into, negotiation_view
from app.negotiations.queries import get_party
from app.negotiations.views import NegotiationView
from app.positions.current import chosen_at

SEATS_A_PAGE = 40
PURPOSE = "party's negotiations"  # of its cursors


@dataclass(frozen=True, slots=True)
class Seat:
    """A party's part in one negotiation, with what is known of its current positions."""

    negotiation: NegotiationView
    role: str
    consent_required: bool
    merged_into: tuple[str, str] | None  # slug and name of the party that has its positions
    positions: int
    red_lines: int
    newest: str | None  # the day by which the newest of them had been stated


@dataclass(frozen=True, slots=True)
class Seats:
    """A party with some of its negotiations, as known at a moment."""

    at: Moment
    as_of: date
    party: Snapshot[PartyDocument]
    seats: list[Seat]
    next: str | None  # cursor


def _of_party() -> tuple[Any, ...]:
    return (
        PositionPeriod.party_id == bindparam("party", type_=BigInteger),
        PositionPeriod.status == PositionStatus.PUBLISHED,
        held_then(PositionPeriod),
    )


def _counted() -> Select[*tuple[Any, ...]]:
    ours = PositionPeriod.negotiation_id == any_(bindparam("negotiations", type_=NUMBERS))
    current = chosen_at(and_(ours, *_of_party()), bindparam("as_of", type_=Date))
    chosen = aliased(PositionPeriod, current.cte("chosen").prefix_with("MATERIALIZED"))
    drawn = and_(
        chosen.firmness == Firmness.RED_LINE,
        Revision.snapshot["act"].astext != Act.WITHDRAWS,
    )
    return (
        select(
            chosen.negotiation_id,
            func.count().label("positions"),
            func.count().filter(drawn).label("red_lines"),
            func.max(chosen.stated_by).label("newest"),
        )
        .join(Revision, and_(Revision.seq == chosen.seq_from, Revision.n == chosen.n))
        .where(Revision.snapshot.is_not(None))
        .group_by(chosen.negotiation_id)
    )


COUNTED = Prepared(_counted)
NEWEST = Prepared(lambda: select(func.max(PositionPeriod.stated_by)).where(*_of_party()))


async def read_seats(
    session: AsyncSession, slug: str, query: SeatsQuery, *, now: datetime
) -> Seats:
    """Read the negotiations of a party; NotFound if there was no such party at the moment."""
    at = await moment(session, query.known_at)
    number = (await get_party(session, slug)).id
    party = await get_held(session, at, "party", number)
    [row] = await NEWEST.all(session, at=at.seq, party=number)
    as_of = query.as_of or max(now.date(), row[0] or date.min)
    found = await session.scalars(
        select(Participation.id)
        .where(Participation.party_id == number, Participation.id > _after(query, at))
        .order_by(Participation.id)
        .limit(SEATS_A_PAGE + 1)
    )
    numbers = list(found)
    shown = numbers[:SEATS_A_PAGE]
    more = len(numbers) > SEATS_A_PAGE
    return Seats(
        at,
        as_of,
        party,
        await _seats(session, at, as_of, number, shown),
        write_cursor(PURPOSE, at.epoch, shown[-1]) if more else None,
    )


async def _seats(
    session: AsyncSession, at: Moment, as_of: date, party: int, numbers: list[int]
) -> list[Seat]:
    # A participation is never deleted; those of later entries are not held yet.
    parts = (await held_of_kinds(session, at, {"participation": numbers}))["participation"]
    held = [parts[number] for number in numbers if number in parts]
    negotiations = [part["negotiation_id"] for part in held]
    others = [merged_into(part) for part in held]
    names = await held_of_kinds(session, at, {"negotiation": negotiations, "party": others})
    rows = await COUNTED.all(
        session, at=at.seq, as_of=as_of, party=party, negotiations=sorted(negotiations)
    )
    counts = {row.negotiation_id: row for row in rows}
    return [
        _seat(part, names, counts.get(part["negotiation_id"]))
        for part in held
        if part["negotiation_id"] in names["negotiation"]
    ]


def _seat(part: Snapshot, names: Mapping[str, Mapping[int, Snapshot]], counts: Any) -> Seat:
    other = names["party"].get(merged_into(part) or 0)
    return Seat(
        negotiation=negotiation_view(names["negotiation"][part["negotiation_id"]]),
        role=part["role"],
        consent_required=part["consent_required"],
        merged_into=(other["slug"], other["name"]) if other else None,
        positions=counts.positions if counts else 0,
        red_lines=counts.red_lines if counts else 0,
        newest=counts.newest.isoformat() if counts else None,
    )


def _after(query: SeatsQuery, at: Moment) -> int:
    """Return the number of the last participation on the page before."""
    if not query.cursor:
        return 0
    match read_cursor(query.cursor, PURPOSE, at.epoch):
        case [int(after)] if 0 <= after < 2**62:
            return after
    raise bad_parameter("cursor", "is not a cursor of this server")
