"""State, correct, restore and retract positions; nothing is ever overwritten."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from app.core.errors import Conflict, Fault, Forbidden, Invalid
from app.log.entry import Change
from app.log.writer import Log
from app.models.negotiation import Negotiation
from app.models.position import Position
from app.models.source import Quote, QuoteCheck
from app.models.vocabulary import PositionStatus
from app.negotiations.actions import publish_speaker
from app.positions import queries
from app.positions.compose import CellFacts, Composed, Saving, compose
from app.positions.live_rows import store
from app.positions.mismatch_help import with_closest
from app.positions.review_submissions import writers
from app.positions.schemas import PositionContent
from app.positions.sent_quotes import resolve_quotes

DRAFT, PUBLISHED, RETRACTED = (
    PositionStatus.DRAFT,
    PositionStatus.PUBLISHED,
    PositionStatus.RETRACTED,
)


async def state(
    log: Log,
    *,
    negotiation: Negotiation,
    party: str,
    issue: str,
    wanted: PositionContent,
    status: PositionStatus | None = None,
) -> tuple[Position, list[Fault]]:
    """Record that a party takes a position or moves to another one; return it with its warnings.

    A move is a new position with its own date, never a new version (docs/rules.md, rule 5). Raise
    Invalid with all faults, and Forbidden for publishing at once where a second person publishes.
    """
    if negotiation.review and status == PUBLISHED:
        raise Forbidden("This negotiation requires review: save it as a draft.")
    status = status or (DRAFT if negotiation.review else PUBLISHED)
    cell = await queries.cell_facts(log.session, negotiation, party, issue, wanted)
    composed, new = await _compose(
        log, wanted, cell, status=status, before=None, first_published=None
    )
    position = Position(
        uid=uuid4(),
        version=1,
        negotiation_id=cell.negotiation_id,
        party_id=cell.party_id,
        issue_id=cell.issue_id,
        created_by=log.by,
        first_published_at=None,
    )
    action = "published" if status == PUBLISHED else "created"
    await write(log, position, composed.document, new, action=action, reason=None)
    return position, composed.warnings


async def correct(
    log: Log,
    *,
    negotiation: Negotiation,
    position: Position,
    wanted: PositionContent,
    status: PositionStatus,
    reason: str | None,
) -> list[Fault]:
    """Write a new version of a position to correct its record, or to edit or publish a draft.

    The caller has locked the position. If nothing changes, nothing is written. Return the warnings;
    raise Invalid with all faults, and Forbidden where another person has to publish the draft.
    """
    session = log.session
    before = await queries.document(session, position)
    reviewed = negotiation.review and status == PUBLISHED and position.status != PUBLISHED
    if reviewed and log.by in (await writers(session, [position]))[position.id]:
        raise Forbidden(
            "This negotiation requires review: somebody who did not write any part of the draft "
            "publishes it."
        )
    cell = await queries.cell_facts(
        session, negotiation, position.party_id, position.issue_id, wanted
    )
    composed, new = await _compose(
        log,
        wanted,
        cell,
        status=status,
        before=before,
        first_published=position.first_published_at,
    )
    document = composed.document
    if "proposals" in before:
        document["proposals"] = before["proposals"]
    if {**before, **document} == before:
        return composed.warnings
    if reviewed and _rewritten(before, document):
        raise Forbidden(
            "This negotiation requires review: publish the draft unchanged, or save the change"
            " and let another editor publish it."
        )
    position.version += 1
    action = _action(before["status"], status)
    await write(log, position, document, new, action=action, reason=reason)
    return composed.warnings


async def restore(
    log: Log,
    *,
    position: Position,
    status: PositionStatus,
    reason: str | None,
) -> None:
    """Restore a retracted position as it was: published if it ever was published, else a draft.

    Raise Conflict unless it is retracted, Invalid if `status` is another one.
    """
    if position.status != RETRACTED:
        raise Conflict("It is not retracted.")
    if status != (DRAFT if position.first_published_at is None else PUBLISHED):
        raise Invalid(
            "What was published does not become a draft again.",
            Fault("/status", "must be published"),
        )
    document = await queries.document(log.session, position)
    document.pop("recoded_as", None)  # no other position replaces it any more
    position.version += 1
    await write(
        log,
        position,
        {**document, "status": str(status)},
        [],
        action="restored",
        reason=reason,
    )


async def retract(log: Log, *, position: Position, reason: str) -> None:
    """Retract a position: it no longer counts for any `as_of`, but its page stays and says so.

    Raise Conflict if it is retracted already.
    """
    if position.status == RETRACTED:
        raise Conflict("It is retracted already.")
    document = await queries.document(log.session, position)
    position.version += 1
    await write(
        log,
        position,
        {**document, "status": str(RETRACTED)},
        [],
        action="retracted",
        reason=reason,
    )


@dataclass(frozen=True, slots=True)
class Examined:
    """A version of a position as it would be published, with the checks of its new quotes."""

    cell: CellFacts
    document: dict[str, Any]
    new: Sequence[tuple[Quote, QuoteCheck]]
    warnings: Sequence[Fault]
    changes: bool  # does it differ from the version in whose place it would be?


async def examine(
    log: Log,
    *,
    negotiation: Negotiation,
    cell: tuple[str | int, str | int],
    wanted: PositionContent,
    position: Position | None = None,
) -> Examined:
    """Check a position as if it were published now, in place of `position` if that is given.

    New speakers are written: the caller undoes that. Raise Invalid with all faults.
    """
    before = await queries.document(log.session, position) if position else None
    facts = await queries.cell_facts(log.session, negotiation, *cell, wanted)
    composed, new = await _compose(
        log,
        wanted,
        facts,
        status=PUBLISHED,
        before=before,
        first_published=position.first_published_at if position else None,
    )
    changes = before is None or {**before, **composed.document} != before
    return Examined(facts, composed.document, new, composed.warnings, changes)


def _rewritten(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Tell whether publishing changes a draft; dates first computed on publishing do not count."""
    computed = {"status"} | {
        name for name in ("stated_on", "stated_from", "stated_by") if before.get(name) is None
    }
    if not after.get("by_by_hand"):
        computed.add("stated_by")
    return any(before.get(name) != value for name, value in after.items() if name not in computed)


