"""Show and save the form for a new position, for a party's move, or for a correction.

Saving is a POST to the form's own URL. Its smaller buttons send `do` and get the form back; then
nothing is saved.
"""

from typing import Annotated

from fastapi import Path, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse

from app.accounts.dependencies import Editor, FormEditor
from app.accounts.queries import Viewer
from app.core.errors import Conflict
from app.core.input_models import SlugInPath
from app.db.engine import Session
from app.forms.fields import number
from app.forms.posted import Posted, Sent
from app.http.routing import Router
from app.http.templating import page
from app.models.vocabulary import PositionStatus
from app.negotiations.code_book import titles_of
from app.negotiations.navigation import nav
from app.position_form.also_for import also_for
from app.position_form.merge_conflict import conflict
from app.position_form.prefill import carried_over, filled
from app.position_form.purpose import Mode, Purpose, State, prefilled, view_of
from app.position_form.saved_forms import Saved
from app.position_form.submit import submit
from app.position_form.view import form_context

router = Router(include_in_schema=False)

Number = Annotated[int, Path(ge=1, lt=2**63)]


@router.get("/n/{slug}/positions/new")
async def new_form(
    request: Request, session: Session, viewer: Editor, slug: SlugInPath
) -> Response:
    """Show the form for a new position, filled in from the parameters of the URL.

    With `?also=12&party=…` it is filled in from position 12, for another party that holds the same.
    """
    asked = request.query_params
    if also := number(asked.get("also")):
        state = await also_for(session, slug, also, asked.get("party", ""))
    else:
        state = State(prefilled(asked))
    return await _show(request, session, viewer, Purpose(slug), state)


@router.post("/n/{slug}/positions/new")
async def post_new(
    request: Request, session: Session, viewer: FormEditor, sent: Sent, slug: SlugInPath
) -> Response:
    """Save a new position, or carry out a step within its form."""
    return await _take(request, session, viewer, Purpose(slug), sent)


@router.get("/positions/{position_id}/move")
async def move_form(
    request: Request, session: Session, viewer: Editor, position_id: Number
) -> Response:
    """Show the form for the party's next position, filled in from this one."""
    view = await view_of(session, position_id)
    purpose = Purpose(view.negotiation, "move", view)
    return await _show(request, session, viewer, purpose, State(carried_over(view)))


@router.get("/positions/{position_id}/correct")
async def correct_form(
    request: Request, session: Session, viewer: Editor, position_id: Number
) -> Response:
    """Show the form that corrects the newest version.

    With `?from=2` it is filled in from version 2, to bring that back as a new version.
    """
    view = await view_of(session, position_id)
    if view.status == PositionStatus.RETRACTED:
        raise Conflict("Retracted positions can only be restored.")
    asked = request.query_params.get("from", "")
    values = filled(view)
    if asked.isdecimal() and len(asked) < 10 and int(asked) != view.version:
        values = filled(await view_of(session, position_id, int(asked))) | {
            "reason": f"Brought back version {asked}"
        }
    purpose = Purpose(view.negotiation, "correct", view)
    return await _show(request, session, viewer, purpose, State(values))


@router.post("/positions/{position_id}/move")
@router.post("/positions/{position_id}/correct")
async def post_change(
    request: Request, session: Session, viewer: FormEditor, sent: Sent, position_id: Number
) -> Response:
    """Save a move, a correction or an edited draft, or carry out a step within its form."""
    view = await view_of(session, position_id)
    mode: Mode = "move" if request.url.path.endswith("/move") else "correct"
    return await _take(request, session, viewer, Purpose(view.negotiation, mode, view), sent)


async def _take(
    request: Request, session: AsyncSession, viewer: Viewer, purpose: Purpose, sent: Posted
) -> Response:
    """Submit the form; a correction of an outdated version is answered with both texts (412)."""
    result = await submit(session, viewer, purpose, sent)
    if isinstance(result, Saved):
        return RedirectResponse(f"/positions/{result.position}/saved?form={result.token}", 303)
    if result.theirs:
        return await conflict(request, session, result.theirs, result.values)
    return await _show(request, session, viewer, purpose, result)


async def _show(
    request: Request, session: AsyncSession, viewer: Viewer, purpose: Purpose, state: State
) -> Response:
    """Show the form, filled in: on its own page, or without the page if htmx asks for it."""
    entry = await form_context(session, viewer, purpose, state)
    current = entry.earlier.current if entry.earlier else None
    return page(
        request,
        "position_form/form.html",
        fragment="position_form/_form.html",
        status=state.status,
        entry=entry,
        current=current,
        negotiation=entry.negotiation,
        nav=nav(purpose.slug),
        names=entry.names,
        titles=titles_of(entry.issues),
    )
