"""Code a sample of source x party x issue a second time, blind and apart from the matrix."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from app.db.engine import among
from app.models.issue import Issue, Option
from app.models.negotiation import Negotiation, Participation
from app.models.position import Position, PositionAttitude, PositionQuote
from app.models.review import CodingUnit, SecondCoding
from app.models.source import Quote
from app.models.vocabulary import Attitude, PositionStatus
from app.positions.reliability import Reliability, reliability, resolved

MOST = 500  # units in one draw
Key = tuple[int, int, int]  # ids of source, party, issue


@dataclass(frozen=True, slots=True)
class First:
    """The first coding of a unit: the last position of the cell that rests on the source."""

    position_id: int
    author: str | None


async def draw(
    session: AsyncSession, *, negotiation: Negotiation, size: int, by: str, now: datetime
) -> int:
    """Draw units at random, half of them with a position and half without; return how many."""
    if not 1 <= size <= MOST:
        raise Invalid("The sample was not drawn.", Fault("/size", f"must be between 1 and {MOST}"))
    coded = set(await first_codings(session, negotiation.id))
    taking_part = select(Participation.party_id).where(
        Participation.negotiation_id == negotiation.id, Participation.merged_into_id.is_(None)
    )
    parties = list(await session.scalars(taking_part))
    answerable = select(Option.issue_id).where(Option.retired.is_(False))
    issues = list(
        await session.scalars(
            select(Issue.id).where(Issue.negotiation_id == negotiation.id, Issue.id.in_(answerable))
        )
    )
    rows = await session.execute(
        select(CodingUnit.source_id, CodingUnit.party_id, CodingUnit.issue_id).where(
            CodingUnit.negotiation_id == negotiation.id
        )
    )
    drawn = {(source, party, issue) for source, party, issue in rows}
    everything = {(s, p, i) for s in {s for s, _, _ in coded} for p in parties for i in issues}
    full, empty = sorted((coded & everything) - drawn), sorted(everything - coded - drawn)
    chance = secrets.SystemRandom()
    half = chance.sample(full, min(len(full), (size + 1) // 2))
    rest = chance.sample(empty, min(len(empty), size - len(half)))
    units = [
        {
            "negotiation_id": negotiation.id,
            "source_id": s,
            "party_id": p,
            "issue_id": i,
            "drawn_by": by,
            "drawn_at": now,
        }
        for s, p, i in [*half, *rest]
    ]
    if units:
        await session.execute(insert(CodingUnit).values(units).on_conflict_do_nothing())
    return len(units)


async def first_codings(session: AsyncSession, negotiation_id: int) -> Mapping[Key, First]:
    """Return the published positions by source and cell.

    Of several in one cell it is the last in the order of docs/rules.md, rule 3.
    """
    rows = await session.execute(
        select(
            Quote.source_id, Position.party_id, Position.issue_id, Position.id, Position.created_by
        )
        .ext(distinct_on(Quote.source_id, Position.party_id, Position.issue_id))
        .join(PositionQuote, PositionQuote.position_id == Position.id)
        .join(Quote, Quote.id == PositionQuote.quote_id)
        .where(
            Position.negotiation_id == negotiation_id, Position.status == PositionStatus.PUBLISHED
        )
        .order_by(
            Quote.source_id,
            Position.party_id,
            Position.issue_id,
            Position.stated_from.desc(),
            Position.stated_by.desc(),
            Position.first_published_at.desc(),
            Position.id.desc(),
        )
    )
    return {(source, party, issue): First(number, by) for source, party, issue, number, by in rows}


@dataclass(frozen=True, slots=True)
class CodingWork:
    """The drawn units, those that a coder may code, and the agreement of codings by issue."""

    drawn: int
    to_code: list[CodingUnit]
    done: int  # by this coder
    by_issue: dict[int, Reliability]


async def work(session: AsyncSession, negotiation_id: int, coder: str) -> CodingWork:
    """Return the units that a coder has to code, and Krippendorff's alpha of each issue."""
    wanted = (
        select(CodingUnit)
        .where(CodingUnit.negotiation_id == negotiation_id)
        .order_by(CodingUnit.id)
    )
    units = list(await session.scalars(wanted))
    codings: dict[int, list[SecondCoding]] = {}
    for coding in await session.scalars(
        select(SecondCoding)
        .where(among(SecondCoding.unit_id, [u.id for u in units]))
        .order_by(SecondCoding.id)
    ):
        codings.setdefault(coding.unit_id, []).append(coding)
    mine = {unit for unit, found in codings.items() if any(c.coder == coder for c in found)}
    first = await _first(session, negotiation_id)
    to_code = [u for u in units if u.id not in mine and not _own(first(u), coder)]
    twice = [u for u in units if u.id in codings]
    return CodingWork(
        len(units), to_code, len(mine), await _by_issue(session, twice, codings, first)
    )


