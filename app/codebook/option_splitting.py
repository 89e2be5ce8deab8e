"""Split an option in two: preview what is affected, then write it as one log entry."""

from fastapi import Request
from starlette.responses import Response

from app.accounts.dependencies import Editor, FormEditor
from app.codebook.merge_pages import CHANGED, chosen
from app.codebook.option_pages import NEW, OptionAt, get_place, pick
from app.codebook.preview import mark, name_errors, preview
from app.codebook.told import seen
from app.core.clock import now
from app.db.engine import Session, attempt
from app.forms import sheet as forms
from app.forms.fields import REASON, Form, read, typed
from app.forms.posted import Sent
from app.forms.sheet import Sheet
from app.http.routing import Router
from app.http.templating import page
from app.log.writer import writing
from app.negotiations.issue_schemas import OptionInput
from app.negotiations.navigation import nav
from app.positions.attitude_recoding import SplitPart
from app.positions.recoding import list_touched, split_option

router = Router(
    prefix="/n/{slug}/code-book/issues/{issue}/options/{option}/split", include_in_schema=False
)

FORM = Form(tuple(f for f in NEW if f.name != "status_quo"), OptionInput)
SPLIT = (*FORM.fields, REASON)


@router.get("")
async def preview_split(
    request: Request, session: Session, viewer: Editor, at: OptionAt
) -> Response:
    """Name the new option, and choose which positions are about it."""
    return await _split(request, session, at, forms.blank(SPLIT), {})


async def _split(
    request: Request, session: Session, at: OptionAt, sheet: Sheet, parts: dict[int, str]
) -> Response:
    place, issue, options = await get_place(session, at.slug, at.issue)
    option = pick(options, at.option)
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
    request: Request, session: Session, viewer: FormEditor, sent: Sent, at: OptionAt
) -> Response:
    """Split the option, in one log entry with all affected positions."""
    _, row, options = await get_place(session, at.slug, at.issue, lock=True)
    one = pick(options, at.option)
    touched = await list_touched(session, one)
    parts = {n: SplitPart(v) for n, v in chosen(sent, "part").items() if v in set(SplitPart)}
    kept = {n: str(v) for n, v in parts.items()}
    sheet = Sheet(SPLIT, typed(SPLIT, sent.values))
    if sent.shown_again:
        return await _split(request, session, at, sheet, kept)
    sheet.status = 422
    values, sheet.errors = read(FORM, sheet.values)
    reason = forms.need_reason(sheet)
    if sent.values.get("seen") != mark(row, touched):
        sheet.errors, sheet.status = {"form": CHANGED}, 412
    if not sheet.errors:
        batch = f"split {at.option}"
        async with (
            attempt(session) as refused,
            writing(session, by=viewer.name, now=now(), batch=batch) as log,
        ):
            await split_option(log, issue=row, option=one, new=values, parts=parts, reason=reason)
        if not refused:
            return seen(at.issue_page)
        sheet.status = refused[0].status
        torn = {
            f.where.strip("/").replace("/", "-"): f"this position {f.detail}"
            for f in refused[0].faults
            if "part" in f.where
        }
        sheet.errors = torn or forms.refusal(refused[0], SPLIT)
    return await _split(request, session, at, sheet, kept)
