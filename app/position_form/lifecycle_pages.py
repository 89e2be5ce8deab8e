"""Show a saved position; retract, discard or restore one."""

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse

from app.accounts.dependencies import Anyone, Editor, get_editor
from app.core.clock import now
from app.core.errors import Conflict, DomainError, Stale
from app.db.engine import Session, attempt
from app.forms.resume import SignedOut
from app.http.templating import page
from app.log.reader import moment
from app.log.writer import writing
from app.models.vocabulary import PositionStatus
from app.negotiations.queries import (
    code_book,
    get_negotiation_by_id,
    issue_views,
    nav,
    negotiation_view,
    party_views,
    titles_of,
)
from app.position_form.fields import Values, number
from app.position_form.pages import Number, typed, view_of
from app.position_form.submit import Saved, saved_by
from app.positions import actions, queries
from app.positions.merge_patch import merge
from app.positions.names_at_moment import called
from app.positions.schemas import PositionContent
from app.positions.version_diff import compare
from app.positions.views import PositionView

router = APIRouter(include_in_schema=False)

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
        warnings=[detail for _, detail in saved.warnings],
        before=before,
    )


@router.get("/positions/{position_id}/retract")
async def retract_form(
    request: Request, session: Session, viewer: Editor, position_id: Number
) -> Response:
    """Ask for the reason before a position is retracted or a draft discarded."""
    view = await view_of(session, position_id)
    if view.status == RETRACTED:
        raise Conflict("It is retracted already.")
    return await _page(request, session, view, "position_form/retract.html")


@router.post("/positions/{position_id}/retract")
async def retract(
    request: Request, session: Session, viewer: Anyone, position_id: Number
) -> Response:
    """Retract a position or discard a draft; a draft's reason is "Discarded" by default."""
    values = await typed(request)
    if viewer is None:
        raise SignedOut(values)
    editor, view = await get_editor(viewer), await view_of(session, position_id)
    if values.get("do") == "refresh":
        return await _page(request, session, view, "position_form/retract.html", values=values)
    reason = values.get("reason", "").strip() or ("Discarded" if view.status == DRAFT else "")
    if not reason:
        errors = {"reason": "Reason: say why it is retracted"}
        return await _page(
            request, session, view, "position_form/retract.html", 422, values=values, errors=errors
        )
    async with attempt(session) as refused, writing(session, by=editor.name, now=now()) as log:
        position = await queries.get_position(session, position_id, lock=True)
        _same_version(values, position.version)
        await actions.retract(session, log, position=position, reason=reason)
    if refused:
        return await _refused(
            request, session, position_id, "position_form/retract.html", values, refused[0]
        )
    return _after(view)


@router.get("/positions/{position_id}/restore")
async def restore_form(
    request: Request, session: Session, viewer: Editor, position_id: Number
) -> Response:
    """Ask for the reason before a retracted position is restored."""
    view = await view_of(session, position_id)
    if view.status != RETRACTED:
        raise Conflict("It is not retracted.")
    return await _page(
        request,
        session,
        view,
        "position_form/restore.html",
        **await _once_public(session, position_id),
    )


@router.post("/positions/{position_id}/restore")
async def restore(
    request: Request, session: Session, viewer: Anyone, position_id: Number
) -> Response:
    """Restore a retracted position; a discarded draft is restored as a draft or published."""
    values = await typed(request)
    if viewer is None:
        raise SignedOut(values)
    editor, view = await get_editor(viewer), await view_of(session, position_id)
    public = await _once_public(session, position_id)
    reason = values.get("reason", "").strip()
    if values.get("do") == "refresh" or not reason:
        errors = (
            {} if values.get("do") == "refresh" else {"reason": "Reason: say why it comes back"}
        )
        code = 422 if errors else 200
        return await _page(
            request,
            session,
            view,
            "position_form/restore.html",
            code,
            values=values,
            errors=errors,
            **public,
        )
    status = DRAFT if values.get("do") == "draft" and not public["was_public"] else PUBLISHED
    async with attempt(session) as refused, writing(session, by=editor.name, now=now()) as log:
        position = await queries.get_position(session, position_id, lock=True)
        _same_version(values, position.version)
        if position.first_published_at is None and status == PUBLISHED:
            patch = merge(view, {"status": "published"})
            await actions.correct(
                session,
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
            await actions.restore(session, log, position=position, status=status, reason=reason)
    if refused:
        return await _refused(
            request,
            session,
            position_id,
            "position_form/restore.html",
            values,
            refused[0],
            **public,
        )
    return (
        RedirectResponse(f"/positions/{position_id}", 303)
        if status == PUBLISHED
        else _after(view, DRAFT)
    )


def _after(view: PositionView, status: str | None = None) -> Response:
    """Redirect to the list of drafts after a draft, else to the position's own page."""
    draft = (status or view.status) == DRAFT
    return RedirectResponse(
        f"/n/{view.negotiation}/drafts?done={view.id}" if draft else f"/positions/{view.id}", 303
    )


def _same_version(values: Values, newest: int) -> None:
    shown = number(values.get("version"))
    if shown is not None and shown != newest:
        raise Stale(
            f"Somebody has saved version {newest} in the meantime."
            " Look at it below, then decide again."
        )


async def _once_public(session: AsyncSession, position_id: int) -> dict[str, Any]:
    """Tell whether it ever was public, and which position replaces it under another party."""
    position = await queries.get_position(session, position_id)
    said = await queries.document(session, position)
    return {
        "was_public": position.first_published_at is not None,
        "recoded_as": said.get("recoded_as"),
    }


async def _refused(
    request: Request,
    session: AsyncSession,
    position_id: int,
    template: str,
    values: Values,
    error: DomainError,
    **more: Any,
) -> Response:
    view = await view_of(session, position_id)
    details = "; ".join(f.detail for f in error.faults) or error.detail
    errors = {"reason": details}
    return await _page(
        request, session, view, template, error.status, values=values, errors=errors, **more
    )


async def _page(
    request: Request,
    session: AsyncSession,
    view: PositionView,
    template: str,
    status: int = 200,
    *,
    before: PositionView | None = None,
    **more: Any,
) -> Response:
    at = await moment(session, drafts=True)
    book = await code_book(session, at, view.negotiation)
    issue = next(i for i in issue_views(book) if i.slug == view.issue)
    names = await called(session, at, book.party_names(), [view, *([before] if before else [])])
    labels = {option.slug: option.label for option in issue.options}
    shown: dict[str, Any] = {"values": {}, "errors": {}} | more
    return page(
        request,
        template,
        status=status,
        negotiation=negotiation_view(book.negotiation),
        position=view,
        party=next(p for p in party_views(book) if p.slug == view.party),
        issue=issue,
        names=names,
        changes=compare(before, view, names, labels) if before else [],
        titles=titles_of(issue_views(book)),
        nav=nav(view.negotiation),
        **shown,
    )
