"""Read issues and their options: live rows for writers, snapshots for readers."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import NotFound
from app.log.documents import OptionDocument
from app.log.reader import Moment, Snapshot, list_held
from app.models.issue import Issue, Option
from app.models.log import ObjectPeriod
from app.models.negotiation import Negotiation
from app.negotiations.code_book import option_order


async def find_issue(
    session: AsyncSession, negotiation: Negotiation, slug: str, *, lock: bool = False
) -> Issue | None:
    """Return an issue of a negotiation or None; `lock` makes other writers of it wait."""
    wanted = select(Issue).where(Issue.negotiation_id == negotiation.id, Issue.slug == slug)
    return await session.scalar(wanted.with_for_update() if lock else wanted)


async def get_issue(
    session: AsyncSession, negotiation: Negotiation, slug: str, *, lock: bool = False
) -> Issue:
    """Return an issue of a negotiation; raise NotFound if there is none."""
    found = await find_issue(session, negotiation, slug, lock=lock)
    if found is None:
        raise NotFound(f"There is no issue {slug!r} in {negotiation.slug!r}.")
    return found


async def list_options(session: AsyncSession, *issue_ids: int) -> list[Option]:
    """List the options of these issues, sorted by rank."""
    return list(
        await session.scalars(
            select(Option)
            .where(Option.issue_id.in_(issue_ids))
            .order_by(Option.rank.nulls_last(), Option.id)
        )
    )


async def options_held(
    session: AsyncSession, at: Moment, issue_ids: Sequence[int]
) -> dict[int, list[Snapshot[OptionDocument]]]:
    """Return the options of these issues as held at a moment, by issue, in their order."""
    ours = select(Option.id).where(Option.issue_id.in_(issue_ids))
    found = await list_held(
        session, at, ObjectPeriod.kind == "option", ObjectPeriod.object_id.in_(ours)
    )
    by_issue: dict[int, list[Snapshot[OptionDocument]]] = {i: [] for i in issue_ids}
    for option in sorted(found, key=option_order):
        by_issue[option.data["issue_id"]].append(option)
    return by_issue
