"""Show a saved position; retract, discard or restore one."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse

from app.accounts.dependencies import Editor, FormEditor
from app.core.clock import now
from app.core.errors import Conflict, StaleVersion
from app.db.engine import Session, attempt
from app.forms.fields import Field, number, typed
from app.forms.posted import Posted, Sent
from app.forms.sheet import Sheet, blank, need_reason
from app.http.routing import Router
from app.http.templating import page
from app.log.reader import moment
from app.log.writer import writing
from app.models.position import Position
from app.models.vocabulary import PositionStatus
from app.negotiations.code_book import (
    code_book,
    issue_views,
    negotiation_view,
    party_views,
    titles_of,
)
from app.negotiations.navigation import nav
from app.negotiations.queries import get_negotiation_by_id
from app.position_form.pages import Number
from app.position_form.purpose import view_of
from app.position_form.saved_forms import Saved, saved_by
from app.positions import actions, queries
from app.positions.merge_patch import merge
from app.positions.names_at_moment import called
from app.positions.schemas import PositionContent
from app.positions.version_diff import compare
from app.positions.views import PositionView

router = Router(include_in_schema=False)

DRAFT, PUBLISHED, RETRACTED = (
    PositionStatus.DRAFT,
    PositionStatus.PUBLISHED,
    PositionStatus.RETRACTED,
)


@router.get("/positions/{position_id}/saved")
async def show_saved(
    request: Request, session: Session, viewer: Editor, position_id: Number
) -> Response:
    """Show what a form has saved: warnings, what it changed, and links to continue."""
    token = request.query_params.get("form", "")
    saved = await saved_by(session, viewer, token) or Saved(position_id, 0)
    view = await view_of(session, position_id, saved.version or None)
    before = await view_of(session, position_id, view.version - 1) if view.version > 1 else None
    return await _page(
        request,
        session,
        view,
        "position_form/saved.html",
        token=token,
        did=saved.did,
        warnings=[detail for _, detail in saved.warnings],
        before=before,
    )


@dataclass(frozen=True, slots=True)
class Act:
    """Something that is done to a position for a reason: its page, and the field that asks."""

    template: str
    asked: Field


RETRACT = Act("position_form/retract.html", Field("reason", "Reason", wrong="enter a reason"))
RESTORE = Act("position_form/restore.html", Field("reason", "Reason", wrong="enter a reason"))


@router.get("/positions/{position_id}/retract")
async def retract_form(
    request: Request, session: Session, viewer: Editor, position_id: Number
) -> Response:
    """Ask for the reason before a position is retracted or a draft discarded."""
    view = await view_of(session, position_id)
    if view.status == RETRACTED:
        raise Conflict("It is retracted already.")
    return await _ask(request, session, RETRACT, view, blank([RETRACT.asked]))


@router.post("/positions/{position_id}/retract")
async def retract(
    request: Request, session: Session, viewer: FormEditor, sent: Sent, position_id: Number
) -> Response:
    """Retract a position or discard a draft; a draft's reason is "Discarded" by default."""
    view = await view_of(session, position_id)

    async def write(position: Position, reason: str) -> None:
        async with writing(session, by=viewer.name, now=now()) as log:
            await actions.retract(log, position=position, reason=reason)

    return await _act(request, session, RETRACT, view, sent, write) or _after(view, view.status)


@router.get("/positions/{position_id}/restore")
async def restore_form(
    request: Request, session: Session, viewer: Editor, position_id: Number
) -> Response:
    """Ask for the reason before a retracted position is restored."""
    view = await view_of(session, position_id)
    if view.status != RETRACTED:
        raise Conflict("It is not retracted.")
    return await _ask(request, session, RESTORE, view, blank([RESTORE.asked]))


