"""Submit, publish or discard several drafts at once: each by itself, and each refusal told."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.core.errors import Conflict, DomainError, NotFound, StaleVersion
from app.db.engine import attempt
from app.forms.fields import number
from app.log.reader import moment
from app.log.writer import writing
from app.models.position import Position
from app.models.vocabulary import PositionStatus
from app.negotiations.queries import get_negotiation_by_id
from app.positions import actions as positions
from app.positions import review_submissions
from app.positions.fault_sentences import said
from app.positions.presenter import views
from app.positions.queries import get_position, get_version
from app.review import actions

MOST = 200
DONE = {
    "publish": (PositionStatus.PUBLISHED, "published"),
    "discard": (PositionStatus.RETRACTED, "discarded"),
    "submit": (None, "submitted for review"),
    "return": (None, "returned"),  # one at a time: it needs a comment
}


@dataclass(slots=True)
class Several:
    """How many drafts something was done to, and why not to the others, by their id."""

    do: str
    done: int = 0
    refused: dict[int, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """What was done, as in "published"."""
        return DONE[self.do][1]


async def act_on(
    session: AsyncSession, negotiation_id: int, editor: str, do: str, marked: Iterable[str]
) -> Several:
    """Do it to each draft, given as "id:version", that is still as it was seen."""
    if do not in ("submit", "publish", "discard"):
        raise NotFound("There is no such action.")
    several = Several(do)
    for mark in list(dict.fromkeys(marked))[:MOST]:
        first, _, last = mark.partition(":")
        seen = number(first), number(last)
        if seen[0] is None or seen[1] is None:
            continue
        async with attempt(session) as refusals:
            await _act(session, negotiation_id, editor, do, (seen[0], seen[1]))
        if refusals:
            several.refused[seen[0]] = _why(refusals[0])
        else:
            several.done += 1
    return several


async def _act(
    session: AsyncSession, negotiation_id: int, editor: str, do: str, seen: tuple[int, int]
) -> None:
    position = await get_position(session, seen[0], lock=True)
    if position.negotiation_id != negotiation_id:
        raise NotFound(f"There is no draft {seen[0]} in this negotiation.")
    # Read anew: a draft that was refused before has undone what was read.
    negotiation = await get_negotiation_by_id(session, negotiation_id)
    after, _ = DONE[do]
    if position.status == after and position.version == seen[1] + 1:
        return  # pressed twice: the first request has done it
    _check(position, seen[1])
    if do == "submit":
        await review_submissions.submit(
            session, negotiation=negotiation, position=position, by=editor, now=now()
        )
        return
    async with writing(session, by=editor, now=now()) as log:
        if do == "discard":
            await positions.retract(log, position=position, reason="Discarded")
        else:
            at = await moment(session, drafts=True)
            version = await get_version(session, at, position.id, drafts=True)
            [view] = await views(session, at, [version])
            await actions.publish(
                log, negotiation=negotiation, position=position, view=view, comment=""
            )


def _check(position: Position, seen: int) -> None:
    if position.status != PositionStatus.DRAFT:
        raise Conflict("it is no longer a draft")
    if position.version != seen:
        raise StaleVersion("it was changed in the meantime: look at it again")


def _why(error: DomainError) -> str:
    return "; ".join(said(f) for f in error.faults) or error.detail
