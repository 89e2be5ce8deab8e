"""Show and save the form for a new position, for a party's move, or for a correction.

Saving is a POST to the form's own URL. Its smaller buttons send `do` and get the form back; then
nothing is saved.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import RedirectResponse

from app.accounts.dependencies import Anyone, Editor, get_editor
from app.accounts.queries import Viewer
from app.core.clock import now
from app.core.errors import Conflict, DomainError, Fault, invalid
from app.core.input_models import SlugInPath
from app.db.engine import Session, attempt
from app.forms.resume import SignedOut
from app.http.templating import page
from app.log.reader import moment
from app.log.writer import writing
from app.models.vocabulary import PositionStatus, QuoteKind
from app.negotiations.queries import get_negotiation, get_negotiation_by_id, nav, titles_of
from app.position_form.fields import Values, field_errors, keep_wording, number, written
from app.position_form.merge_conflict import conflict, has_picks, picked
from app.position_form.prefill import carried_over, current_number, filled
from app.position_form.step_actions import stepped
from app.position_form.submit import AlreadyUsed, Saved, keep, read_content, saved_before
from app.position_form.view import Mode, form_context, new_token
from app.positions import actions, presenter, queries
from app.positions.names_at_moment import called
from app.positions.schemas import NewQuote, PositionContent
from app.positions.views import PositionView

router = APIRouter(include_in_schema=False)

Number = Annotated[int, Path(ge=1, lt=2**63)]
SAVING = {"publish": PositionStatus.PUBLISHED, "draft": PositionStatus.DRAFT}
FROM_ADDRESS = {
    "party": "party", "issue": "issue", "source": "q-0-source_id", "exact": "q-0-exact",
    "prefix": "q-0-prefix", "suffix": "q-0-suffix", "said_on": "q-0-said_on", "kind": "q-0-kind",
    "speaker": "q-0-speaker", "office": "q-0-office", "language": "q-0-language",
    "speaker_new": "q-0-speaker_new",
}  # fmt: skip


async def typed(request: Request) -> Values:
    """Return the text fields of a form, with line feeds as line ends; files are ignored."""
    try:
        form = await request.form()
    except ClientDisconnect:
        # The editor typed on: the browser dropped the check of the earlier text.
        raise HTTPException(400, "The connection was closed.") from None
    return {
        name: value.replace("\r\n", "\n")
        for name, value in form.multi_items()
        if isinstance(value, str)
    }


def prefilled(given: Mapping[str, str]) -> Values:
    """Return the fields that a URL's parameters fill in, with a block for one quote."""
    values = {"q-0-exact": ""} | {
        field: given[name] for name, field in FROM_ADDRESS.items() if given.get(name)
    }
    return values | {k: written(v) for k, v in values.items() if k.endswith("said_on")}


async def view_of(
    session: AsyncSession, position_id: int, version: int | None = None
) -> PositionView:
    """Return a position as known now, drafts too; by default its newest version."""
    at = await moment(session, drafts=True)
    found = await queries.get_version(session, at, position_id, version=version, drafts=True)
    [view] = await presenter.views(session, at, [found])
    return view


@router.get("/n/{slug}/positions/new")
async def new_form(
    request: Request, session: Session, viewer: Editor, slug: SlugInPath
) -> Response:
    """Show the form for a new position, filled in from the parameters of the URL."""
    return await show(request, session, viewer, slug, "new", prefilled(request.query_params))


@router.post("/n/{slug}/positions/new")
async def post_new(
    request: Request, session: Session, viewer: Anyone, slug: SlugInPath
) -> Response:
    """Save a new position, or carry out a step within its form."""
    values = await typed(request)
    if viewer is None:
        raise SignedOut(values)
    return await take(request, session, await get_editor(viewer), slug, "new", values)


@router.get("/positions/{position_id}/move")
async def move_form(
    request: Request, session: Session, viewer: Editor, position_id: Number
) -> Response:
    """Show the form for the party's next position, filled in from this one."""
    view = await view_of(session, position_id)
    return await show(request, session, viewer, view.negotiation, "move", carried_over(view), view)


