"""Serve the reading desk: a source with the form for a new position beside its text."""

from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Path, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse

from app.accounts.dependencies import Anyone, Editor, get_editor
from app.accounts.queries import Viewer
from app.core import dates
from app.core.errors import Fault
from app.core.input_models import Query, SlugInPath, read_query
from app.db.engine import Session, attempt
from app.desk.prefill import taken
from app.desk.source_view import Reading, read
from app.forms.resume import SignedOut
from app.http.templating import page
from app.negotiations.queries import nav, negotiation_view
from app.position_form.fields import Values, field_errors
from app.position_form.pages import SAVING, again, missing, prefilled, save, typed, view_of
from app.position_form.step_actions import stepped
from app.position_form.submit import AlreadyUsed, Saved, keep, saved_before, saved_by
from app.position_form.view import form_context, new_token

router = APIRouter(prefix="/n/{slug}/desk", include_in_schema=False)

Number = Annotated[int, Path(ge=1, lt=2**63)]


class DeskQuery(Query):
    """A passage of the text that the form is filled with, and a cell for it."""

    start: int | None = None
    end: int | None = None
    text: int | None = None  # the version of the text that `start` and `end` refer to
    party: str | None = None
    issue: str | None = None
    saved: str | None = None


@router.get("/{source_id}")
async def showdesk_page(
    request: Request, session: Session, viewer: Editor, slug: SlugInPath, source_id: Number
) -> Response:
    """Show a source to read; with `start` and `end`, the form has the quote between them."""
    query = read_query(DeskQuery, request)
    reading = await read(session, slug, source_id)
    values = await _taken(reading, query)
    notice = None
    if values is not None and query.text not in (None, reading.text and reading.text.n):
        notice = (
            "The text has been replaced in the meantime:"
            " see whether these are the words that you mean."
        )
    saved = await saved_by(session, viewer, query.saved) if query.saved else None
    if saved and values is None:
        values = _next(reading)
    return await desk_page(
        request, session, viewer, reading, values, saved=saved, token=query.saved, notice=notice
    )


@router.post("/{source_id}")
async def postdesk_page(
    request: Request, session: Session, viewer: Anyone, slug: SlugInPath, source_id: Number
) -> Response:
    """Save the form as a position, or carry out one of its smaller buttons.

    Either way the desk is shown again at the same place.
    """
    values = await typed(request)
    if viewer is None:
        raise SignedOut(values)
    viewer = await get_editor(viewer)
    reading = await read(session, slug, source_id)
    do = values.pop("do", "refresh")
    if do not in SAVING:
        values, focus = await stepped(session, slug, values, do)
        return await desk_page(request, session, viewer, reading, values, focus=focus)
    try:
        saved = await saved_before(session, viewer, request.url.path, values)
    except AlreadyUsed as error:
        values |= {"token": new_token(), "sure": str(error.saved.position)}
        return await desk_page(
            request, session, viewer, reading, values, status=409, notice=again(error)
        )
    if saved is None:
        async with attempt(session) as refused:
            saved = await save(session, viewer, slug, "new", values, None, SAVING[do])
            keep(session, viewer, request.url.path, values, saved)
        if refused or saved is None:
            why = refused[0]
            faults = [Fault(f.where, missing(values, f)) for f in why.faults] or [
                Fault("", why.detail)
            ]
            errors = field_errors(faults, values)
            reading = await read(session, slug, source_id)
            return await desk_page(
                request, session, viewer, reading, values, status=why.status, errors=errors
            )
    return RedirectResponse(
        f"/n/{slug}/desk/{source_id}?saved={values.get('token', '')}#p-{saved.position}", 303
    )


def _next(reading: Reading) -> Values:
    """Return form fields for one more position from the same source, without a quote yet."""
    source = reading.source
    given = {"source": str(source.id)} | ({"language": source.language} if source.language else {})
    dated = {"stated_on": dates.display(source.published_on)} if source.published_on else {}
    return prefilled(given) | dated


async def _taken(reading: Reading, query: DeskQuery) -> Values | None:
    """Return form fields for the quote that the query selects; None if it selects none."""
    if reading.text is None or query.start is None or query.end is None:
        return None
    given = await anyio.to_thread.run_sync(
        lambda: taken(
            reading.text.text if reading.text else "",
            query.start or 0,
            query.end or 0,
            reading.found,
            source_id=reading.source.id,
            language=reading.source.language,
            published_on=reading.source.published_on,
            parties=list(reading.parties),
        )
    )
    for name in ("said_on", "stated_on"):
        if name in given:
            given[name] = dates.display(given[name])
    cell = {name: value for name in ("party", "issue") if (value := getattr(query, name))}
    return prefilled({**given, **cell}) | (
        {"stated_on": given["stated_on"]} if "stated_on" in given else {}
    )


async def desk_page(
    request: Request,
    session: AsyncSession,
    viewer: Viewer,
    reading: Reading,
    values: Values | None,
    *,
    status: int = 200,
    saved: Saved | None = None,
    token: str | None = None,
    said: Values | None = None,
    said_errors: Values | None = None,
    **more: Any,
) -> Response:
    """Return the page of a source at the desk, with the form if there are values for it."""
    slug: str = reading.book.negotiation["slug"]
    here = f"/n/{slug}/desk/{reading.source.id}"
    entry = None
    if values is not None:
        entry = await form_context(session, viewer, slug, values=values, action=here, **more)
    return page(
        request,
        "desk/show.html",
        fragment="position_form/_form.html" if entry else None,
        status=status,
        reading=reading,
        entry=entry,
        paragraphs=reading.paragraphs(entry),
        page_starts=reading.page_starts(),
        left=len(reading.left()),
        here=here,
        said=said or {},
        said_errors=said_errors or {},
        negotiation=negotiation_view(reading.book.negotiation),
        names=reading.parties,
        issues=reading.issues,
        saved=await view_of(session, saved.position) if saved else None,
        warnings=[detail for _, detail in saved.warnings] if saved else [],
        token=token,
        nav=nav(slug),
    )
