"""Tell what a negotiation still lacks before its first position, and add parties by name alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import invalid
from app.log.writer import Log
from app.models.issue import Issue, Option
from app.models.negotiation import Negotiation, Participation, Party
from app.models.position import Position
from app.models.vocabulary import PositionStatus
from app.negotiations import actions, queries
from app.negotiations.slugs import LONGEST, slug_of


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a negotiation without a published position has already."""

    slug: str = ""  # of the negotiation; empty before it is created
    parties: bool = False
    issues: bool = False  # is there an issue with options?


async def find_beginning(session: AsyncSession, slug: str) -> Beginning | None:
    """Return what a negotiation has; None once it has a published position, or if there is none."""
    ours = Negotiation.id
    published = exists().where(
        Position.negotiation_id == ours, Position.status == PositionStatus.PUBLISHED
    )
    optioned = exists().where(Issue.negotiation_id == ours, Option.issue_id == Issue.id)
    seated = exists().where(Participation.negotiation_id == ours)
    wanted = select(seated, optioned).where(Negotiation.slug == slug, ~published)
    row = (await session.execute(wanted)).one_or_none()
    return Beginning(slug, row[0], row[1]) if row else None


async def add_parties_called(log: Log, negotiation: Negotiation, names: Sequence[str]) -> None:
    """Let the parties with these names take part, and add those that are not stored yet.

    Pass over those that take part already. Raise Invalid if several parties have a name.
    """
    for name in dict.fromkeys(names):
        found = await queries.list_parties_called(log.session, name)
        if len(found) > 1:
            slugs = ", ".join(party.slug for party in found)
            raise invalid("/parties", f"several parties are called “{name}”; enter one of: {slugs}")
        if not found:
            slug = await free_slug(log.session, name)
            found = [await actions.add_party(log, slug=slug, name=name)]
            await log.session.flush()
        if not await queries.find_participation(log.session, negotiation, found[0].slug):
            await actions.take_part(log, negotiation=negotiation, party=found[0])


async def free_slug(session: AsyncSession, name: str) -> str:
    """Return a slug for a new party that no other party has."""
    first = slug_of(name) or "party"
    slug, again = first, 1
    while await session.scalar(select(Party.id).where(Party.slug == slug)):
        again += 1
        slug = f"{first[: LONGEST - 5].rstrip('-')}-{again}"
    return slug
