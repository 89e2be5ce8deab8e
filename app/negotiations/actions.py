"""Write negotiations, parties, participations and speakers."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from app.core.errors import Conflict
from app.db.engine import one_at_a_time
from app.log.writer import Log
from app.models.negotiation import Negotiation, Participation, Party, Speaker
from app.models.vocabulary import PartyRole
from app.negotiations import queries


async def add_negotiation(log: Log, **fields: Any) -> Negotiation:
    """Add a negotiation; raise Conflict if its slug is in use."""
    session = log.session
    slug = fields["slug"]
    await one_at_a_time(session, f"negotiation {slug}")
    if await session.scalar(select(Negotiation.id).where(Negotiation.slug == slug)):
        raise Conflict(f"There is a negotiation {slug!r} already.")
    row = Negotiation(**fields)
    session.add(row)
    await session.flush()
    await log.record(row, "published", negotiation_id=row.id)
    return row


async def amend_negotiation(
    log: Log, row: Negotiation, fields: dict[str, Any], *, reason: str | None
) -> bool:
    """Correct a negotiation; return False if nothing changed."""
    return await log.amend(row, fields, reason=reason, negotiation_id=row.id)


async def add_party(log: Log, **fields: Any) -> Party:
    """Add a party; raise Conflict if its slug is in use."""
    session = log.session
    slug = fields["slug"]
    await one_at_a_time(session, f"party {slug}")
    if await session.scalar(select(Party.id).where(Party.slug == slug)):
        raise Conflict(f"There is a party {slug!r} already.")
    row = Party(**fields)
    session.add(row)
    await log.record(row, "published")
    return row


async def amend_party(log: Log, row: Party, fields: dict[str, Any], *, reason: str | None) -> bool:
    """Correct a party; return False if nothing changed."""
    return await log.amend(row, fields, reason=reason)


async def take_part(
    log: Log,
    *,
    negotiation: Negotiation,
    party: Party,
    role: str = PartyRole.PRINCIPAL,
    consent_required: bool | None = None,
    ordinal: int | None = None,
) -> Participation:
    """Add a party to a negotiation, by default after the others.

    By default its consent is required if it is a principal. Raise Conflict if it takes part
    already.
    """
    session = log.session
    if await queries.find_participation(session, negotiation, party.slug):
        raise Conflict(f"{party.name} takes part in this negotiation already.")
    if ordinal is None:
        highest = select(func.max(Participation.ordinal)).where(
            Participation.negotiation_id == negotiation.id
        )
        ordinal = 1 + (await session.scalar(highest) or 0)
    row = Participation(
        negotiation_id=negotiation.id,
        party_id=party.id,
        role=role,
        consent_required=role == PartyRole.PRINCIPAL
        if consent_required is None
        else consent_required,
        ordinal=ordinal,
    )
    session.add(row)
    await log.record(row, "published", negotiation_id=negotiation.id)
    return row


async def amend_participation(
    log: Log, row: Participation, fields: dict[str, Any], *, reason: str | None
) -> bool:
    """Correct a participation; return False if nothing changed."""
    return await log.amend(row, fields, reason=reason, negotiation_id=row.negotiation_id)


async def add_speaker(log: Log, *, public: bool = True, **fields: Any) -> Speaker:
    """Add a speaker; with `public=False`, one whom only drafts name so far.

    Raise Conflict if there is one with the same name, office and party. A public speaker may exist
    already without being public: that one is then published.
    """
    session = log.session
    who = [fields.get(n) for n in ("name", "office", "party_id")]
    await one_at_a_time(session, "speaker {!r} {!r} {}".format(*who))
    there = await queries.find_speaker(session, *who)
    if there is not None and public:
        await session.refresh(there, with_for_update=True)
    if there is not None and (there.public or not public):
        raise Conflict("A speaker with this name, office and party already exists.")
    if there is not None:  # a Conflict would reveal that somebody's draft names the speaker
        there.aliases = fields.get("aliases") or there.aliases
        await publish_speaker(log, there)
        return there
    row = Speaker(public=public, **fields)
    session.add(row)
    await log.record(row, "published" if public else "created", public=public)
    return row


async def find_or_add_speaker(
    log: Log,
    *,
    name: str | None,
    office: str | None,
    party_id: int | None,
    public: bool,
    aliases: Sequence[str] = (),
) -> Speaker:
    """Return the speaker with this name, office and party; add one if there is none."""
    await one_at_a_time(log.session, f"speaker {name!r} {office!r} {party_id}")
    there = await queries.find_speaker(log.session, name, office, party_id)
    return there or await add_speaker(
        log,
        public=public,
        name=name,
        office=office,
        party_id=party_id,
        aliases=list(aliases),
    )


async def publish_speaker(log: Log, row: Speaker) -> None:
    """Make a speaker public, because a published position names them."""
    if not row.public:
        row.public = True
        row.version += 1
        await log.record(row, "published")


async def amend_speaker(
    log: Log, row: Speaker, fields: dict[str, Any], *, reason: str | None
) -> bool:
    """Correct a speaker; return False if nothing changed."""
    return await log.amend(row, fields, reason=reason, public=row.public)
