"""Read the rows that the pages of the code book arrange, offer and merge."""

from sqlalchemy import literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import BigInteger

from app.log.reader import Snapshot
from app.matrix.build import MatrixView
from app.models.issue import Issue, Option
from app.models.log import PositionPeriod
from app.models.negotiation import Negotiation, Participation, Party
from app.models.vocabulary import PositionStatus
from app.positions.queries import newest_spells

A_PAGE = 24  # positions


async def lock_issues(session: AsyncSession, negotiation: Negotiation) -> list[Issue]:
    """Return and lock the issues of a negotiation, in their order."""
    wanted = select(Issue).where(Issue.negotiation_id == negotiation.id)
    rows = await session.scalars(wanted.order_by(Issue.ordinal, Issue.id).with_for_update())
    return list(rows)


async def lock_seats(session: AsyncSession, negotiation: Negotiation) -> list[Participation]:
    """Return and lock the parties that take part by themselves, in their order."""
    wanted = select(Participation).where(
        Participation.negotiation_id == negotiation.id, Participation.merged_into_id.is_(None)
    )
    rows = await session.scalars(
        wanted.order_by(Participation.ordinal, Participation.id).with_for_update()
    )
    return list(rows)


async def merged_party(session: AsyncSession, part: Participation) -> Party | None:
    """Return the party that this one was merged into."""
    number = part.merged_into_id
    return None if number is None else await session.get_one(Party, number)


async def seated_ids(session: AsyncSession, slug: str) -> list[int]:
    """Return the ids of the parties that take part in a negotiation."""
    ours = select(Participation.party_id).join(Negotiation).where(Negotiation.slug == slug)
    return list(await session.scalars(ours))


async def seated_names(session: AsyncSession, slug: str) -> dict[str, str]:
    """Return the names of the parties that take part in a negotiation by slug, in their order."""
    rows = await session.execute(
        select(Party.slug, Party.name)
        .join(Participation, Participation.party_id == Party.id)
        .join(Negotiation, Negotiation.id == Participation.negotiation_id)
        .where(Negotiation.slug == slug)
        .order_by(Participation.ordinal, Participation.id)
    )
    return {slug: name for slug, name in rows}


async def issue_titles(session: AsyncSession, slug: str) -> dict[str, str]:
    """Return the titles of the issues of a negotiation by slug, in their order."""
    rows = await session.execute(
        select(Issue.slug, Issue.title)
        .join(Negotiation, Negotiation.id == Issue.negotiation_id)
        .where(Negotiation.slug == slug)
        .order_by(Issue.ordinal, Issue.id)
    )
    return {slug: title for slug, title in rows}


async def labels_of(session: AsyncSession, slug: str, title: str) -> set[str]:
    """Return the labels of all options of the issues with a title."""
    wanted = (
        select(Option.label)
        .join(Issue, Issue.id == Option.issue_id)
        .join(Negotiation, Negotiation.id == Issue.negotiation_id)
        .where(Negotiation.slug == slug, Issue.title == title)
    )
    return set(await session.scalars(wanted))


async def parties_by_place(
    session: AsyncSession, negotiation_id: int, without: Party
) -> list[tuple[str, list[Party]]]:
    """Return all other stored parties in two groups, those of this negotiation first."""
    here = select(Participation.party_id).where(Participation.negotiation_id == negotiation_id)
    others = select(Party).where(Party.id != without.id).order_by(Party.name, Party.id)
    rows = (await session.scalars(others)).all()
    ours = set(await session.scalars(here))
    groups = [("Of this negotiation", [p for p in rows if p.id in ours])]
    return [g for g in [*groups, ("Of others", [p for p in rows if p.id not in ours])] if g[1]]


async def seats_of(
    session: AsyncSession, part: Participation, *, everywhere: bool, lock: bool = False
) -> list[Participation]:
    """Return the party's participations: only this one, or all."""
    wanted = (
        select(Participation)
        .where(Participation.party_id == part.party_id)
        .order_by(Participation.id)
    )
    if not everywhere:
        wanted = wanted.where(Participation.id == part.id)
    return list(await session.scalars(wanted.with_for_update() if lock else wanted))


async def positions_on_option(
    session: AsyncSession, matrix: MatrixView, issue: Snapshot, option: Snapshot, skip: int
) -> tuple[list[Snapshot], bool]:
    """Return a page of the positions that name an option, newest first, and whether more follow."""
    order = (
        PositionPeriod.stated_from.desc(),
        PositionPeriod.stated_by.desc(),
        PositionPeriod.first_published.desc(),
        PositionPeriod.position_id.desc(),
    )
    wanted = newest_spells(matrix.at).where(
        PositionPeriod.negotiation_id == matrix.book.negotiation.id,
        PositionPeriod.issue_id == issue.id,
        PositionPeriod.status == PositionStatus.PUBLISHED,
        PositionPeriod.stated_by <= matrix.as_of,
        PositionPeriod.option_ids.op("@>")(literal([option.id], ARRAY(BigInteger))),
    )
    found = await session.execute(wanted.order_by(*order).offset(skip).limit(A_PAGE + 1))
    rows = found.all()
    shown = [Snapshot(*row) for row in rows[:A_PAGE] if row[-1] is not None]
    return shown, len(rows) > A_PAGE
