"""Merging and splitting options: first what it would touch, then all of it as one entry of the log."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from app.accounts.deps import Anyone, Editor, get_editor
from app.codebook import editing
from app.codebook.editing import REASON, Sheet, by_field
from app.codebook.fields import read, typed
from app.codebook.option_pages import NEW, get_place, pick
from app.codebook.pages import base_of, seen
from app.codebook.preview import mark, preview
from app.core.clock import now
from app.core.database import Session, attempt
from app.core.templating import page
from app.history.record import writing
from app.issues.recoding import Keep, Part
from app.issues.schemas import OptionInput
from app.models.issue import Issue, Option
from app.negotiations.queries import nav
from app.negotiations.views import NegotiationView
from app.positions.recoding import clashing, list_touched, merge_options, split_option

router = APIRouter(prefix="/n/{slug}/code-book/issues/{issue}/options/{option}", include_in_schema=False)

CHANGED = "Something changed since this list was made: look again."
SPLIT = (*(f for f in NEW if f.name != "status_quo"), REASON)


@router.get("/merge")
async def preview_merge(
    request: Request, session: Session, viewer: Editor, slug: str, issue: str, option: str, into: str = ""
) -> Response:
    """Choose what to merge it into, then see what that touches."""
    place, row, options = await get_place(session, slug, issue)
    sheet = Sheet([REASON], {"reason": ""})
    return await _merge(request, session, place, row, options, pick(options, option), into, sheet, {})


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
    target = next((o for o in options if o.slug == into and not o.retired and o is not source), None)
    touched = await list_touched(session, source) if target else []
    clashes = clashing(touched, source, target) if target else []
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
        rows=await preview(session, place.slug, touched, [source, target], clashes) if target else [],
        mark=mark(issue, touched),
        sheet=sheet,
        kept=kept,
    )


@router.post("/merge")
async def merge(request: Request, session: Session, viewer: Anyone, slug: str, issue: str, option: str) -> Response:
    """Merge it: one entry of the log for everything that is touched."""
    form = await request.form()
    if viewer is None:
        return editing.turned_away(request, form)
    editor = await get_editor(viewer)
    place, row, options = await get_place(session, slug, issue, lock=True)
    source = pick(options, option)
    target, address = pick(options, str(form.get("into"))), f"{base_of(slug)}/issues/{issue}"
    touched = await list_touched(session, source)
    if source.merged_into_id == target.id and not touched:
        return seen(address)  # sent twice
    keep = {n: Keep(v) for n, v in _chosen(form, "keep").items() if v in set(Keep)}
    sheet = Sheet([REASON], typed([REASON], form), status=422)
    if editing.asks_again(form):
        kept, sheet = {n: str(v) for n, v in keep.items()}, Sheet([REASON], sheet.values)
        return await _merge(request, session, place, row, options, source, target.slug, sheet, kept)
    if form.get("seen") != mark(row, touched):
        sheet.errors, sheet.status = {"form": CHANGED}, 412
    elif not sheet.values["reason"].strip():
        sheet.errors = {"reason": f"{REASON.label} {REASON.wrong.capitalize()}"}
    if not sheet.errors:
        batch = f"merge {option} into {target.slug}"
        async with attempt(session) as refused:
            async with writing(session, by=editor.name, now=now(), batch=batch) as log:
                await merge_options(
                    session, log, issue=row, source=source, target=target, keep=keep,
                    reason=sheet.values["reason"].strip(),
                )  # fmt: skip
        if not refused:
            return seen(address)
        sheet.status = refused[0].status
        sheet.errors = {f.where.strip("/").replace("/", "-"): _undecided(f.detail) for f in refused[0].faults}
        sheet.errors = sheet.errors or {"form": refused[0].detail}
    kept = {n: str(v) for n, v in keep.items()}
    place, row, options = await get_place(session, slug, issue)
    into = str(form.get("into"))
    return await _merge(request, session, place, row, options, pick(options, option), into, sheet, kept)


def _undecided(detail: str) -> str:
    return f"It says different things of the two options: this {detail}"


def _chosen(form: FormData, name: str) -> dict[int, str]:
    """What was chosen for which position, from fields such as keep-12."""
    found = {}
    for key, value in form.items():
        field, _, number = key.partition("-")
        if field == name and number.isdecimal() and len(number) < 19 and isinstance(value, str):
            found[int(number)] = value
    return found


@router.get("/split")
async def preview_split(
    request: Request, session: Session, viewer: Editor, slug: str, issue: str, option: str
) -> Response:
    """Name the new option, and choose which positions speak of it."""
    place, row, options = await get_place(session, slug, issue)
    return await _split(request, session, place, row, pick(options, option), editing.blank(SPLIT), {})


async def _split(
    request: Request, session: Session, place: NegotiationView, issue: Issue, option: Option, sheet: Sheet,
    parts: dict[int, str],
) -> Response:  # fmt: skip
    touched = await list_touched(session, option, links=False)
    return page(
        request,
        "codebook/split.html",
        status=sheet.status,
        negotiation=place,
        nav=nav(place.slug),
        issue_slug=issue.slug,
        issue_title=issue.title,
        option=option,
        rows=await preview(session, place.slug, touched, [option], []),
        mark=mark(issue, touched),
        sheet=sheet,
        parts=parts,
    )


@router.post("/split")
async def split(request: Request, session: Session, viewer: Anyone, slug: str, issue: str, option: str) -> Response:
    """Split it: one entry of the log for everything that is touched."""
    form = await request.form()
    if viewer is None:
        return editing.turned_away(request, form)
    editor = await get_editor(viewer)
    place, row, options = await get_place(session, slug, issue, lock=True)
    one = pick(options, option)
    touched = await list_touched(session, one, links=False)
    sheet = Sheet(SPLIT, typed(SPLIT, form), status=422)
    values: dict[str, Any]
    values, sheet.errors = read(OptionInput, SPLIT[:-1], sheet.values)
    if not sheet.values["reason"].strip():
        sheet.errors["reason"] = f"{REASON.label} {REASON.wrong.capitalize()}"
    parts = {n: Part(v) for n, v in _chosen(form, "part").items() if v in set(Part)}
    kept = {n: str(v) for n, v in parts.items()}
    if editing.asks_again(form):
        return await _split(request, session, place, row, one, Sheet(SPLIT, sheet.values), kept)
    if form.get("seen") != mark(row, touched):
        sheet.errors, sheet.status = {"form": CHANGED}, 412
    if not sheet.errors:
        async with attempt(session) as refused:
            async with writing(session, by=editor.name, now=now(), batch=f"split {option}") as log:
                await split_option(
                    session, log, issue=row, option=one, new=values, parts=parts,
                    reason=sheet.values["reason"].strip(),
                )  # fmt: skip
        if not refused:
            return seen(f"{base_of(slug)}/issues/{issue}")
        sheet.status = refused[0].status
        torn = {f.where.strip("/").replace("/", "-"): f"It {f.detail}" for f in refused[0].faults if "part" in f.where}
        sheet.errors = torn or by_field(refused[0], SPLIT)
    place, row, options = await get_place(session, slug, issue)
    return await _split(request, session, place, row, pick(options, option), sheet, kept)
