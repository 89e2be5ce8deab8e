"""Serve the reading desk: a source with the form for a new position beside its text."""

from dataclasses import dataclass, field, replace
from typing import Annotated

import anyio.to_thread
from fastapi import Path, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse

from app.accounts.dependencies import Editor, FormEditor
from app.accounts.queries import Viewer
from app.core import dates
from app.core.errors import NotFound
from app.core.input_models import Input, Prose, Query, SlugInPath, read_query
from app.db.engine import Session
from app.desk.prefill import TextOfSource, named_near, snapped, taken
from app.desk.source_view import Reading, read
from app.desk.spoken_before import Voice, voice_of
from app.forms.fields import Field, Form, Texts
from app.forms.posted import Sent
from app.forms.sheet import Sheet, blank
from app.http.routing import Router
from app.http.templating import page
from app.http.templating import query as address
from app.negotiations.beginning import find_beginning
from app.negotiations.code_book import negotiation_view, party_views
from app.negotiations.navigation import nav
from app.position_form.also_for import also_for
from app.position_form.merge_conflict import conflict
from app.position_form.purpose import Mode, Purpose, State, prefilled, view_of
from app.position_form.saved_forms import Saved, saved_by
from app.position_form.submit import begun, submit
from app.position_form.view import form_context
from app.proposals.words import REJECTIONS

router = Router(prefix="/n/{slug}/desk", include_in_schema=False)

Number = Annotated[int, Path(ge=1, lt=2**63)]


class Note(Input):
    """Why nothing was taken from a source."""

    reason: Prose | None = None


NOTE = Form((Field("reason", "Reason"),), Note)


class DeskQuery(Query):
    """A passage of the text that the form is filled with, and a cell for it."""

    start: int | None = None
    end: int | None = None
    text: int | None = None  # the version of the text that `start` and `end` refer to
    party: str | None = None
    issue: str | None = None
    also: int | None = None  # a position whose quotes are taken for another party as well
    alike: int | None = None  # a position whose speaker and party the passage has, too
    saved: str | None = None
    move: int | None = None  # the position from which the party moved
    correct: int | None = None  # the position that is corrected


@router.get("/{source_id}")
async def show_desk(
    request: Request, session: Session, viewer: Editor, slug: SlugInPath, source_id: Number
) -> Response:
    """Show a source to read; with `start` and `end`, the form has the quote between them."""
    query = read_query(DeskQuery, request)
    reading = await read(session, slug, source_id)
    purpose = await _purpose(session, reading, query)
    values = await _taken(reading, query)
    if query.also:
        state: State | None = await also_for(
            session, slug, query.also, query.party or "", source_id
        )
    elif purpose.position:
        state = begun(purpose, purpose.position, values or {})
    else:
        state = None if values is None else State(values)
    if state and query.text not in (None, reading.text and reading.text.n):
        notice = (
            "The text was replaced in the meantime."
            " Please check that this is still the right quote."
        )
        state = replace(state, notice=notice)
    saved = await saved_by(session, viewer, query.saved) if query.saved else None
    if saved and state is None:
        state = State(_next(reading))
    voice = voice_of(reading) if values else None
    if voice and values and voice.is_in(values):
        voice = None
    beside = Beside(state, saved, voice=voice, purpose=purpose)
    return await desk_page(request, session, viewer, reading, beside)


@router.post("/{source_id}")
async def post_desk(
    request: Request,
    session: Session,
    viewer: FormEditor,
    sent: Sent,
    slug: SlugInPath,
    source_id: Number,
) -> Response:
    """Save the form as a position, or carry out one of its smaller buttons.

    Either way the desk is shown again at the same place.
    """
    reading = await read(session, slug, source_id)
    purpose = await _purpose(session, reading, read_query(DeskQuery, request))
    result = await submit(session, viewer, purpose, sent)
    if isinstance(result, Saved):
        done = f"?saved={result.token}#p-{result.position}"
        return RedirectResponse(f"/n/{slug}/desk/{source_id}{done}", 303)
    if result.errors or result.told:  # what was read before counts no longer
        reading = await read(session, slug, source_id)
    if result.theirs:
        return await conflict(request, session, result.theirs, result.values)
    return await desk_page(request, session, viewer, reading, Beside(result, purpose=purpose))


