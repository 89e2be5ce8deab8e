"""Two parties turn out to be one, or one turns out to be two: who sits where, and whose positions are whose."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.log.writer import Log
from app.models.negotiation import Negotiation, Participation, Party, Speaker
from app.models.vocabulary import PartyRole
from app.negotiations.actions import (
    amend_participation,
    amend_party,
    publish_speaker,
    speaker_on_file,
    take_part,
)
from app.positions.party_handover import Handing, hand_over
from app.positions.recoding import Touched


async def merge_party(
    session: AsyncSession,
    log: Log,
    handing: Handing,
    seats: Sequence[Participation],
    touched: Sequence[Touched],
    dropped: Mapping[int, int],
    *,
    names: bool,
) -> dict[int, int]:
    """Record everything that a party holds at these tables as another's; gives the new numbers by the old ones.

    Takes seats and positions locked. With `names` the one that stays has the other's, and its speakers. Can be done
    again for what was restored or imported since.
    """
    for seat in seats:
        await _seat(session, log, handing, seat)
    numbers = await hand_over(session, log, handing, touched, dropped)
    for seat in seats:
        gone = {"merged_into_id": handing.receiver.id}
        for earlier in await _merged_before(session, seat):
            await amend_participation(log, earlier, gone, reason=handing.reason)
        await amend_participation(
            log, seat, {**gone, "consent_required": False}, reason=handing.reason
        )
    if names:
        speakers = await session.scalars(
            select(Speaker).where(Speaker.party_id == handing.giver.id).order_by(Speaker.id)
        )
        for speaker in speakers.all():
            there = await speaker_on_file(
                session, log, name=speaker.name, office=speaker.office, party_id=handing.receiver.id,
                public=speaker.public, aliases=speaker.aliases,
            )  # fmt: skip
            if speaker.public:
                await publish_speaker(log, there)
        aliases = [*handing.receiver.aliases, *new_names(handing.giver, handing.receiver)]
        await amend_party(log, handing.receiver, {"aliases": aliases}, reason=handing.reason)
    return numbers


async def split_party(
    session: AsyncSession,
    log: Log,
    handing: Handing,
    seat: Participation,
    touched: Sequence[Touched],
    dropped: Mapping[int, int],
) -> dict[int, int]:
    """Record some of a party's positions at one table as another's; gives the new numbers by the old ones."""
    await _seat(session, log, handing, seat)
    return await hand_over(session, log, handing, touched, dropped)


def new_names(giver: Party, receiver: Party) -> list[str]:
    """Names of the one that the other is not found by yet."""
    there = {receiver.name, receiver.short_name, *receiver.aliases}
    return [
        n
        for n in dict.fromkeys((giver.name, giver.short_name, *giver.aliases))
        if n and n not in there
    ]


async def _seat(session: AsyncSession, log: Log, handing: Handing, seat: Participation) -> None:
    """See to it that the receiver takes part where the giver does, beside it and as it does."""
    wanted = select(Participation).where(
        Participation.negotiation_id == seat.negotiation_id,
        Participation.party_id == handing.receiver.id,
    )
    there = await session.scalar(wanted)
    if there is None:
        await take_part(
            session, log, negotiation=await session.get_one(Negotiation, seat.negotiation_id), party=handing.receiver,
            role=seat.role, consent_required=seat.consent_required, ordinal=seat.ordinal,
        )  # fmt: skip
    elif there.merged_into_id is not None:
        again = {"merged_into_id": None, "consent_required": there.role == PartyRole.PRINCIPAL}
        await amend_participation(log, there, again, reason=handing.reason)


async def _merged_before(session: AsyncSession, seat: Participation) -> list[Participation]:
    """Those who had been merged into the party that is merged now: they go along."""
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
