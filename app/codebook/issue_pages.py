"""Serve pages to add, edit and move the issues of a negotiation."""

from collections.abc import Sequence
from typing import Any

from fastapi import Request
from starlette.responses import Response

from app.accounts.dependencies import Editor, FormEditor
from app.codebook.ordering import moved
from app.codebook.pages import SLUG, base_of, form_page, place_of
from app.codebook.queries import lock_issues
from app.codebook.told import Told, seen, told
from app.core.clock import now
from app.core.input_models import SlugInPath
from app.db.engine import Session
from app.forms import sheet as forms
from app.forms.fields import Field, Form, Kind
from app.forms.posted import Sent
from app.forms.sheet import Sheet, StoredObject
from app.http.routing import Router
from app.log.entry import snapshot
from app.log.reader import moment
from app.log.writer import writing
from app.models.issue import Issue
from app.negotiations import issue_actions, issue_queries
from app.negotiations.code_book import code_book, issue_views, negotiation_view
from app.negotiations.issue_schemas import IssueFields
from app.negotiations.new_entries import NewIssue, add_new_issue
from app.negotiations.queries import get_negotiation
from app.negotiations.views import NegotiationView

router = Router(prefix="/n/{slug}/code-book/issues", include_in_schema=False)

ISSUE = (
    Field("title", "Title"),
    Field(
        "question", "Question",
        hint="As you would ask a party, for example: How long should the ceasefire last?",
    ),
    Field("group", "Group", hint="Neighbouring issues of the same group share a heading."),
    Field(
        "ordered", "The options have an order", Kind.CHECK,
        "Each option then has a rank, and the distance between ranks counts.", also=("options",),
    ),
    Field(
        "notes", "Notes for coders", Kind.PROSE,
        "What counts here, what belongs to another issue, and whether options exclude each other.",
    ),
)  # fmt: skip
OPTIONS = Field(
    "options", "Options", Kind.LINES,
    "One per line. If they have an order, list them from one end to the other. You can add details "
    "later.",
)  # fmt: skip


FORM = Form(ISSUE, IssueFields)
NEW = Form((ISSUE[0], SLUG, *ISSUE[1:4], OPTIONS, ISSUE[4]), NewIssue)


@router.get("/new")
async def offer_issue(
    request: Request, session: Session, viewer: Editor, slug: SlugInPath
) -> Response:
    """Show the form for a new issue."""
    book = await code_book(session, await moment(session, drafts=True), slug)
    names = {f"issues/{i.slug}": i.title for i in issue_views(book)}
    done = told(request, names)
    place = negotiation_view(book.negotiation)
    return _new(request, place, forms.blank(NEW.fields), done, list(names.values()))


def _new(
    request: Request,
    place: NegotiationView,
    sheet: Sheet,
    done: Told | None = None,
    so_far: Sequence[str] = (),
) -> Response:
    return form_page(
        request, place, sheet, heading="Add an issue", action=f"{base_of(place.slug)}/issues/new",
        submit="Add the issue", again="Add it and another",
        lede="An outcome and a procedure (“who decides?”) are two issues, not options of one."
        + (f" Issues so far: {', '.join(so_far)}." if so_far else ""), told=done or Told(),
    )  # fmt: skip


@router.post("/new")
async def add_issue(
    request: Request, session: Session, viewer: FormEditor, sent: Sent, slug: SlugInPath
) -> Response:
    """Save a new issue with its options."""
    negotiation = await get_negotiation(session, slug, lock=True)
    place = place_of(negotiation)

    made = ""

    async def write(values: dict[str, Any], reason: str | None) -> None:
        nonlocal made
        made = values["slug"]
        async with writing(session, by=viewer.name, now=now()) as log:
            await add_new_issue(log, negotiation, values)

    sheet = await forms.create(session, sent, NEW, write)
    if sheet is None and sent.values.get("then") == "another":
        return seen(f"{base_of(slug)}/issues/new", "added", f"issues/{made}")
    there = f"{base_of(slug)}/issues/{made}"
    return _new(request, place, sheet) if sheet else seen(there, "added", f"issues/{made}")


@router.get("/{issue}")
async def edit_issue(
    request: Request, session: Session, viewer: Editor, slug: SlugInPath, issue: SlugInPath
) -> Response:
    """Show the form of an issue, with its options beside it."""
    row = await issue_queries.get_issue(session, await get_negotiation(session, slug), issue)
    return await _issue(request, session, slug, issue, forms.filled(FORM, _stored(row)))


def _stored(row: Issue) -> StoredObject:
    return StoredObject("issue", row.id, row.version, snapshot(row))


async def _issue(
    request: Request, session: Session, slug: str, issue: str, sheet: Sheet
) -> Response:
    book = await code_book(session, await moment(session, drafts=True), slug)
    view = next(i for i in issue_views(book) if i.slug == issue)
    return form_page(
        request, negotiation_view(book.negotiation), sheet, heading=view.title, issue=view,
        action=f"{base_of(slug)}/issues/{issue}", submit="Save the issue",
        beside="codebook/_options.html",
        told=told(request, {f"issues/{issue}": view.title} | {
            f"options/{option.slug}": option.label for option in view.options
        }),
    )  # fmt: skip


@router.post("/{issue}")
async def save_issue(
    request: Request,
    session: Session,
    viewer: FormEditor,
    sent: Sent,
    slug: SlugInPath,
    issue: SlugInPath,
) -> Response:
    """Save a change of an issue."""
    row = await issue_queries.get_issue(
        session, await get_negotiation(session, slug), issue, lock=True
    )

    async def write(values: dict[str, Any], reason: str | None) -> None:
        async with writing(session, by=viewer.name, now=now()) as log:
            await issue_actions.amend_issue(log, row, values, {}, reason=reason)

    sheet = await forms.save(session, sent, FORM, _stored(row), write, slug=issue)
    if sheet:
        return await _issue(request, session, slug, issue, sheet)
    return seen(f"{base_of(slug)}#issues", "saved", f"issues/{issue}")


@router.post("/{issue}/move")
async def move_issue(
    session: Session, viewer: Editor, sent: Sent, slug: SlugInPath, issue: SlugInPath
) -> Response:
    """Move an issue one place up or down, or to a place."""
    negotiation = await get_negotiation(session, slug, lock=True)
    row = await issue_queries.get_issue(session, negotiation, issue)
    order = moved(await lock_issues(session, negotiation), row, sent)
    async with writing(session, by=viewer.name, now=now()) as log:
        for place, one in enumerate(order or [], 1):
            await issue_actions.amend_issue(
                log, one, {"ordinal": place}, {}, reason="Order of the issues"
            )
    return seen(f"{base_of(slug)}#issues", *(("moved", f"issues/{issue}") if order else ()))
