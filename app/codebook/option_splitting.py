"""Split an option in two: preview what is affected, then write it as one log entry."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.accounts.dependencies import Anyone, Editor, get_editor
from app.codebook import object_form
from app.codebook.fields import read, typed
from app.codebook.merge_pages import CHANGED, MOST_FIELDS, chosen
from app.codebook.object_form import REASON, Sheet, by_field
from app.codebook.option_pages import NEW, get_place, pick
from app.codebook.pages import base_of, seen
from app.codebook.preview import mark, name_errors, preview
from app.core.clock import now
from app.core.input_models import SlugInPath
from app.db.engine import Session, attempt
from app.http.templating import page
from app.log.writer import writing
from app.models.issue import Issue, Option
from app.negotiations.issue_schemas import OptionInput
from app.negotiations.queries import nav
from app.negotiations.views import NegotiationView
from app.positions.attitude_recoding import Part
from app.positions.recoding import list_touched, split_option

router = APIRouter(
    prefix="/n/{slug}/code-book/issues/{issue}/options/{option}/split", include_in_schema=False
)

SPLIT = (*(f for f in NEW if f.name != "status_quo"), REASON)


@router.get("")
async def preview_split(
    request: Request,
    session: Session,
    viewer: Editor,
    slug: SlugInPath,
    issue: SlugInPath,
    option: SlugInPath,
) -> Response:
    """Name the new option, and choose which positions are about it."""
    place, row, options = await get_place(session, slug, issue)
    return await _split(
        request, session, place, row, pick(options, option), object_form.blank(SPLIT), {}
    )


async def _split(
    request: Request, session: Session, place: NegotiationView, issue: Issue, option: Option,
    sheet: Sheet, parts: dict[int, str],
) -> Response:  # fmt: skip
    touched = await list_touched(session, option)
    rows = await preview(session, place.slug, touched, [option], [])
    name_errors(sheet.errors, rows, "part")
    return page(
        request,
        "codebook/split.html",
        status=sheet.status,
        negotiation=place,
        nav=nav(place.slug),
        issue_slug=issue.slug,
        issue_title=issue.title,
        option=option,
        rows=rows,
        mark=mark(issue, touched),
        sheet=sheet,
        parts=parts,
    )


@router.post("")
async def split(
    request: Request,
    session: Session,
    viewer: Anyone,
    slug: SlugInPath,
    issue: SlugInPath,
    option: SlugInPath,
) -> Response:
    """Split the option, in one log entry with all affected positions."""
    form = await request.form(max_fields=MOST_FIELDS)
    if viewer is None:
        return object_form.turned_away(request, form)
    editor = await get_editor(viewer)
    place, row, options = await get_place(session, slug, issue, lock=True)
    one = pick(options, option)
    touched = await list_touched(session, one)
    sheet = Sheet(SPLIT, typed(SPLIT, form), status=422)
    values: dict[str, Any]
    values, sheet.errors = read(OptionInput, SPLIT[:-1], sheet.values)
    object_form.need_reason(sheet)
    parts = {n: Part(v) for n, v in chosen(form, "part").items() if v in set(Part)}
    kept = {n: str(v) for n, v in parts.items()}
    if object_form.asks_again(form):
        return await _split(request, session, place, row, one, Sheet(SPLIT, sheet.values), kept)
    if form.get("seen") != mark(row, touched):
        sheet.errors, sheet.status = {"form": CHANGED}, 412
    if not sheet.errors:
        batch = f"split {option}"
        async with (
            attempt(session) as refused,
            writing(session, by=editor.name, now=now(), batch=batch) as log,
        ):
            await split_option(
                session, log, issue=row, option=one, new=values, parts=parts,
                reason=sheet.values["reason"].strip(),
            )  # fmt: skip
        if not refused:
            return seen(f"{base_of(slug)}/issues/{issue}")
        sheet.status = refused[0].status
        torn = {
            f.where.strip("/").replace("/", "-"): f"it {f.detail}"
            for f in refused[0].faults
            if "part" in f.where
        }
        sheet.errors = torn or by_field(refused[0], SPLIT)
    place, row, options = await get_place(session, slug, issue)
    return await _split(request, session, place, row, pick(options, option), sheet, kept)
