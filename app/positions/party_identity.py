"""Merge two parties into one or split one into two: their participations and positions."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.log.writer import Log
from app.models.negotiation import Negotiation, Participation, Party, Speaker
from app.models.vocabulary import PartyRole
from app.negotiations.actions import (
    amend_participation,
    amend_party,
    find_or_add_speaker,
    publish_speaker,
    take_part,
)
from app.positions.party_handover import Handing, hand_over
from app.positions.recoding import RecodedPosition


async def merge_party(
    log: Log,
    handing: Handing,
    seats: Sequence[Participation],
    touched: Sequence[RecodedPosition],
    dropped: Mapping[int, int],
    *,
    names: bool,
) -> dict[int, int]:
    """Record all positions of a party in these negotiations under another party.

    Return the new ids of positions by the old ones. The caller has locked the participations
    (`seats`) and positions. With `names`, the party that stays also gets the names and speakers of
    the other. Can be repeated for what was restored or imported since.
    """
    for seat in seats:
        await _seat(log, handing, seat)
    numbers = await hand_over(log, handing, touched, dropped)
    for seat in seats:
        gone = {"merged_into_id": handing.receiver.id}
        for earlier in await _merged_before(log.session, seat):
            await amend_participation(log, earlier, gone, reason=handing.reason)
        await amend_participation(
            log, seat, {**gone, "consent_required": False}, reason=handing.reason
        )
    if names:
        speakers = await log.session.scalars(
            select(Speaker).where(Speaker.party_id == handing.giver.id).order_by(Speaker.id)
        )
        for speaker in speakers.all():
            there = await find_or_add_speaker(
                log,
                name=speaker.name,
                office=speaker.office,
                party_id=handing.receiver.id,
                public=speaker.public,
                aliases=speaker.aliases,
            )
            if speaker.public:
                await publish_speaker(log, there)
        aliases = [*handing.receiver.aliases, *new_names(handing.giver, handing.receiver)]
        await amend_party(log, handing.receiver, {"aliases": aliases}, reason=handing.reason)
    return numbers


async def split_party(
    log: Log,
    handing: Handing,
    seat: Participation,
    touched: Sequence[RecodedPosition],
    dropped: Mapping[int, int],
) -> dict[int, int]:
    """Record some of a party's positions in one negotiation under another party.

    Return the new ids of positions by the old ones.
    """
    await _seat(log, handing, seat)
    return await hand_over(log, handing, touched, dropped)


def new_names(giver: Party, receiver: Party) -> list[str]:
    """List the names of the giver that are not yet names or aliases of the receiver."""
    there = {receiver.name, receiver.short_name, *receiver.aliases}
    return [
        n
        for n in dict.fromkeys((giver.name, giver.short_name, *giver.aliases))
        if n and n not in there
    ]


async def _seat(log: Log, handing: Handing, seat: Participation) -> None:
    """Ensure that the receiver takes part: beside the giver, and in the same role if it is new."""
    wanted = select(Participation).where(
        Participation.negotiation_id == seat.negotiation_id,
        Participation.party_id == handing.receiver.id,
    )
    there = await log.session.scalar(wanted)
    if there is None:
        await take_part(
            log,
            negotiation=await log.session.get_one(Negotiation, seat.negotiation_id),
            party=handing.receiver,
            role=seat.role,
            consent_required=seat.consent_required,
            ordinal=seat.ordinal,
        )
    elif there.merged_into_id is not None:
        again = {"merged_into_id": None, "consent_required": there.role == PartyRole.PRINCIPAL}
        await amend_participation(log, there, again, reason=handing.reason)


async def _merged_before(session: AsyncSession, seat: Participation) -> list[Participation]:
    """List the participations merged earlier into this one, which have to follow it."""
    rows = await session.scalars(
        select(Participation)
        .where(
            Participation.negotiation_id == seat.negotiation_id,
            Participation.merged_into_id == seat.party_id,
        )
        .order_by(Participation.id)
        .with_for_update()
    )
    return list(rows)
