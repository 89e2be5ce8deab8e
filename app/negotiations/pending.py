"""Count what waits for an editor: drafts, and drafts of others to review."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.http.templating import is_partial
from app.models.log import Commit, Revision
from app.models.negotiation import Negotiation
from app.models.position import Position
from app.models.proposal import Proposal
from app.models.review import ReviewSubmission
from app.models.vocabulary import PositionStatus, ProposalState

WRITES = ("created", "edited", "imported")  # actions that write a draft or a part of one


@dataclass(frozen=True, slots=True)
class Pending:
    """The drafts of a negotiation, those that an editor may review, and the open proposals."""

    drafts: int = 0
    review: bool = False  # does it require review, or does a draft wait for it?
    to_review: int = 0
    proposals: int = 0  # that nobody has decided about or put off; of the same only one


def negotiation_of(parameters: Mapping[str, str]) -> ColumnElement[bool] | None:
    """Return the condition for the negotiation that an address is about; None if it names none.

    `parameters` are those of its path: a negotiation, or a position or proposal of one.
    """
    if "slug" in parameters:
        return Negotiation.slug == parameters["slug"]
    for name, entity in (("position_id", Position), ("proposal_id", Proposal)):
        number = parameters.get(name, "")
        if number.isascii() and number.isdigit() and int(number) < 2**63:
            numbers = select(entity.negotiation_id).where(entity.id == int(number))
            return Negotiation.id == numbers.scalar_subquery()
    return None


async def count_pending(session: AsyncSession, which: ColumnElement[bool], editor: str) -> Pending:
    """Count drafts, those submitted that the editor wrote nothing of, and open proposals.

    `which` is the condition for the negotiation.
    """
    submitted = ReviewSubmission.position_id.is_not(None)
    wanted = (
        select(
            Negotiation.review,
            func.count(Position.id),
            func.count(ReviewSubmission.position_id),
            func.count(case((and_(submitted, ~_wrote(editor)), 1))),
            _open_proposals(),
        )
        .outerjoin(
            Position,
            and_(
                Position.negotiation_id == Negotiation.id, Position.status == PositionStatus.DRAFT
            ),
        )
        .outerjoin(ReviewSubmission, ReviewSubmission.position_id == Position.id)
        .where(which)
        .group_by(Negotiation.id)
    )
    row = (await session.execute(wanted)).one_or_none()
    return Pending(row[1], row[0] or row[2] > 0, row[3], row[4]) if row else Pending()


async def note_pending(
    request: Request, session: AsyncSession, which: ColumnElement[bool] | str | None
) -> None:
    """Count what waits in a negotiation, for the menu that its page shows to an editor.

    `which` is its slug or a condition; None for a page without this menu.
    """
    viewer = getattr(request.state, "viewer", None)
    where = Negotiation.slug == which if isinstance(which, str) else which
    if where is None or viewer is None or not viewer.may_edit or is_partial(request):
        return
    request.state.pending = await count_pending(session, where, viewer.name)


def _open_proposals() -> Any:
    """Select the number of open proposals of a negotiation, of the same only one."""
    return (
        select(func.count(Proposal.id))
        .where(
            or_(Proposal.negotiation_id == Negotiation.id, Proposal.negotiation_id.is_(None)),
            Proposal.state == ProposalState.OPEN,
            Proposal.same_as_id.is_(None),
        )
        .correlate(Negotiation)
        .scalar_subquery()
    )


async def count_to_review(session: AsyncSession, editor: str) -> dict[int, int]:
    """Count the drafts that an editor may review, by negotiation."""
    rows = await session.execute(
        select(Position.negotiation_id, func.count())
        .join(ReviewSubmission, ReviewSubmission.position_id == Position.id)
        .where(Position.status == PositionStatus.DRAFT, ~_wrote(editor))
        .group_by(Position.negotiation_id)
    )
    return {negotiation: count for negotiation, count in rows}


def _wrote(editor: str) -> ColumnElement[bool]:
    """Return the condition that an editor wrote or proposed a version of a draft, or a part."""
    part = (
        exists()
        .where(
            Commit.seq == Revision.seq,
            Revision.kind == "position",
            Revision.object_id == Position.id,
            Revision.action.in_(WRITES),
            Commit.by == editor,
        )
        .correlate(Position)
    )
    proposed = (
        exists()
        .where(
            Proposal.position_id == Position.id,
            Proposal.state == ProposalState.ACCEPTED,
            Proposal.by == editor,
        )
        .correlate(Position)
    )
    return func.coalesce(Position.created_by == editor, False) | part | proposed