@router.post("/positions/{position_id}/move")
async def post_move(
    request: Request, session: Session, viewer: Anyone, position_id: Number
) -> Response:
    """Save the position to which a party moved, or carry out a step within its form."""
    values = await typed(request)
    if viewer is None:
        raise SignedOut(values)
    editor, view = await get_editor(viewer), await view_of(session, position_id)
    return await take(request, session, editor, view.negotiation, "move", values, view)


@router.get("/positions/{position_id}/correct")
async def correct_form(
    request: Request, session: Session, viewer: Editor, position_id: Number
) -> Response:
    """Show the form that corrects the newest version.

    With `?from=2` it is filled in from version 2, to bring that back as a new version.
    """
    view = await view_of(session, position_id)
    if view.status == PositionStatus.RETRACTED:
        raise Conflict("A retracted position takes no change but being restored.")
    asked = request.query_params.get("from", "")
    values = filled(view)
    if asked.isdecimal() and len(asked) < 10 and int(asked) != view.version:
        values = filled(await view_of(session, position_id, int(asked))) | {
            "reason": f"Brought back version {asked}"
        }
    return await show(request, session, viewer, view.negotiation, "correct", values, view)


@router.post("/positions/{position_id}/correct")
async def post_correct(
    request: Request, session: Session, viewer: Anyone, position_id: Number
) -> Response:
    """Save a correction or an edited draft, or carry out a step within its form."""
    values = await typed(request)
    if viewer is None:
        raise SignedOut(values)
    editor, view = await get_editor(viewer), await view_of(session, position_id)
    return await take(request, session, editor, view.negotiation, "correct", values, view)


async def show(
    request: Request,
    session: AsyncSession,
    viewer: Viewer,
    slug: str,
    mode: Mode,
    values: Mapping[str, str],
    view: PositionView | None = None,
    *,
    status: int = 200,
    **more: Any,
) -> Response:
    """Show the form, filled in: on its own page, or without the page if htmx asks for it."""
    base = filled(view) if view and mode == "correct" else None
    cell = {"party": view.party, "issue": view.issue} if view else {}
    entry = await form_context(
        session,
        viewer,
        slug,
        mode=mode,
        position=view,
        values={**values, **cell},
        base=base,
        **more,
    )
    held = await current_number(session, slug, entry.values) if mode == "new" else None
    current = await view_of(session, held) if held else None
    names = await called(
        session, await moment(session, drafts=True), entry.names, [current] if current else []
    )
    return page(
        request,
        "position_form/form.html",
        fragment="position_form/_form.html",
        status=status,
        entry=entry,
        current=current,
        negotiation=entry.negotiation,
        nav=nav(slug),
        names=names,
        titles=titles_of(entry.issues),
    )


async def take(
    request: Request,
    session: AsyncSession,
    viewer: Viewer,
    slug: str,
    mode: Mode,
    values: Values,
    view: PositionView | None = None,
) -> Response:
    """Carry out what the pressed button asks for: a step within the form, or saving it.

    What was saved before by the same form is not saved twice. A correction of an outdated version
    is answered with both texts (412).
    """
    do = values.pop("do", "refresh")
    if view and has_picks(values):
        shown = await view_of(session, view.id, number(values.get("version")) or view.version)
        values = picked(values, filled(shown))
    if do not in SAVING:
        values, focus = await stepped(session, slug, values, do)
        return await show(request, session, viewer, slug, mode, values, view, focus=focus)
    try:
        saved = await saved_before(session, viewer, request.url.path, values)
    except AlreadyUsed as error:
        values |= {"token": new_token(), "sure": str(error.saved.position)}
        if mode != "correct":
            return await show(
                request, session, viewer, slug, mode, values, view, status=409, notice=again(error)
            )
        saved = None
    if saved is None:
        if mode == "correct" and view and view.status == PositionStatus.RETRACTED:
            notice = (
                "It has been retracted in the meantime."
                " Restore it first: what you typed stays here."
            )
            return await show(
                request, session, viewer, slug, mode, values, view, status=409, notice=notice
            )
        if mode == "correct" and view and values.get("version") != str(view.version):
            return await conflict(request, session, view, values)
        async with attempt(session) as refused:
            saved = await save(session, viewer, slug, mode, values, view, SAVING[do])
            keep(session, viewer, request.url.path, values, saved)
        if refused:
            return await refuse(request, session, viewer, slug, mode, values, view, refused[0])
    return RedirectResponse(
        f"/positions/{saved.position}/saved?form={values.get('token', '')}", 303
    )


