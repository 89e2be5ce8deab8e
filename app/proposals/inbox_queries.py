"""Read which proposals are in an inbox, and count them."""

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.issue import Issue
from app.models.negotiation import Party
from app.models.proposal import Proposal
from app.proposals.queries import WAITING, Found, select_found
from app.proposals.schemas import InboxQuery

MOST_SHOWN = 20


def select_inbox(negotiation_id: int, query: InboxQuery) -> Select[Proposal, str, str, str, int]:
    """Select the proposals of an inbox; of the same only the first.

    Sources that are proposed for no negotiation are in the inbox of each.
    """
    conditions = [
        _ours(negotiation_id),
        Proposal.same_as_id.is_(None),
        Proposal.state == query.state,
    ]
    if query.party:
        conditions.append(Party.slug == query.party)
    if query.issue:
        conditions.append(Issue.slug == query.issue)
    if query.source:
        conditions.append(Proposal.source_ids.contains([query.source]))
    if query.by:
        conditions.append(Proposal.by == query.by)
    if query.model:
        conditions.append(Proposal.proposed_by["model"].as_string() == query.model)
    if query.flagged:
        conditions.append(func.jsonb_array_length(Proposal.warnings) > 0)
    return select_found(*conditions)


def _ours(negotiation_id: int) -> ColumnElement[bool]:
    return or_(Proposal.negotiation_id == negotiation_id, Proposal.negotiation_id.is_(None))


async def list_inbox(
    session: AsyncSession, negotiation_id: int, query: InboxQuery, most: int = MOST_SHOWN
) -> tuple[list[Found], int | None]:
    """Return a window of an inbox, and the number after which the next one begins."""
    decided = query.state not in WAITING
    wanted = select_inbox(negotiation_id, query)
    if query.after:
        wanted = wanted.where(Proposal.id < query.after if decided else Proposal.id > query.after)
    order = Proposal.id.desc() if decided else Proposal.id
    rows = [Found(*row) for row in await session.execute(wanted.order_by(order).limit(most + 1))]
    return rows[:most], rows[most - 1].row.id if len(rows) > most else None


async def count_inbox(session: AsyncSession, negotiation_id: int, query: InboxQuery) -> int:
    """Count all proposals of an inbox, of the same only one."""
    wanted = select_inbox(negotiation_id, query).with_only_columns(func.count(Proposal.id))
    return await session.scalar(wanted) or 0


async def count_states(session: AsyncSession, negotiation_id: int) -> dict[str, int]:
    """Count the proposals of a negotiation by state, of the same only one."""
    rows = await session.execute(
        select(Proposal.state, func.count())
        .where(_ours(negotiation_id), Proposal.same_as_id.is_(None))
        .group_by(Proposal.state)
    )
    return {state: n for state, n in rows}


async def list_proposers(session: AsyncSession, negotiation_id: int) -> tuple[list[str], list[str]]:
    """List the accounts and the models that have proposed for a negotiation."""
    model = Proposal.proposed_by["model"].as_string()
    own = _ours(negotiation_id)
    accounts = await session.scalars(select(Proposal.by).where(own).distinct().limit(200))
    models = await session.scalars(
        select(model).where(own, model.is_not(None)).distinct().limit(200)
    )
    return sorted(accounts), sorted(filter(None, models))