@router.post("/positions/{position_id}/restore")
async def restore(
    request: Request, session: Session, viewer: FormEditor, sent: Sent, position_id: Number
) -> Response:
    """Restore a retracted position; a discarded draft is restored as a draft or published."""
    view, status = await view_of(session, position_id), PUBLISHED

    async def write(position: Position, reason: str) -> None:
        nonlocal status
        new = position.first_published_at is None
        status = DRAFT if sent.do == "draft" and new else PUBLISHED
        async with writing(session, by=viewer.name, now=now()) as log:
            if new and status == PUBLISHED:
                patch = merge(view, {"status": "published"})
                await actions.correct(
                    log,
                    negotiation=await get_negotiation_by_id(session, position.negotiation_id),
                    position=position,
                    wanted=PositionContent(
                        **{n: getattr(patch, n) for n in PositionContent.model_fields}
                    ),
                    status=status,
                    reason=reason,
                )
            else:
                await actions.restore(log, position=position, status=status, reason=reason)

    return await _act(request, session, RESTORE, view, sent, write) or _after(view, status)


Write = Callable[[Position, str], Awaitable[None]]


async def _act(
    request: Request,
    session: AsyncSession,
    act: Act,
    view: PositionView,
    sent: Posted,
    write: Write,
) -> Response | None:
    """Do it to the version that was seen; return its page if a reason or a rule forbids it."""
    sheet = Sheet([act.asked], typed([act.asked], sent.values))
    if sent.shown_again:
        return await _ask(request, session, act, view, sheet)
    sheet.status, reason = 422, "Discarded"
    if view.status != DRAFT or sheet.values["reason"].strip():
        reason = need_reason(sheet, act.asked)
    if sheet.errors:
        return await _ask(request, session, act, view, sheet)
    async with attempt(session) as refused:
        position = await queries.get_position(session, view.id, lock=True)
        seen = number(sent.values.get("version"))
        if seen is not None and seen != position.version:
            raise StaleVersion(
                f"Somebody has saved version {position.version} in the meantime."
                " Look at it below, then decide again."
            )
        await write(position, reason)
    if not refused:
        return None
    sheet.status = refused[0].status
    details = "; ".join(f.detail for f in refused[0].faults) or refused[0].detail
    sheet.errors = {"reason": details}
    return await _ask(request, session, act, await view_of(session, view.id), sheet)


async def _ask(
    request: Request, session: AsyncSession, act: Act, view: PositionView, sheet: Sheet
) -> Response:
    more = await _once_public(session, view.id) if act is RESTORE else {}
    shown: dict[str, Any] = {"status": sheet.status, "sheet": sheet} | more
    return await _page(request, session, view, act.template, **shown)


def _after(view: PositionView, status: str) -> Response:
    """Redirect to the list of drafts after a draft, else to the position's own page."""
    if status == DRAFT:
        return RedirectResponse(f"/n/{view.negotiation}/drafts?done={view.id}", 303)
    told = "restored" if view.status == RETRACTED else "retracted"
    return RedirectResponse(f"/positions/{view.id}?told={told}", 303)


async def _once_public(session: AsyncSession, position_id: int) -> dict[str, Any]:
    """Tell whether it ever was public, and which position replaces it under another party."""
    position = await queries.get_position(session, position_id)
    said = await queries.document(session, position)
    return {
        "was_public": position.first_published_at is not None,
        "recoded_as": said.get("recoded_as"),
    }


async def _page(
    request: Request,
    session: AsyncSession,
    view: PositionView,
    template: str,
    *,
    before: PositionView | None = None,
    **more: Any,
) -> Response:
    at = await moment(session, drafts=True)
    book = await code_book(session, at, view.negotiation)
    issue = next(i for i in issue_views(book) if i.slug == view.issue)
    names = await called(session, at, book.party_names(), [view, *([before] if before else [])])
    labels = {option.slug: option.label for option in issue.options}
    return page(
        request,
        template,
        negotiation=negotiation_view(book.negotiation),
        position=view,
        party=next(p for p in party_views(book) if p.slug == view.party),
        issue=issue,
        names=names,
        seated=[(p.slug, p.name) for p in party_views(book) if not p.merged_into],
        changes=compare(before, view, names, labels) if before else [],
        titles=titles_of(issue_views(book)),
        nav=nav(view.negotiation),
        **more,
    )