async def save(
    session: AsyncSession,
    viewer: Viewer,
    slug: str,
    mode: Mode,
    values: Values,
    view: PositionView | None,
    status: PositionStatus,
) -> Saved:
    """State a new position, or write a new version of the corrected one.

    Raise Invalid with all faults; nothing is saved then.
    """
    reason = values.get("reason", "").strip() or None
    asked = []
    if view and mode == "correct" and view.status == PositionStatus.PUBLISHED:
        status = PositionStatus.PUBLISHED
        asked = [] if reason else [Fault("/reason", "say what was wrong with the record")]
    async with writing(session, by=viewer.name, now=now()) as log:
        wanted = await read_content(session, log, values, asked)
        if view:
            kept = keep_wording(wanted.conditions, view.conditions)
            wanted = wanted.model_copy(update={"conditions": kept})
        if mode == "correct" and view:
            position = await queries.get_position(session, view.id, lock=True)
            negotiation = await get_negotiation_by_id(session, position.negotiation_id)
            warnings = await actions.correct(
                session,
                log,
                negotiation=negotiation,
                position=position,
                wanted=wanted,
                status=status,
                reason=reason,
            )
        else:
            if (
                mode == "move"
                and wanted.stated_on is None
                and not any(q.said_on for q in wanted.quotes)
            ):
                raise invalid("/stated_on", "say when the party moved")
            position, warnings = await actions.state(
                session,
                log,
                negotiation=await get_negotiation(session, slug),
                party=view.party if view else values.get("party", ""),
                issue=view.issue if view else values.get("issue", ""),
                wanted=wanted,
                status=status,
            )
    warnings = [*warnings, *_speakerless(wanted)]
    return Saved(position.id, position.version, [(w.where, w.detail) for w in warnings])


def _speakerless(wanted: PositionContent) -> list[Fault]:
    """Warn of new direct quotes without a speaker: a source's own report is a reported quote."""
    asked = (
        "a direct quote names no speaker: whose own words are these?"
        " If the source reports them, say reported"
    )
    return [
        Fault(f"/quotes/{i}/speaker", asked)
        for i, quote in enumerate(wanted.quotes)
        if isinstance(quote, NewQuote) and quote.kind == QuoteKind.DIRECT and quote.speaker is None
    ]


async def refuse(
    request: Request,
    session: AsyncSession,
    viewer: Viewer,
    slug: str,
    mode: Mode,
    values: Values,
    view: PositionView | None,
    error: DomainError,
) -> Response:
    """Show the form again with everything that was typed, and its faults by field."""
    faults = [Fault(f.where, missing(values, f)) for f in error.faults] or [Fault("", error.detail)]
    # Without any quote, a missing date is no fault of its own: a quote would have given one.
    if any(f.where == "/quotes" for f in faults):
        faults = [
            f for f in faults if f.where != "/stated_on" or values.get("stated_on", "").strip()
        ]
    errors = field_errors(faults, values)
    return await show(
        request, session, viewer, slug, mode, values, view, status=error.status, errors=errors
    )


def missing(values: Values, fault: Fault) -> str:
    """Return a fault's text; for a party or issue left empty, ask to choose one."""
    name = fault.where.strip("/")
    return (
        f"choose the {name}"
        if name in ("party", "issue") and not values.get(name)
        else fault.detail
    )


def again(error: AlreadyUsed) -> str:
    """Explain that the form was saved before, and how to save it a second time."""
    return (
        f"This form has been saved already, as position {error.saved.position}. "
        "Nothing was saved this time: press the button again to record another position beside it."
    )