def _next(reading: Reading) -> Texts:
    """Return form fields for one more position from the same source, without a quote yet."""
    source = reading.source
    given = {"source": str(source.id)} | ({"language": source.language} if source.language else {})
    dated = {"stated_on": dates.display(source.published_on)} if source.published_on else {}
    return prefilled(given) | dated


async def _taken(reading: Reading, query: DeskQuery) -> Texts | None:
    """Return form fields for the quote that the query selects; None if it selects none."""
    if reading.text is None or query.start is None or query.end is None:
        return None
    row = reading.source
    source = TextOfSource(reading.text.text, reading.found, row.id, row.language, row.published_on)
    given = await anyio.to_thread.run_sync(
        taken, source, query.start, query.end, list(reading.parties)
    )
    for name in ("said_on", "stated_on"):
        if name in given:
            given[name] = dates.display(given[name])
    span = snapped(reading.text.text, query.start, query.end)
    names = {
        p.slug: [n for n in (p.name, p.short_name, *p.aliases) if n]
        for p in party_views(reading.book)
        if not p.merged_into
    }
    near = {"near": " ".join(named_near(reading.text.text, *span, names))}
    cell = {name: value for name in ("party", "issue") if (value := getattr(query, name))}
    if len(reading.issues) == 1:
        cell.setdefault("issue", next(iter(reading.issues)))
    voice = voice_of(reading, query.alike) if query.alike else None
    dated = {"stated_on": given["stated_on"]} if "stated_on" in given else {}
    return prefilled({**given, **cell}) | near | dated | dict(voice.fields if voice else {})


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside the text: the form, what it has saved, and the state on the work list."""

    state: State | None = None
    saved: Saved | None = None
    noted: Sheet = field(default_factory=lambda: blank(NOTE.fields))
    voice: Voice | None = None  # who spoke in the last quote, offered for this one
    purpose: Purpose | None = None  # of the form; left out: a new position


def _new_position(reading: Reading) -> Purpose:
    slug: str = reading.book.negotiation["slug"]
    return Purpose(slug, page=f"/n/{slug}/desk/{reading.source.id}")


async def _purpose(session: AsyncSession, reading: Reading, query: DeskQuery) -> Purpose:
    """Return what the form beside a source is for; NotFound if its position is of another place."""
    new = _new_position(reading)
    number = query.move or query.correct
    mode: Mode = "move" if query.move else "correct"
    if number is None:
        return new
    view = await view_of(session, number) if 0 < number < 2**63 else None
    if view is None or view.negotiation != new.slug:
        raise NotFound(f"There is no position {number} in this negotiation.")
    return replace(new, mode=mode, position=view)


async def desk_page(
    request: Request, session: AsyncSession, viewer: Viewer, reading: Reading, beside: Beside
) -> Response:
    """Return the page of a source at the desk, with the form if there are values for it."""
    purpose, state, saved = beside.purpose or _new_position(reading), beside.state, beside.saved
    entry = await form_context(session, viewer, purpose, state) if state else None
    view = await view_of(session, saved.position) if saved else None
    form = "desk/_beside.html" if request.method == "GET" else "position_form/_form.html"
    return page(
        request,
        "desk/show.html",
        fragment=form if entry else None,
        status=state.status if state else beside.noted.status,
        reading=reading,
        rejections=REJECTIONS,
        beginning=None if reading.positions else await find_beginning(session, purpose.slug),
        entry=entry,
        paragraphs=reading.paragraphs(entry),
        page_starts=reading.page_starts(),
        left=len(reading.left()),
        here=purpose.page,
        voice=beside.voice,
        again=address(request.query_params, alike=beside.voice.position) if beside.voice else "",
        noted=beside.noted,
        negotiation=negotiation_view(reading.book.negotiation),
        names=reading.parties,
        issues=reading.issues,
        saved=view,
        did=saved.did if saved else "",
        also=_others(reading, view.party) if view else [],
        warnings=[detail for _, detail in saved.warnings] if saved else [],
        token=saved.token if saved else None,
        nav=nav(purpose.slug),
    )


def _others(reading: Reading, party: str) -> list[tuple[str, str]]:
    """Return the other parties that take part, as (slug, name)."""
    seated = party_views(reading.book)
    return [(p.slug, p.name) for p in seated if p.slug != party and not p.merged_into]
