"""Serve the form for looks: which cells were searched without result, when, and where."""

from types import SimpleNamespace
from typing import Any

from fastapi import Request, Response
from pydantic import ValidationError
from starlette.responses import RedirectResponse

from app.accounts.dependencies import Editor, FormEditor
from app.core import dates
from app.core.clock import now
from app.core.errors import Fault
from app.core.input_models import Day, Input, Prose, SlugInPath
from app.db.engine import Session, attempt
from app.forms.fields import Field, Form, Kind, by_field, message, read, typed
from app.forms.posted import Sent
from app.forms.sheet import Sheet, blank
from app.http.problems import body_faults
from app.http.routing import Router
from app.http.templating import page
from app.log.reader import moment
from app.log.writer import writing
from app.looks.actions import note_look
from app.looks.queries import is_noted
from app.looks.schemas import LookInput
from app.models.negotiation import Negotiation
from app.negotiations.code_book import code_book, issue_views, negotiation_view, party_views
from app.negotiations.navigation import nav
from app.negotiations.queries import get_negotiation
from app.negotiations.views import IssueView, PartyView

router = Router(prefix="/n/{slug}/looks", include_in_schema=False)


class SearchInput(Input):
    """When cells were searched, and where."""

    looked_on: Day
    where: Prose | None = None


def _day(text: str) -> str:
    """Read a day as people write it; ValueError for a month or a year."""
    day = dates.parse_human(text, now().date())
    if day.precision != "day":
        raise ValueError(f"“{day.text}” is not a day: write {now().date().isoformat()}")
    return day.text


FORM = Form(
    (
        Field("looked_on", "When", hint="A day, such as 17 March 2025.", parse=_day),
        Field(
            "where", "Where", Kind.PROSE,
            "What you searched, for example archives, web sites, speeches of certain days.",
        ),
    ),
    SearchInput,
)  # fmt: skip
CELLS = Field("cell", "Which cells", also=("party", "issue"))


@router.get("/new")
async def offer_looks(
    request: Request, session: Session, viewer: Editor, slug: SlugInPath
) -> Response:
    """Show the form, with the cells of the URL selected.

    The URL names them as `cell=party/issue`, or one as `party` and `issue`; `where` says what was
    searched.
    """
    asked = request.query_params
    cells = asked.getlist("cell")
    if asked.get("party") and asked.get("issue"):
        cells.append(f"{asked['party']}/{asked['issue']}")
    today, where = now().date().isoformat(), asked.get("where", "")[:2000]
    sheet = blank(FORM.fields, looked_on=today, where=where)
    return await _form(request, session, slug, cells, sheet)


async def _form(
    request: Request, session: Session, slug: str, cells: list[str], sheet: Sheet
) -> Response:
    book = await code_book(session, await moment(session, drafts=True), slug)
    parties, issues = [p for p in party_views(book) if not p.merged_into], issue_views(book)
    return page(
        request,
        "looks/looks.html",
        status=sheet.status,
        negotiation=negotiation_view(book.negotiation),
        rows=[(issue, [_cell(party, issue) for party in parties]) for issue in issues],
        chosen=set(cells),
        sheet=sheet,
        nav=nav(slug),
    )


def _cell(party: PartyView, issue: IssueView) -> SimpleNamespace:
    """Return a cell to choose, with its value in the form."""
    label = f"{party.name} on {issue.title}"
    return SimpleNamespace(value=f"{party.slug}/{issue.slug}", party=party.name, label=label)


@router.post("/new")
async def note_looks(
    request: Request, session: Session, viewer: FormEditor, sent: Sent, slug: SlugInPath
) -> Response:
    """Save one look for each chosen cell, in one log entry; a look is saved only once."""
    cells = list(dict.fromkeys(sent.lists.get("cell", [])))
    sheet = Sheet(FORM.fields, typed(FORM.fields, sent.values))
    if sent.shown_again:
        return await _form(request, session, slug, cells, sheet)
    negotiation = await get_negotiation(session, slug, lock=True)
    values, sheet.errors = read(FORM, sheet.values)
    looks = [] if sheet.errors else _looks(values, cells, sheet.errors)
    if not cells:
        sheet.errors["cell"] = message(CELLS, "choose at least one")
    if not sheet.errors:
        async with attempt(session) as refused:
            await _note(session, negotiation, looks, by=viewer.name)
        if not refused:
            return RedirectResponse(f"/n/{slug}/coverage#searched", 303)
        faults = refused[0].faults or (Fault("/cell", refused[0].detail),)
        sheet.errors = by_field((CELLS, *FORM.fields), faults, message)
    sheet.status = 422
    return await _form(request, session, slug, cells, sheet)


def _looks(values: dict[str, Any], cells: list[str], errors: dict[str, str]) -> list[LookInput]:
    """Return a look for each cell; cells that cannot be any are an error."""
    looks: list[LookInput] = []
    for cell in cells:
        party, _, issue = cell.partition("/")
        try:
            looks.append(LookInput(party=party, issue=issue, **values))
        except ValidationError as error:
            errors |= by_field([CELLS], body_faults(error, values), message)
    return looks


async def _note(
    session: Session, negotiation: Negotiation, sent: list[LookInput], *, by: str
) -> None:
    async with writing(session, by=by, now=now(), batch="look" if len(sent) > 1 else None) as log:
        for look in sent:
            if not await is_noted(session, negotiation, look, by):
                await note_look(log, negotiation=negotiation, sent=look)
