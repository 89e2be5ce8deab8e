"""Load the practice negotiation from the first page."""

from fastapi import Response
from fastapi.responses import RedirectResponse

from app.accounts.dependencies import FormAdmin
from app.core.clock import now
from app.core.errors import Conflict
from app.datapackage.faults import ImportFaults
from app.db.engine import Session
from app.http.routing import Router
from app.practice.actions import load_practice

router = Router(include_in_schema=False)


@router.post("/practice")
async def load(session: Session, viewer: FormAdmin) -> Response:
    """Load the practice negotiation if it is not there, and show it."""
    try:
        slug, _ = await load_practice(session, by=viewer.name, now=now())
    except ImportFaults as error:
        raise Conflict(
            "The practice negotiation does not fit what is saved here:"
            f" {'; '.join(error.lines()[:5])}"
        ) from None
    return RedirectResponse(f"/n/{slug}", 303)
