"""Merge an option into another: preview what is affected, then write it as one log entry."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.accounts.dependencies import Anyone, Editor, get_editor
from app.codebook import object_form
from app.codebook.fields import typed
from app.codebook.merge_pages import CHANGED, MOST_FIELDS, chosen
from app.codebook.object_form import REASON, Sheet
from app.codebook.option_pages import get_place, pick
from app.codebook.pages import base_of, seen
from app.codebook.preview import mark, name_errors, preview
from app.core.clock import now
from app.core.input_models import SlugInPath
from app.db.engine import Session, attempt
from app.http.templating import page
from app.log.writer import writing
from app.models.issue import Issue, Option
from app.negotiations.queries import nav
from app.negotiations.views import NegotiationView
from app.positions.attitude_recoding import Keep
from app.positions.recoding import clashing, list_touched, merge_options

router = APIRouter(
    prefix="/n/{slug}/code-book/issues/{issue}/options/{option}/merge", include_in_schema=False
)


@router.get("")
async def preview_merge(
    request: Request,
    session: Session,
    viewer: Editor,
    slug: SlugInPath,
    issue: SlugInPath,
    option: SlugInPath,
    into: str = "",
) -> Response:
    """Choose the target, then preview which positions are affected."""
    place, row, options = await get_place(session, slug, issue)
    sheet = Sheet([REASON], {"reason": ""})
    return await _merge(
        request, session, place, row, options, pick(options, option), into, sheet, {}
    )


async def _merge(
    request: Request,
    session: Session,
    place: NegotiationView,
    issue: Issue,
    options: list[Option],
    source: Option,
    into: str,
    sheet: Sheet,
    kept: dict[int, str],
) -> Response:
    target = next(
        (o for o in options if o.slug == into and not o.retired and o is not source), None
    )
    touched = await list_touched(session, source) if target else []
    clashes = clashing(touched, source, target) if target else []
    rows = await preview(session, place.slug, touched, [source, target], clashes) if target else []
    name_errors(sheet.errors, rows, "keep")
    return page(
        request,
        "codebook/merge.html",
        status=sheet.status,
        negotiation=place,
        nav=nav(place.slug),
        issue_slug=issue.slug,
        issue_title=issue.title,
        source=source,
        target=target,
        choices=[o for o in options if not o.retired and o.id != source.id],
        rows=rows,
        mark=mark(issue, touched),
        sheet=sheet,
        kept=kept,
    )


@router.post("")
async def merge(
    request: Request,
    session: Session,
    viewer: Anyone,
    slug: SlugInPath,
    issue: SlugInPath,
    option: SlugInPath,
) -> Response:
    """Merge the option, in one log entry with all affected positions."""
    form = await request.form(max_fields=MOST_FIELDS)
    if viewer is None:
        return object_form.turned_away(request, form)
    editor = await get_editor(viewer)
    place, row, options = await get_place(session, slug, issue, lock=True)
    source = pick(options, option)
    target, address = pick(options, str(form.get("into"))), f"{base_of(slug)}/issues/{issue}"
    touched = await list_touched(session, source)
    if source.merged_into_id == target.id and not touched:
        return seen(address)  # sent twice
    keep = {n: Keep(v) for n, v in chosen(form, "keep").items() if v in set(Keep)}
    sheet = Sheet([REASON], typed([REASON], form), status=422)
    if object_form.asks_again(form):
        kept, sheet = {n: str(v) for n, v in keep.items()}, Sheet([REASON], sheet.values)
        return await _merge(request, session, place, row, options, source, target.slug, sheet, kept)
    if form.get("seen") != mark(row, touched):
        sheet.errors, sheet.status = {"form": CHANGED}, 412
    else:
        object_form.need_reason(sheet)
    if not sheet.errors:
        batch = f"merge {option} into {target.slug}"
        async with (
            attempt(session) as refused,
            writing(session, by=editor.name, now=now(), batch=batch) as log,
        ):
            await merge_options(
                session, log, issue=row, source=source, target=target, keep=keep,
                reason=sheet.values["reason"].strip(),
            )  # fmt: skip
        if not refused:
            return seen(address)
        sheet.status = refused[0].status
        sheet.errors = {
            f.where.strip("/").replace("/", "-"): f"this {f.detail}" for f in refused[0].faults
        }
        sheet.errors = sheet.errors or {"form": refused[0].detail}
    kept = {n: str(v) for n, v in keep.items()}
    place, row, options = await get_place(session, slug, issue)
    into = str(form.get("into"))
    return await _merge(
        request, session, place, row, options, pick(options, option), into, sheet, kept
    )
