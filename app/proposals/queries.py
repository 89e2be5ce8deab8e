"""Read proposals; who may read which one is decided by who asks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.accounts.queries import Viewer
from app.core.errors import NotFound
from app.db.engine import among
from app.models.issue import Issue
from app.models.negotiation import Negotiation, Party
from app.models.position import Position
from app.models.proposal import Proposal, ProposedText
from app.models.vocabulary import PositionStatus, ProposalState
from app.proposals.schemas import ProposalsQuery

WAITING = (ProposalState.OPEN, ProposalState.PUT_OFF)
MOST_COMPARED = 500  # waiting proposals with words of the same source


@dataclass(frozen=True, slots=True)
class Found:
    """A proposal with the slugs of its cell."""

    row: Proposal
    negotiation: str | None
    party: str | None
    issue: str | None
    first_by: int | None = None  # the account of the one that was the same before


FIRST = aliased(Proposal)


def select_found(*conditions: ColumnElement[bool]) -> Select[Proposal, str, str, str, int]:
    """Select proposals with the slugs of their cells."""
    return (
        select(Proposal, Negotiation.slug, Party.slug, Issue.slug, FIRST.account_id)
        .outerjoin(Negotiation, Negotiation.id == Proposal.negotiation_id)
        .outerjoin(Party, Party.id == Proposal.party_id)
        .outerjoin(Issue, Issue.id == Proposal.issue_id)
        .outerjoin(FIRST, FIRST.id == Proposal.same_as_id)
        .where(*conditions)
    )


def seen_by(viewer: Viewer) -> list[ColumnElement[bool]]:
    """Return the condition that a viewer may see a proposal: editors all, others their own."""
    return [] if viewer.may_edit else [Proposal.account_id == viewer.id]


async def get_found(session: AsyncSession, viewer: Viewer, number: int) -> Found:
    """Return a proposal that the viewer may see; raise NotFound for any other."""
    wanted = select_found(Proposal.id == number, *seen_by(viewer))
    row = (await session.execute(wanted)).one_or_none()
    if row is None:
        raise NotFound(f"There is no proposal {number}.")
    return Found(row[0], row[1], row[2], row[3], row[4])


async def list_found(
    session: AsyncSession, viewer: Viewer, query: ProposalsQuery, *, before: int | None
) -> tuple[list[Found], int | None]:
    """Return proposals, the newest first, and the number before which the next page begins."""
    conditions = seen_by(viewer)
    if query.mine:
        conditions = [Proposal.account_id == viewer.id]
    if before is not None:
        conditions.append(Proposal.id < before)
    for column, values in (
        (Proposal.state, query.state),
        (Proposal.kind, query.kind),
        (Party.slug, query.party),
        (Issue.slug, query.issue),
        (Negotiation.slug, [query.negotiation] if query.negotiation else []),
    ):
        if values:
            conditions.append(column.in_(values))
    wanted = select_found(*conditions).order_by(Proposal.id.desc()).limit(query.limit + 1)
    rows = [Found(r[0], r[1], r[2], r[3], r[4]) for r in await session.execute(wanted)]
    more = len(rows) > query.limit
    rows = rows[: query.limit]
    return rows, rows[-1].row.id if more else None


async def lock_group(session: AsyncSession, number: int) -> list[Proposal]:
    """Lock a proposal and all that are the same, the first one first; NotFound if there is none."""
    first = await session.scalar(
        select(func.coalesce(Proposal.same_as_id, Proposal.id)).where(Proposal.id == number)
    )
    if first is None:
        raise NotFound(f"There is no proposal {number}.")
    wanted = (
        select(Proposal)
        .where((Proposal.id == first) | (Proposal.same_as_id == first))
        .order_by(Proposal.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(await session.scalars(wanted))


async def find_same(session: AsyncSession, fingerprint: str) -> Proposal | None:
    """Return the newest proposal of the same that decides about it, if any.

    A decision holds as long as what it made is as it made it.
    """
    wanted = (
        select(Proposal)
        .where(
            Proposal.fingerprint == fingerprint,
            Proposal.same_as_id.is_(None),
            Proposal.state != ProposalState.WITHDRAWN,
        )
        .order_by(Proposal.id.desc())
        .limit(1)
        # Whoever decides about it is waited for.
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = await session.scalar(wanted)
    if found is None or found.redacted is not None:
        return None
    if found.state != ProposalState.ACCEPTED or found.position_id is None:
        return found
    position = await session.get(Position, found.position_id)
    if position is None or position.status == PositionStatus.RETRACTED:
        return None
    return found if position.version == found.position_version else None


async def find_own(
    session: AsyncSession, same: Proposal, account_id: int, proposed_by: dict[str, str]
) -> Proposal | None:
    """Return the same proposal as an account has sent it before, by the same person or run."""
    first = same.id
    wanted = (
        select(Proposal)
        .where(
            (Proposal.id == first) | (Proposal.same_as_id == first),
            Proposal.account_id == account_id,
            Proposal.proposed_by == proposed_by,
        )
        .order_by(Proposal.id)
        .limit(1)
    )
    return await session.scalar(wanted)


async def list_waiting_on(session: AsyncSession, sources: Iterable[int]) -> Sequence[Proposal]:
    """List waiting proposals with words of these sources, the first of each group."""
    numbers = sorted(set(sources))
    if not numbers:
        return []
    wanted = (
        select(Proposal)
        .where(
            Proposal.source_ids.overlap(literal(numbers, ARRAY(BigInteger))),
            Proposal.state.in_(WAITING),
            Proposal.same_as_id.is_(None),
        )
        .order_by(Proposal.id.desc())
        .limit(MOST_COMPARED)
    )
    return (await session.scalars(wanted)).all()


@dataclass(frozen=True, slots=True)
class Load:
    """How many proposals of an account wait, how many bring a text, and how many came today."""

    waiting: int
    texts: int
    lately: int


async def load_of(session: AsyncSession, account_id: int, *, now: datetime) -> Load:
    """Count what an account has proposed."""
    own = Proposal.account_id == account_id
    waiting, lately = (
        select(func.count()).where(own, Proposal.state.in_(WAITING)).scalar_subquery(),
        select(func.count())
        .where(own, Proposal.proposed_at > now - timedelta(days=1))
        .scalar_subquery(),
    )
    texts = (
        select(func.count())
        .select_from(ProposedText)
        .join(Proposal, Proposal.id == ProposedText.proposal_id)
        .where(own)
        .scalar_subquery()
    )
    row = (await session.execute(select(waiting, texts, lately))).one()
    return Load(row[0] or 0, row[1] or 0, row[2] or 0)


async def texts_of(session: AsyncSession, numbers: Iterable[int]) -> dict[int, str]:
    """Return the texts of proposed sources by the number of their proposal."""
    rows = await session.scalars(
        select(ProposedText).where(among(ProposedText.proposal_id, numbers))
    )
    return {row.proposal_id: row.text for row in rows}


def quotes_of(row: Proposal) -> list[dict[str, Any]]:
    """Return the quotes that a proposal brings or keeps, as they were sent."""
    request = row.request or {}
    said = request.get("position") or (request.get("correction") or {}).get("changes") or {}
    return [q for q in said.get("quotes") or [] if isinstance(q, dict)]
