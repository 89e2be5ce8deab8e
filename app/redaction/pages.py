"""Serve the admin's page for redactions: first a preview, then, with reason and tick, the act."""

from fastapi import Request, Response
from starlette.responses import RedirectResponse

from app.accounts.dependencies import Admin, FormAdmin
from app.core.clock import now
from app.core.errors import Forbidden
from app.db.engine import Session, attempt
from app.forms.fields import Field, Form, Kind, read, typed
from app.forms.posted import Sent
from app.forms.sheet import Sheet, refusal
from app.http.routing import Router
from app.http.templating import page
from app.log.writer import writing
from app.redaction.actions import redact
from app.redaction.description import RedactionPreview, preview
from app.redaction.queries import list_redactions
from app.redaction.schemas import RedactionInput, SubjectInput
from app.redaction.subject import Subject

router = Router(prefix="/admin/redactions", include_in_schema=False)

SUBJECT = Form(
    (
        Field(
            "number", "Number", Kind.WHOLE,
            "Of the quote, source or position: see the address of its page.",
        ),
        Field("what", "What", Kind.CHOICE),
        Field(
            "version", "Version", Kind.WHOLE,
            "Of the position; only for a summary or a reason.",
        ),
    ),
    SubjectInput,
)  # fmt: skip
REASON = Field(
    "reason", "Reason", Kind.PROSE,
    "Everybody can read it: do not repeat what is to be removed.",
)  # fmt: skip
FORM = Form((*SUBJECT.fields, REASON), RedactionInput)


@router.get("")
async def show_redactions(request: Request, session: Session, viewer: Admin) -> Response:
    """Show past redactions and the form; with a subject in the query, preview its redaction."""
    sheet = Sheet(FORM.fields, typed(FORM.fields, request.query_params))
    return await _form(request, session, sheet)


@router.post("")
async def redact_subject(
    request: Request, session: Session, viewer: FormAdmin, sent: Sent
) -> Response:
    """Redact the subject, or show the form again with what is wrong."""
    if viewer.token_id is not None:
        raise Forbidden("An API token cannot redact. Sign in.")
    sheet = Sheet(FORM.fields, typed(FORM.fields, sent.values))
    if sent.shown_again:
        return await _form(request, session, sheet)
    sheet.status = 422
    values, sheet.errors = read(FORM, sheet.values)
    if not sheet.errors and not sent.values.get("confirmed"):
        sheet.errors["confirmed"] = (
            "Tick that you have read what will be removed: it cannot be undone."
        )
    if not sheet.errors:
        reason = values.pop("reason")
        async with attempt(session) as refused, writing(session, by=viewer.name, now=now()) as log:
            await redact(log, Subject(**values), reason=reason)
        if not refused:
            return RedirectResponse("/admin/redactions", 303)
        sheet.status, sheet.errors = refused[0].status, refusal(refused[0], FORM.fields)
    return await _form(request, session, sheet)


async def _form(request: Request, session: Session, sheet: Sheet) -> Response:
    shown: RedactionPreview | None = None
    if sheet.values["number"].strip():
        values, errors = read(SUBJECT, sheet.values)
        status = 422
        if not errors:
            async with attempt(session) as unknown:
                shown = await preview(session, Subject(**values))
            if unknown:
                status, errors = unknown[0].status, refusal(unknown[0], SUBJECT.fields)
        if errors and not sheet.errors:
            sheet.status, sheet.errors = status, errors
    return page(
        request,
        "redaction/index.html",
        status=sheet.status,
        sheet=sheet,
        preview=shown,
        redactions=await list_redactions(session),
        places={"quote": "/quotes/", "source": "/sources/", "text": "/sources/"},
    )
