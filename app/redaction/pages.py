"""Serve the admin's page for redactions: first a preview, then, with reason and tick, the act."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from starlette.responses import RedirectResponse

from app.accounts.dependencies import Admin, Anyone, get_admin
from app.core.clock import now
from app.core.errors import DomainError, Forbidden, Invalid, invalid
from app.db.engine import Session, attempt
from app.forms.posted import SHOW_AGAIN
from app.forms.resume import SignedOut
from app.http.problems import read_body
from app.http.templating import page
from app.log.writer import writing
from app.redaction.actions import redact
from app.redaction.description import Preview, preview
from app.redaction.queries import list_redactions
from app.redaction.schemas import RedactionInput, SubjectInput

router = APIRouter(prefix="/admin/redactions", include_in_schema=False)

Words = Annotated[str, Form(max_length=60_000)]
FIELDS = ("what", "number", "version", "reason")
LABELS = {"what": "What", "number": "Number", "version": "Version", "reason": "Reason"}


@router.get("")
async def show_redactions(request: Request, session: Session, viewer: Admin) -> Response:
    """Show past redactions and the form; with a subject in the query, preview its redaction."""
    typed = {name: request.query_params.get(name, "").strip() for name in FIELDS}
    return await _form(request, session, typed)


@router.post("")
async def redact_subject(
    request: Request,
    session: Session,
    viewer: Anyone,
    what: Words = "",
    number: Words = "",
    version: Words = "",
    reason: Words = "",
    confirmed: Words = "",
    do: Words = "",
) -> Response:
    """Redact the subject, or show the form again with what is wrong."""
    typed = {"what": what, "number": number.strip(), "version": version.strip(), "reason": reason}
    if viewer is None:
        raise SignedOut(typed)
    admin = await get_admin(viewer)
    if admin.token_id is not None:
        raise Forbidden("A token does not redact. Sign in.")
    if do == SHOW_AGAIN:
        return await _form(request, session, typed)
    async with attempt(session) as refused:
        asked = read_body(RedactionInput, _sent(typed))
        if not confirmed:
            raise invalid("/confirmed", "Tick that you have read what goes: it cannot be undone.")
        async with writing(session, by=admin.name, now=now()) as log:
            await redact(session, log, asked.subject, reason=asked.reason)
    if refused:
        return await _form(request, session, typed, refused[0])
    return RedirectResponse("/admin/redactions", 303)


def _sent(typed: dict[str, str], *names: str) -> dict[str, Any]:
    """Return the typed values as the models take them: numbers as int, empty ones left out."""
    return {
        name: int(value)
        if name in ("number", "version") and value.isdecimal() and len(value) < 19
        else value
        for name, value in typed.items()
        if value and name in (names or FIELDS)
    }


async def _form(
    request: Request, session: Session, typed: dict[str, str], refused: DomainError | None = None
) -> Response:
    errors = _errors(refused)
    shown: Preview | None = None
    if typed["number"]:
        async with attempt(session) as unknown:
            subject = read_body(SubjectInput, _sent(typed, "what", "number", "version")).subject
            shown = await preview(session, subject)
        if unknown and refused is None:
            refused, errors = unknown[0], _errors(unknown[0])
    return page(
        request,
        "redaction/index.html",
        status=refused.status if refused else 200,
        typed=typed,
        preview=shown,
        errors=errors,
        redactions=await list_redactions(session),
        places={"quote": "/quotes/", "source": "/sources/", "text": "/sources/"},
    )


def _errors(refused: DomainError | None) -> dict[str, str]:
    if isinstance(refused, Invalid) and refused.faults:
        named = ((f.where.strip("/") or "number", f.detail) for f in refused.faults)
        return {
            name: f"{LABELS[name]} {detail}" if name in LABELS else detail for name, detail in named
        }
    return {"number": refused.detail} if refused else {}
