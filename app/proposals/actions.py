"""Propose positions, sources and corrections; nothing here reaches readers."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.accounts.queries import Viewer
from app.core.errors import Conflict, DomainError, Fault, Invalid
from app.db.engine import one_at_a_time, transaction
from app.http.problems import as_json
from app.http.responses import plain_json
from app.log.writer import Log, writing
from app.models.proposal import Proposal, ProposedText
from app.models.vocabulary import ProposalState
from app.proposals import refusals
from app.proposals.checks import Checked, Checking, check
from app.proposals.queries import Load, find_own, find_same, load_of
from app.proposals.schemas import ProposalInput

# What may wait of one account, and what it may propose in a day.
MOST_WAITING, MOST_TEXTS, MOST_A_DAY = 1_000, 100, 5_000
NOT_TAKEN = "Nothing was proposed: correct what is listed, and send it again."


class Refused(Invalid):
    """Proposals that the checks refuse, by their place, with what is to be counted of them."""

    def __init__(
        self, errors: Mapping[int, DomainError], counted: Sequence[refusals.Refusal]
    ) -> None:
        faults = []
        for n, error in errors.items():
            where = f"/proposals/{n}"
            own = [replace(f, where=f"{where}{f.where}") for f in error.faults]
            faults += own or [Fault(where, error.detail)]
        super().__init__(NOT_TAKEN, *faults)
        self.errors, self.counted = errors, counted


async def propose(
    session: AsyncSession,
    sessions: async_sessionmaker[AsyncSession],
    *,
    viewer: Viewer,
    sent: ProposalInput | Sequence[ProposalInput],
    now: datetime,
) -> list[Proposal]:
    """Take proposals, all or none; return them in their order.

    What is equal to an earlier one joins it, and shares its decision; what an account sends again
    word for word is the same proposal. Raise Refused with what an editor would be told, each fault
    below `/proposals/N` if a sequence was sent, and Conflict if too many wait. What is refused is
    counted in a transaction of `sessions`; that of `session` is undone before.
    """
    several = [sent] if isinstance(sent, ProposalInput) else sent
    try:
        return await _propose(session, viewer, several, now)
    except Refused as error:
        # Its connection may be the last one that is free.
        await session.rollback()
        async with transaction(sessions) as counting:
            await refusals.count(counting, viewer, error.counted, now=now)
        if isinstance(sent, ProposalInput):
            raise error.errors[0] from None
        raise


async def _propose(
    session: AsyncSession, viewer: Viewer, sent: Sequence[ProposalInput], now: datetime
) -> list[Proposal]:
    # Before the checks, so that a program that sends too much costs little.
    _require_room(await load_of(session, viewer.id, now=now), sent)
    checked = await _check_all(session, viewer, sent, now)
    await one_at_a_time(session, "proposals")
    _require_room(await load_of(session, viewer.id, now=now), sent)
    made = []
    async with writing(session, by=viewer.name, now=now) as log:
        for one, found in zip(sent, checked, strict=True):
            made.append(await _take(log, viewer, one, found))
    return made


def _require_room(load: Load, sent: Sequence[ProposalInput]) -> None:
    """Raise Conflict if more would wait, or come in a day, than an account may propose."""
    texts = sum(one.source is not None for one in sent)
    if load.waiting + len(sent) > MOST_WAITING:
        raise Conflict(
            f"{load.waiting:,} of your proposals wait for a decision; {MOST_WAITING:,} may wait at "
            "a time. Nothing was proposed."
        )
    if load.texts + texts > MOST_TEXTS:
        raise Conflict(
            f"{load.texts:,} sources that you proposed wait for a decision; {MOST_TEXTS} may wait "
            "at a time. Nothing was proposed."
        )
    if load.lately + len(sent) > MOST_A_DAY:
        raise Conflict(
            f"You have proposed {load.lately:,} times within 24 hours; {MOST_A_DAY:,} is the most."
        )


async def _check_all(
    session: AsyncSession, viewer: Viewer, sent: Sequence[ProposalInput], now: datetime
) -> list[Checked]:
    """Check all proposals; raise Refused with the faults of all of them."""
    checked: list[Checked] = []
    refused: dict[int, DomainError] = {}
    by = Checking(viewer, now)
    for n, one in enumerate(sent):
        try:
            checked.append(await check(session, by, one))
        except DomainError as error:
            refused[n] = error
    if not refused:
        return checked
    counted = [
        refusals.Refusal(proposer(viewer, sent[n]), refusals.reasons(error))
        for n, error in refused.items()
    ]
    raise Refused(refused, counted)


def proposer(viewer: Viewer, sent: ProposalInput) -> dict[str, str]:
    """Return who found a proposal: as sent, else the account as a person."""
    if sent.proposed_by is None:
        return {"person": viewer.name}
    return sent.proposed_by.model_dump(exclude_none=True)


async def _take(log: Log, viewer: Viewer, sent: ProposalInput, found: Checked) -> Proposal:
    session, by = log.session, proposer(viewer, sent)
    same = await find_same(session, found.fingerprint)
    if same is not None and (own := await find_own(session, same, viewer.id, by)):
        return own
    row = Proposal(
        uid=uuid4(),
        version=1,
        kind=sent.kind,
        state=same.state if same else ProposalState.OPEN,
        negotiation_id=found.negotiation_id,
        party_id=found.party_id,
        issue_id=found.issue_id,
        source_ids=found.source_ids,
        position_id=found.position and found.position.id,
        position_version=found.position and found.position.version,
        account_id=viewer.id,
        by=viewer.name,
        proposed_by=by,
        note=sent.note or None,
        request=_request(sent),
        warnings=[as_json(w) for w in found.warnings],
        fingerprint=found.fingerprint,
        same_as_id=same and same.id,
        proposed_at=log.now,
    )
    if same is not None:
        for name in DECISION:
            setattr(row, name, getattr(same, name))
    session.add(row)
    await session.flush()
    if sent.source is not None and same is None:
        session.add(ProposedText(proposal_id=row.id, text=sent.source.text))
    await log.record(row, "proposed", public=False, negotiation_id=row.negotiation_id)
    return row


# What a proposal shares with those that are the same.
DECISION = (
    "position_id", "position_version", "source_id", "decided_at", "decided_by", "mended", "why",
    "reason",
)  # fmt: skip


def _request(sent: ProposalInput) -> dict[str, Any]:
    """Return what was sent about the object, without the text of a source."""
    own: dict[str, Any] = {}
    if sent.position is not None:
        own["position"] = sent.position.model_dump(mode="json", exclude_unset=True)
    if sent.correction is not None:
        own["correction"] = sent.correction.model_dump(mode="json")
    if sent.source is not None:
        own["source"] = sent.source.model_dump(mode="json", exclude_unset=True, exclude={"text"})
        own["source"]["text_length"] = len(sent.source.text)
    return plain_json(own)