async def _first(
    session: AsyncSession, negotiation_id: int
) -> Callable[[CodingUnit], First | None]:
    """Return a function that looks up the first coding of a unit.

    A merged party's coding is found under the party that it was merged into.
    """
    codings = await first_codings(session, negotiation_id)
    rows = await session.execute(
        select(Participation.party_id, Participation.merged_into_id).where(
            Participation.negotiation_id == negotiation_id,
            Participation.merged_into_id.is_not(None),
        )
    )
    merged = {party: into for party, into in rows if into is not None}
    return lambda u: codings.get((u.source_id, merged.get(u.party_id, u.party_id), u.issue_id))


def _own(first: First | None, coder: str) -> bool:
    return first is not None and first.author == coder


async def _by_issue(
    session: AsyncSession,
    units: Sequence[CodingUnit],
    codings: Mapping[int, list[SecondCoding]],
    first: Callable[[CodingUnit], First | None],
) -> dict[int, Reliability]:
    issues = {u.issue_id for u in units}
    options = list(
        await session.scalars(select(Option).where(Option.issue_id.in_(issues)).order_by(Option.id))
    )
    merged = {o.id: o.merged_into_id for o in options if o.merged_into_id is not None}
    positions = [found.position_id for u in units if (found := first(u))]
    said: dict[int, dict[int, str]] = {}
    for row in await session.scalars(
        select(PositionAttitude).where(among(PositionAttitude.position_id, positions))
    ):
        said.setdefault(row.position_id, {})[row.option_id] = row.attitude
    by_issue = {}
    for issue in sorted(issues):
        compared = []
        for unit in (u for u in units if u.issue_id == issue):
            position = first(unit)
            one = said.get(position.position_id, {}) if position else {}
            others = [{int(o): a for o, a in c.attitudes.items()} for c in codings[unit.id]]
            compared.append([resolved(c, merged) for c in (one, *others)])
        named = {o for unit_codings in compared for c in unit_codings for o in c}
        offered = [
            o.id for o in options if o.issue_id == issue and (not o.retired or o.id in named)
        ]
        by_issue[issue] = reliability(compared, offered)
    return by_issue


async def get_unit(
    session: AsyncSession, negotiation_id: int, number: int, coder: str
) -> CodingUnit:
    """Return a unit for a second coder.

    Raises Forbidden if they wrote the first coding, Conflict if they coded it already, NotFound if
    it was not drawn.
    """
    unit = await session.get(CodingUnit, number)
    if unit is None or unit.negotiation_id != negotiation_id:
        raise NotFound(f"No unit {number} was drawn.")
    if _own((await _first(session, negotiation_id))(unit), coder):
        raise Forbidden("You coded this unit first: another editor has to code it the second time.")
    there = select(SecondCoding.id).where(
        SecondCoding.unit_id == unit.id, SecondCoding.coder == coder
    )
    if await session.scalar(there):
        raise Conflict("You already coded this unit; a coding cannot be changed.")
    return unit


async def code(
    session: AsyncSession,
    *,
    unit: CodingUnit,
    attitudes: Mapping[int, Attitude],
    coder: str,
    now: datetime,
) -> None:
    """Store a second coding; it is used for nothing else.

    Raises Invalid if it prefers more than one option.
    """
    if list(attitudes.values()).count(Attitude.PREFERS) > 1:
        raise Invalid(
            "The coding was not saved.", Fault("/attitudes", "a party prefers at most one option")
        )
    kept = {str(option): str(attitude) for option, attitude in attitudes.items()}
    session.add(SecondCoding(unit_id=unit.id, coder=coder, attitudes=kept, created_at=now))
    await session.flush()
