"""Serve the button that searches all texts for the words of saved quotes."""

from fastapi import Request, Response
from starlette.responses import RedirectResponse

from app.accounts.dependencies import FormEditor
from app.core.clock import now
from app.core.input_models import SlugInPath
from app.db.engine import Session
from app.forms.posted import Sent
from app.http.routing import Router
from app.http.templating import query
from app.negotiations.queries import get_negotiation
from app.proposals.repeats import propose_repeats

router = Router(include_in_schema=False)


@router.post("/n/{slug}/proposals/search")
async def search_texts(
    request: Request, session: Session, viewer: FormEditor, sent: Sent, slug: SlugInPath
) -> Response:
    """Propose further sources for what is quoted already; say in the inbox how many."""
    negotiation = await get_negotiation(session, slug)
    count = 0
    if not sent.shown_again:
        count = await propose_repeats(
            session,
            request.app.state.sessions,
            viewer=viewer,
            negotiation_id=negotiation.id,
            now=now(),
        )
    return RedirectResponse(
        f"/n/{slug}/proposals{query({'did': 'search', 'count': count})}#inbox", 303
    )
