"""Merge an option into another: preview what is affected, then write it as one log entry."""

from fastapi import Request
from starlette.responses import Response

from app.accounts.dependencies import Editor, FormEditor
from app.codebook.merge_pages import CHANGED, chosen
from app.codebook.option_pages import OptionAt, get_place, pick
from app.codebook.preview import mark, name_errors, preview
from app.codebook.told import seen
from app.core.clock import now
from app.db.engine import Session, attempt
from app.forms import sheet as forms
from app.forms.fields import REASON, typed
from app.forms.posted import Sent
from app.forms.sheet import Sheet
from app.http.routing import Router
from app.http.templating import page
from app.log.writer import writing
from app.negotiations.navigation import nav
from app.positions.attitude_recoding import Keep
from app.positions.recoding import clashing, list_touched, merge_options

router = Router(
    prefix="/n/{slug}/code-book/issues/{issue}/options/{option}/merge", include_in_schema=False
)


@router.get("")
async def preview_merge(
    request: Request, session: Session, viewer: Editor, at: OptionAt, into: str = ""
) -> Response:
    """Choose the target, then preview which positions are affected."""
    return await _merge(request, session, at, into, forms.blank([REASON]), {})


async def _merge(
    request: Request, session: Session, at: OptionAt, into: str, sheet: Sheet, kept: dict[int, str]
) -> Response:
    place, issue, options = await get_place(session, at.slug, at.issue)
    source = pick(options, at.option)
    offered = [o for o in options if not o.retired and o is not source]
    target = next((o for o in offered if o.slug == into), None)
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
        choices=offered,
        rows=rows,
        mark=mark(issue, touched),
        sheet=sheet,
        kept=kept,
    )


@router.post("")
async def merge(
    request: Request, session: Session, viewer: FormEditor, sent: Sent, at: OptionAt
) -> Response:
    """Merge the option, in one log entry with all affected positions."""
    _, row, options = await get_place(session, at.slug, at.issue, lock=True)
    source, target = pick(options, at.option), pick(options, sent.values.get("into", ""))
    into = target.slug
    touched = await list_touched(session, source)
    if source.merged_into_id == target.id and not touched:
        return seen(at.issue_page)  # sent twice
    keep = {n: Keep(v) for n, v in chosen(sent, "keep").items() if v in set(Keep)}
    kept = {n: str(v) for n, v in keep.items()}
    sheet = Sheet([REASON], typed([REASON], sent.values))
    if sent.shown_again:
        return await _merge(request, session, at, into, sheet, kept)
    sheet.status = 422
    if sent.values.get("seen") != mark(row, touched):
        sheet.errors, sheet.status = {"form": CHANGED}, 412
    else:
        reason = forms.need_reason(sheet)
    if not sheet.errors:
        batch = f"merge {at.option} into {into}"
        async with (
            attempt(session) as refused,
            writing(session, by=viewer.name, now=now(), batch=batch) as log,
        ):
            await merge_options(
                log, issue=row, source=source, target=target, keep=keep, reason=reason
            )
        if not refused:
            return seen(at.issue_page)
        sheet.status = refused[0].status
        sheet.errors = {
            f.where.strip("/").replace("/", "-"): f"this position {f.detail}"
            for f in refused[0].faults
        }
        sheet.errors = sheet.errors or {"form": refused[0].detail}
    return await _merge(request, session, at, into, sheet, kept)
