"""Serve short forms for the parties and the first issue of a new negotiation."""

from typing import Annotated, Any

from fastapi import Request
from pydantic import Field as Limits
from starlette.responses import RedirectResponse, Response

from app.accounts.dependencies import Editor, FormEditor
from app.codebook.pages import place_of
from app.codebook.queries import issue_titles, labels_of, seated_names
from app.core.clock import now
from app.core.errors import invalid
from app.core.input_models import Input, Name, SlugInPath
from app.db.engine import Session
from app.forms import sheet as forms
from app.forms.fields import Field, Form, Kind
from app.forms.posted import Sent
from app.forms.sheet import Sheet
from app.http.routing import Router
from app.http.templating import page
from app.log.writer import writing
from app.negotiations import queries
from app.negotiations.beginning import Beginning, add_parties_called, find_beginning
from app.negotiations.navigation import nav
from app.negotiations.new_entries import add_new_issue
from app.negotiations.slugs import slugs_of
from app.negotiations.views import NegotiationView

router = Router(prefix="/n/{slug}/start", include_in_schema=False)


class FirstParties(Input):
    """Names of parties."""

    parties: Annotated[list[Name], Limits(min_length=1, max_length=100)]


class FirstIssue(Input):
    """An issue by its title and the labels of its options."""

    title: Name
    options: Annotated[list[Name], Limits(min_length=1, max_length=500)]
    ordered: bool = False


PARTIES = Form(
    (
        Field(
            "parties", "Parties", Kind.LINES,
            "One per line, for example: France. Each counts as needed for a deal; you can change "
            "that later in the code book.",
            wrong="enter at least one, on a line of its own",
        ),
    ),
    FirstParties,
)  # fmt: skip
ISSUE_FORM = Form(
    (
        Field("title", "Issue", hint="In a few words, for example: Length of the ceasefire."),
        Field(
            "options", "Options", Kind.LINES,
            "What parties may want on it, one per line. List them from one end to the other if "
            "they have an order.",
            wrong="enter at least one, on a line of its own",
        ),
        Field(
            "ordered", "The options have an order", Kind.CHECK,
            "For example: none, 7 days, 30 days.", also=("options",),
        ),
    ),
    FirstIssue,
)  # fmt: skip


def start_of(slug: str, step: str = "parties") -> str:
    """Return the path of a step."""
    return f"/n/{slug}/start/{step}"


@router.get("/parties")
async def offer_parties(
    request: Request, session: Session, viewer: Editor, slug: SlugInPath
) -> Response:
    """Show the form for the parties of a negotiation, by their names alone."""
    place = place_of(await queries.get_negotiation(session, slug))
    return await _step(request, session, place, "parties", forms.blank(PARTIES.fields))


@router.post("/parties")
async def add_parties(
    request: Request, session: Session, viewer: FormEditor, sent: Sent, slug: SlugInPath
) -> Response:
    """Save the parties, and go on to the first issue."""
    negotiation = await queries.get_negotiation(session, slug, lock=True)
    place = place_of(negotiation)

    async def write(values: dict[str, Any], reason: str | None) -> None:
        async with writing(session, by=viewer.name, now=now()) as log:
            await add_parties_called(log, negotiation, values["parties"])

    sheet = await forms.create(session, sent, PARTIES, write)
    if sheet:
        return await _step(request, session, place, "parties", sheet)
    return RedirectResponse(start_of(slug, "issue"), 303)


@router.get("/issue")
async def offer_first_issue(
    request: Request, session: Session, viewer: Editor, slug: SlugInPath
) -> Response:
    """Show the form for an issue, by its title and options."""
    place = place_of(await queries.get_negotiation(session, slug))
    return await _step(request, session, place, "issue", forms.blank(ISSUE_FORM.fields))


@router.post("/issue")
async def add_first_issue(
    request: Request, session: Session, viewer: FormEditor, sent: Sent, slug: SlugInPath
) -> Response:
    """Save an issue with its options, and go on to the first source."""
    negotiation = await queries.get_negotiation(session, slug, lock=True)
    place = place_of(negotiation)

    async def write(values: dict[str, Any], reason: str | None) -> None:
        there = await issue_titles(session, slug)
        options = list(dict.fromkeys(values["options"]))
        if values["title"] in there.values():
            if set(options) == await labels_of(session, slug, values["title"]):
                return  # sent twice: the step is done
            raise invalid("/title", "is the title of an issue that has other options")
        named = slugs_of([*there, values["title"]], "issue")
        fields = {**values, "slug": named[-1], "options": options}
        async with writing(session, by=viewer.name, now=now()) as log:
            await add_new_issue(log, negotiation, fields)

    sheet = await forms.create(session, sent, ISSUE_FORM, write)
    if sheet:
        return await _step(request, session, place, "issue", sheet)
    if sent.values.get("then") == "another":
        return RedirectResponse(start_of(slug, "issue"), 303)
    return RedirectResponse(f"/sources/new?negotiation={slug}", 303)


async def _step(
    request: Request, session: Session, place: NegotiationView, step: str, sheet: Sheet
) -> Response:
    read = seated_names if step == "parties" else issue_titles
    return page(
        request,
        "codebook/first_step.html",
        status=sheet.status,
        negotiation=place,
        nav=nav(place.slug),
        step=step,
        sheet=sheet,
        so_far=list((await read(session, place.slug)).values()),
        beginning=await find_beginning(session, place.slug) or Beginning(place.slug, True, True),
    )
