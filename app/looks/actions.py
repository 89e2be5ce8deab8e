"""Save looks: an editor's notes that a cell was searched and nothing was found."""

from app.core import dates
from app.core.errors import Fault, Invalid
from app.log.writer import Log
from app.looks.schemas import LookInput
from app.models.negotiation import Negotiation
from app.models.position import Look
from app.positions.queries import cell_facts
from app.positions.schemas import PositionContent


async def note_look(log: Log, *, negotiation: Negotiation, sent: LookInput) -> Look:
    """Save a look, which tells a searched cell without a position from one never searched.

    See rule 7 of docs/rules.md. Raises Invalid for a date in the future.
    """
    cell = await cell_facts(log.session, negotiation, sent.party, sent.issue, PositionContent())
    if dates.not_begun(dates.parse(sent.looked_on.isoformat()), log.now):
        raise Invalid(
            "The look was not noted.", Fault("/looked_on", "has not yet begun anywhere on earth")
        )
    row = Look(
        negotiation_id=negotiation.id,
        party_id=cell.party_id,
        issue_id=cell.issue_id,
        looked_on=sent.looked_on,
        where=sent.where,
        by=log.by,
    )
    log.session.add(row)
    await log.record(row, "published", negotiation_id=negotiation.id)
    return row
