"""Answer the form while an editor types: lists to choose from, checks of quotes, dates."""

import re

from fastapi import Request, Response

from app.accounts.dependencies import Editor
from app.core.clock import now
from app.db.engine import Session
from app.forms.fields import number
from app.forms.posted import Sent
from app.http.routing import Router
from app.http.templating import page
from app.position_form.form_facts import check_block, kept_quotes, preview
from app.position_form.lookups import (
    parties_like,
    settle_sources,
    source_label,
    sources_like,
    speakers_like,
)

router = Router(include_in_schema=False)


@router.get("/lookup/sources")
async def look_up_sources(request: Request, session: Session, viewer: Editor) -> Response:
    """List sources that contain all the words typed."""
    found = await sources_like(session, _asked(request, "source"))
    return page(request, "position_form/_sources.html", sources=[source_label(s) for s in found])


@router.get("/lookup/speakers")
async def look_up_speakers(request: Request, session: Session, viewer: Editor) -> Response:
    """List speakers that match all the words typed, those of `party` first."""
    found = await speakers_like(
        session, _asked(request, "speaker"), request.query_params.get("party")
    )
    return page(
        request,
        "position_form/_speakers.html",
        speakers=[(s.name, s.office, party) for s, party in found],
    )


@router.get("/lookup/parties")
async def look_up_parties(request: Request, session: Session, viewer: Editor) -> Response:
    """List parties of all negotiations that match all the words typed."""
    found = await parties_like(session, request.query_params.get("party", "")[:300])
    return page(request, "codebook/_parties.html", parties=[(p.slug, p.name) for p in found])


@router.post("/quotes/check-fragment")
async def check_fragment(
    request: Request, session: Session, viewer: Editor, sent: Sent
) -> Response:
    """Show the result of checking quote `n` as typed so far."""
    values, _ = await settle_sources(session, sent.values)
    n = number(request.query_params.get("n")) or 0
    return page(request, "position_form/_check.html", checked=await check_block(session, values, n))


@router.post("/positions/span-fragment")
async def span_fragment(request: Request, session: Session, viewer: Editor, sent: Sent) -> Response:
    """Show the dates that the position would have."""
    values, sources = await settle_sources(session, sent.values)
    kept = await kept_quotes(session, values)
    return page(
        request,
        "position_form/_span.html",
        span=preview(values, kept, sources, today=now().date()),
        live=True,
    )


def _asked(request: Request, field: str) -> str:
    """Return what was typed: the parameter `q`, or the form's field that the list belongs to."""
    asked = request.query_params
    names = [n for n in asked if n == "q" or re.fullmatch(rf"q-[0-9]+-{field}", n)]
    return asked[names[0]][:300] if names else ""
