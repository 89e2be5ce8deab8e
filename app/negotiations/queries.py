"""Read negotiations, parties and speakers: live rows for writers, the log for readers."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import NotFound, invalid
from app.db.engine import among
from app.db.prepared import Prepared
from app.log.documents import (
    NegotiationDocument,
    SpeakerDocument,
)
from app.log.listing import ListPage, ListQuery, list_objects
from app.log.reader import Moment, Snapshot, get_held, held_then, list_held, valid_at
from app.models.issue import Option
from app.models.log import ObjectPeriod, PositionPeriod
from app.models.negotiation import Negotiation, Participation, Party, Speaker


async def get_negotiation(session: AsyncSession, slug: str, *, lock: bool = False) -> Negotiation:
    """Return the live row; raise NotFound if there is none.

    With `lock`, other writers of this row wait until the transaction ends.
    """
    found = await session.scalar(
        _maybe_locked(select(Negotiation).where(Negotiation.slug == slug), lock)
    )
    if found is None:
        raise NotFound(f"There is no negotiation {slug!r}.")
    return found


async def get_negotiation_by_id(session: AsyncSession, number: int) -> Negotiation:
    """Return the live row of a negotiation that exists."""
    return await session.get_one(Negotiation, number)


async def get_party(session: AsyncSession, slug: str, *, lock: bool = False) -> Party:
    """Return the live row of a party; raise NotFound if there is none."""
    found = await session.scalar(_maybe_locked(select(Party).where(Party.slug == slug), lock))
    if found is None:
        raise NotFound(f"There is no party {slug!r}.")
    return found


async def find_parties(
    session: AsyncSession, slugs: set[str], *, lock: bool = False
) -> dict[str, Party]:
    """Return the live rows of those of these parties that exist, by slug."""
    rows = await session.scalars(
        _maybe_locked(select(Party).where(Party.slug.in_(slugs)).order_by(Party.id), lock)
    )
    return {p.slug: p for p in rows}


async def list_parties_called(session: AsyncSession, name: str) -> list[Party]:
    """List the party with this slug, else those with this name, short name or alias.

    Letter case does not matter.
    """
    key = name.strip().lower()
    own = await session.scalar(select(Party).where(Party.slug == key))
    if own is not None:
        return [own]
    aliases = func.lower(func.array_to_string(Party.aliases, "\n"))
    same = or_(
        func.lower(Party.name) == key,
        func.lower(Party.short_name) == key,
        func.concat("\n", aliases, "\n").contains(f"\n{key}\n", autoescape=True),
    )
    return list(await session.scalars(select(Party).where(same).order_by(Party.id)))


async def party_named(session: AsyncSession, slug: str) -> Party:
    """Return the party that a body names as `party`; raise Invalid if there is none."""
    found = (await find_parties(session, {slug})).get(slug)
    if found is None:
        raise invalid("/party", f"there is no party {slug!r}")
    return found


async def find_participation(
    session: AsyncSession, negotiation: Negotiation, party_slug: str, *, lock: bool = False
) -> tuple[Participation, Party] | None:
    """Return the live rows of a party's participation and of the party, or None."""
    wanted = (
        select(Participation, Party)
        .join(Party, Party.id == Participation.party_id)
        .where(Participation.negotiation_id == negotiation.id, Party.slug == party_slug)
    )
    row = (await session.execute(_maybe_locked(wanted, lock))).one_or_none()
    return (row[0], row[1]) if row else None


async def get_speaker(session: AsyncSession, speaker_id: int, *, lock: bool = False) -> Speaker:
    """Return the live row of a public speaker; raise NotFound if there is none."""
    found = await session.scalar(
        _maybe_locked(select(Speaker).where(Speaker.id == speaker_id), lock)
    )
    if found is None or not found.public:
        raise NotFound(f"There is no speaker {speaker_id}.")
    return found


async def list_speakers_named(session: AsyncSession, name: str) -> list[Speaker]:
    """List the speakers with this name or alias; letter case does not matter."""
    key = name.strip().lower()
    aliases = func.lower(func.array_to_string(Speaker.aliases, "\n"))
    same = or_(
        func.lower(Speaker.name) == key,
        func.concat("\n", aliases, "\n").contains(f"\n{key}\n", autoescape=True),
    )
    return list(await session.scalars(select(Speaker).where(same).order_by(Speaker.id)))


async def find_speaker(
    session: AsyncSession, name: str | None, office: str | None, party_id: int | None
) -> Speaker | None:
    """Return the speaker with exactly this name, office and party, or None."""
    return await session.scalar(
        select(Speaker).where(
            Speaker.name.is_not_distinct_from(name),
            Speaker.office.is_not_distinct_from(office),
            Speaker.party_id.is_not_distinct_from(party_id),
        )
    )


def _maybe_locked(statement: Any, lock: bool) -> Any:
    return statement.with_for_update() if lock else statement


async def list_below(session: AsyncSession, query: ListQuery, kind: str, slug: str) -> ListPage:
    """Return a page of the objects of a kind in a negotiation.

    Raise NotFound if the negotiation did not exist at the instant asked for.
    """
    negotiation = await get_negotiation(session, slug)
    page = await list_objects(
        session,
        query,
        kind,
        ObjectPeriod.negotiation_id == negotiation.id,
        purpose=f"{kind} {slug}",
    )
    await get_held(session, page.at, "negotiation", negotiation.id)
    return page


async def list_negotiations(
    session: AsyncSession, at: Moment
) -> list[Snapshot[NegotiationDocument]]:
    """List all negotiations as known at a moment."""
    return await list_held(session, at, ObjectPeriod.kind == "negotiation")


async def list_speakers_of(
    session: AsyncSession, at: Moment, party_id: int
) -> list[Snapshot[SpeakerDocument]]:
    """List the speakers of a party as known at a moment, without those whom only drafts name."""
    found: list[Snapshot[SpeakerDocument]] = await list_held(
        session, at, ObjectPeriod.kind == "speaker", ObjectPeriod.public
    )
    return sorted(
        (s for s in found if s.data["party_id"] == party_id),
        key=lambda s: (s.data["name"] or "", s.id),
    )


NEWEST_STATED_BY = Prepared(
    lambda: select(func.max(PositionPeriod.stated_by)).where(
        PositionPeriod.negotiation_id == bindparam("negotiation_id", type_=BigInteger),
        PositionPeriod.status == "published",
        held_then(PositionPeriod),
    )
)


async def newest_stated_by(session: AsyncSession, at: Moment, negotiation_id: int) -> date | None:
    """Return the latest `stated_by` of a negotiation's published positions, or None."""
    row = await NEWEST_STATED_BY.one(session, at=at.seq, negotiation_id=negotiation_id)
    found: date | None = row[0]
    return found


async def parties_with_positions(
    session: AsyncSession, at: Moment, negotiation_id: int, parties: Iterable[int]
) -> set[int]:
    """Return those of these parties that have a published position in the negotiation."""
    rows = await session.scalars(
        select(PositionPeriod.party_id)
        .where(
            PositionPeriod.negotiation_id == negotiation_id,
            among(PositionPeriod.party_id, parties),
            PositionPeriod.status == "published",
            valid_at(PositionPeriod, at),
        )
        .distinct()
    )
    return set(rows)


async def retired_options(session: AsyncSession, issue_id: int) -> set[str]:
    """Return the slugs of an issue's retired options, from the live rows."""
    rows = await session.scalars(
        select(Option.slug).where(Option.issue_id == issue_id, Option.retired)
    )
    return set(rows)