def _action(before: str, after: str) -> str:
    if before == RETRACTED:
        return "restored"
    if before == DRAFT:
        return "published" if after == PUBLISHED else "edited"
    return "corrected"


async def _compose(
    log: Log,
    wanted: PositionContent,
    cell: CellFacts,
    *,
    status: PositionStatus,
    before: dict[str, Any] | None,
    first_published: datetime | None,
) -> tuple[Composed, list[tuple[Quote, QuoteCheck]]]:
    session = log.session
    faults: list[Fault] = []
    quotes, new = await resolve_quotes(
        log, wanted.quotes, cell, before, faults, public=status == PUBLISHED
    )
    day = (first_published or log.now).astimezone(UTC).date()
    saving = Saving(status, before=before, now=log.now, recorded_day=day)
    composed = compose(wanted, cell, quotes, saving)
    faults += composed.faults
    if faults:
        raise Invalid("The position was not saved.", *await with_closest(session, faults, quotes))
    composed.warnings[:] = await with_closest(session, composed.warnings, quotes)
    composed.warnings.extend(await queries.same_words_elsewhere(session, cell, [q for q, _ in new]))
    return composed, new


async def write(
    log: Log,
    position: Position,
    document: dict[str, Any],
    new: Sequence[tuple[Quote, QuoteCheck]],
    *,
    action: str,
    reason: str | None,
) -> None:
    """Write a version of a position: its new quotes, the live rows and its entry in the log.

    A published version also makes public the speakers that only drafts have named so far.
    """
    session = log.session
    await store(session, position, document, [quote for quote, _ in new])
    for quote, check in new:
        check.quote_id = quote.id
        log.checks.append(check)
    document["uid"] = str(position.uid)
    if log.proposed:
        made = {"version": position.version, **log.proposed}
        document["proposals"] = [*document.get("proposals", ()), made]
    public = document["status"] == PUBLISHED or position.first_published_at is not None
    if document["status"] == PUBLISHED:
        for speaker in await queries.hidden_speakers(session, document, log.public_speakers):
            await publish_speaker(log, speaker)
    log.add(
        Change(
            "position",
            position.id,
            position.version,
            action,
            document,
            public=public,
            reason=reason,
            negotiation_id=position.negotiation_id,
            position=position,
        )
    )
