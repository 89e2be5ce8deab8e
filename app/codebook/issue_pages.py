"""Serve pages to add, edit and move the issues of a negotiation."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Request
from pydantic import Field as Limits
from starlette.responses import Response

from app.accounts.dependencies import Editor, FormEditor
from app.codebook.ordering import moved
from app.codebook.pages import SLUG, base_of, form_page, place_of, seen
from app.codebook.queries import lock_issues
from app.codebook.slugs import slugs_of
from app.core.clock import now
from app.core.errors import invalid
from app.core.input_models import Name, SlugInPath
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


class NewIssue(IssueFields):
    """Fields of a new issue, with the labels of its options."""

    options: Annotated[list[Name], Limits(max_length=500)] = []


FORM = Form(ISSUE, IssueFields)
NEW = Form((ISSUE[0], SLUG, *ISSUE[1:4], OPTIONS, ISSUE[4]), NewIssue)


@router.get("/new")
async def offer_issue(
    request: Request, session: Session, viewer: Editor, slug: SlugInPath
) -> Response:
    """Show the form for a new issue."""
    place = place_of(await get_negotiation(session, slug))
    return _new(request, place, forms.blank(NEW.fields))


def _new(request: Request, place: NegotiationView, sheet: Sheet) -> Response:
    return form_page(
        request, place, sheet, heading="Add an issue", action=f"{base_of(place.slug)}/issues/new",
        submit="Add the issue", again="Add it and another",
        lede="An outcome and a procedure (“who decides?”) are two issues, not options of one.",
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
        made, labels = values["slug"], values.pop("options")
        async with writing(session, by=viewer.name, now=now()) as log:
            options = _options(labels, ordered=values["ordered"])
            await issue_actions.add_issue(log, negotiation=negotiation, options=options, **values)

    sheet = await forms.create(session, sent, NEW, write)
    if sheet is None and sent.values.get("then") == "another":
        return seen(f"{base_of(slug)}/issues/new")
    return _new(request, place, sheet) if sheet else seen(f"{base_of(slug)}/issues/{made}")


def _options(labels: Sequence[str], *, ordered: bool) -> list[dict[str, Any]]:
    """Return options made from their labels, ranked in their order if the issue is ordered.

    Raises Invalid if a label occurs twice.
    """
    twice = sorted({label for label in labels if labels.count(label) > 1})
    if twice:
        raise invalid("/options", f"“{twice[0]}” is listed twice")
    slugs = slugs_of(labels, "option")
    return [
        {"slug": slug, "label": label, "rank": n if ordered else None}
        for n, (slug, label) in enumerate(zip(slugs, labels, strict=True), 1)
    ]


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
    return await _issue(request, session, slug, issue, sheet) if sheet else seen(base_of(slug))


@router.post("/{issue}/move")
async def move_issue(
    session: Session, viewer: Editor, sent: Sent, slug: SlugInPath, issue: SlugInPath
) -> Response:
    """Move an issue one place up or down."""
    negotiation = await get_negotiation(session, slug, lock=True)
    row = await issue_queries.get_issue(session, negotiation, issue)
    order = moved(await lock_issues(session, negotiation), row, sent)
    async with writing(session, by=viewer.name, now=now()) as log:
        for place, one in enumerate(order or [], 1):
            await issue_actions.amend_issue(
                log, one, {"ordinal": place}, {}, reason="Order of the issues"
            )
    return seen(f"{base_of(slug)}#issues")
