"""Serve the list of what one has proposed oneself, and the form that withdraws a proposal."""

from typing import Annotated

from fastapi import Path, Request, Response
from pydantic import Field
from starlette.responses import RedirectResponse

from app.accounts.dependencies import Sender, SignedIn
from app.core.clock import now
from app.core.input_models import Query, read_query
from app.db.engine import Session, attempt
from app.forms.posted import Sent
from app.http.routing import Router
from app.http.templating import page, query
from app.proposals import deciding, queries, words
from app.proposals.naming import name_cells
from app.proposals.schemas import ProposalsQuery

router = Router(prefix="/proposals", include_in_schema=False)

SHOWN = 50
MOST_REASON = 5_000  # characters


class OwnQuery(Query):
    """Where the list goes on."""

    before: Annotated[int | None, Field(ge=1, lt=2**63)] = None


@router.get("")
async def list_own(request: Request, session: Session, viewer: SignedIn) -> Response:
    """List what the viewer has proposed and what became of it, the newest first."""
    asked = read_query(OwnQuery, request)
    wanted = ProposalsQuery(mine=True, limit=SHOWN)
    found, more = await queries.list_found(session, viewer, wanted, before=asked.before)
    return page(
        request,
        "proposals/own.html",
        listed=found,
        names=await name_cells(session, found),
        more=query({"before": more}) if more else "",
        words=words,
    )


@router.post("/{proposal_id}/withdraw")
async def withdraw(
    request: Request,
    session: Session,
    viewer: Sender,
    sent: Sent,
    proposal_id: Annotated[int, Path(ge=1, lt=2**63)],
) -> Response:
    """Withdraw a proposal; if it was decided meanwhile, its page says so."""
    there = f"/proposals/{proposal_id}"
    await queries.get_found(session, viewer, proposal_id)
    if sent.shown_again:
        return RedirectResponse(there, 303)
    reason = sent.values.get("reason", "").strip()[:MOST_REASON]
    async with attempt(session) as errors:
        await deciding.withdraw(session, viewer, proposal_id, reason=reason, now=now())
    return RedirectResponse(f"{there}?told={'late' if errors else 'withdrawn'}", 303)
