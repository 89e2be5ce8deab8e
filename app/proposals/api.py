"""Serve proposals as JSON: to whoever proposed them, and to editors."""

from typing import Annotated, Any

from fastapi import Query, Request, Response

from app.accounts.api_router import api_router
from app.accounts.dependencies import Editor, SignedIn
from app.accounts.idempotency import once
from app.accounts.queries import Viewer
from app.core.clock import now
from app.core.input_models import NumberInPath
from app.db.engine import Session
from app.http.described import Answer, answers, takes
from app.http.json_body import Sent
from app.http.pagination import read_cursor, write_cursor
from app.http.problems import read_body
from app.http.responses import answer
from app.log.api_answers import created, next_link, times
from app.log.reader import Moment, moment
from app.proposals import actions, deciding, queries
from app.proposals.figures import as_json, figures
from app.proposals.presenter import proposal_json
from app.proposals.schemas import (
    Proposal,
    ProposalBatch,
    ProposalInput,
    ProposalsQuery,
    ProposerFigures,
    Withdrawal,
)

router = api_router("/proposals", tag="proposals")

PURPOSE = "proposals"
EXAMPLE: dict[str, Any] = {
    "kind": "position",
    "position": {
        "negotiation": "lake",
        "party": "northshore",
        "issue": "quota",
        "attitudes": {"q40": "prefers"},
        "firmness": "demand",
        "quotes": [
            {"source_id": 1, "exact": "Not one drop less", "speaker": "Mara Venn"},
        ],
    },
    "proposed_by": {"tool": "reader", "model": "some-model", "version": "1.2", "run": "2024-06-01"},
    "note": "Second paragraph.",
}


@router.get(
    "",
    summary="List proposals",
    responses=answers(Answer[list[Proposal]], 401),
)
async def list_proposals(
    request: Request, session: Session, viewer: SignedIn, query: Annotated[ProposalsQuery, Query()]
) -> Response:
    """Proposals, the newest first: to editors all, to others their own."""
    at = await _moment(session, viewer)
    before = None
    if query.cursor is not None:
        [before] = read_cursor(query.cursor, PURPOSE, at.epoch)
    found, more = await queries.list_found(session, viewer, query, before=before)
    following = None if more is None else write_cursor(PURPOSE, at.epoch, more)
    rows = [proposal_json(one, editor=viewer.may_edit) for one in found]
    return answer(request, rows, times(at, next=following), links=next_link(request, following))


@router.get(
    "/figures",
    summary="Read what became of proposals",
    responses=answers(Answer[list[ProposerFigures]], 401, 403),
)
async def show_figures(request: Request, session: Session, viewer: Editor) -> Response:
    """Count by account and by person, or tool with model, version and run, what became of it.

    What the checks refused is counted by reason; of its content nothing is kept. `agreement`
    compares with people's own coding of the same sources.
    """
    at = await _moment(session, viewer)
    return answer(request, [as_json(row) for row in await figures(session)], times(at, next=None))


@router.get(
    "/{proposal_id}",
    summary="Read a proposal",
    responses=answers(Answer[Proposal], 401),
)
async def show_proposal(
    request: Request, session: Session, viewer: SignedIn, proposal_id: NumberInPath
) -> Response:
    """One proposal and what became of it: to editors any, to others their own."""
    at = await _moment(session, viewer)
    found = await queries.get_found(session, viewer, proposal_id)
    return answer(request, proposal_json(found, editor=viewer.may_edit), times(at))


@router.post(
    "",
    status_code=201,
    summary="Propose",
    responses=answers(Answer[Proposal], 401, status=201),
    openapi_extra=takes(ProposalInput, EXAMPLE),
)
async def propose(request: Request, session: Session, viewer: SignedIn, body: Sent) -> Response:
    """Propose a position, a source or a correction, for editors to decide about.

    Each is checked like what an editor saves, and refused with the same errors. Send up to 100 as
    `{"proposals": […]}`: all are taken or none, and `data` is their list. Readers never see any.
    """

    async def work() -> Response:
        several = isinstance(body, dict) and "proposals" in body
        sent: ProposalInput | list[ProposalInput] = (
            read_body(ProposalBatch, body).proposals if several else read_body(ProposalInput, body)
        )
        rows = await actions.propose(
            session, request.app.state.sessions, viewer=viewer, sent=sent, now=now()
        )
        at = await _moment(session, viewer)
        found = [await queries.get_found(session, viewer, row.id) for row in rows]
        data = [proposal_json(one, editor=viewer.may_edit) for one in found]
        if several:
            return created(answer(request, data, times(at)), "/proposals")
        return created(answer(request, data[0], times(at)), f"/proposals/{rows[0].id}")

    return await once(request, session, viewer, work)


@router.post(
    "/{proposal_id}/withdraw",
    summary="Withdraw a proposal",
    responses=answers(Answer[Proposal], 401),
    openapi_extra=takes(Withdrawal, {"reason": "Made with the wrong prompt."}),
)
async def withdraw_proposal(
    request: Request, session: Session, viewer: SignedIn, proposal_id: NumberInPath, body: Sent
) -> Response:
    """Take back one's own proposal that waits for a decision; editors still see that it was made.

    409 if it is decided. The same proposal of another account goes on waiting.
    """

    async def work() -> Response:
        wanted = read_body(Withdrawal, body)
        await deciding.withdraw(session, viewer, proposal_id, reason=wanted.reason or "", now=now())
        at = await _moment(session, viewer)
        found = await queries.get_found(session, viewer, proposal_id)
        return answer(request, proposal_json(found, editor=viewer.may_edit), times(at))

    return await once(request, session, viewer, work)


async def _moment(session: Session, viewer: Viewer) -> Moment:
    return await moment(session, drafts=viewer.may_edit)
