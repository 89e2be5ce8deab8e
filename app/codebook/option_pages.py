"""Serve pages to add, edit and move the options of an issue."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import Response

from app.accounts.dependencies import Editor, FormEditor
from app.codebook.ordering import moved, ranks_for
from app.codebook.pages import SLUG, base_of, form_page, place_of
from app.codebook.told import seen
from app.core.clock import now
from app.core.errors import NotFound
from app.core.input_models import SlugInPath
from app.db.engine import Session
from app.forms import sheet as forms
from app.forms.fields import Field, Form, Kind
from app.forms.posted import Sent
from app.forms.sheet import Sheet, StoredObject
from app.http.routing import Router
from app.log.entry import snapshot
from app.log.writer import writing
from app.models.issue import Issue, Option
from app.negotiations import issue_actions, issue_queries
from app.negotiations.issue_schemas import OptionInput
from app.negotiations.new_entries import add_new_option, with_status_quo
from app.negotiations.queries import get_negotiation
from app.negotiations.views import NegotiationView

router = Router(prefix="/n/{slug}/code-book/issues/{issue}/options", include_in_schema=False)

NEW = (
    Field("label", "Label", hint="A few words, shown in the matrix."),
    SLUG,
    Field(
        "rank",
        "Rank",
        Kind.NUMBER,
        "A number for the order, for example 1 or 1.5; different for each option.",
        also=("options",),
    ),
    Field(
        "status_quo",
        "This is how things are now (status quo)",
        Kind.CHECK,
        "Only one option can be the status quo; ticking this unticks the other.",
    ),
)
RETIRED = Field(
    "retired",
    "Retired",
    Kind.CHECK,
    "New positions cannot use it; existing positions keep it.",
)
NEW_FORM = Form(NEW, OptionInput)
FORM = Form((NEW[0], *NEW[2:], RETIRED), OptionInput)


@dataclass(frozen=True, slots=True)
class OptionAddress:
    """Where an option is, as its address names it."""

    slug: SlugInPath
    issue: SlugInPath
    option: SlugInPath

    @property
    def issue_page(self) -> str:
        """Return the path of the page of its issue."""
        return f"{base_of(self.slug)}/issues/{self.issue}"


OptionAt = Annotated[OptionAddress, Depends()]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page of an option says beside its form."""

    place: NegotiationView
    issue_title: str
    label: str
    into: str | None  # label of the option into which it was merged


async def get_place(
    session: Session, slug: str, issue: str, *, lock: bool = False
) -> tuple[NegotiationView, Issue, list[Option]]:
    """Return negotiation, issue (locked if `lock`), and its options in order."""
    negotiation = await get_negotiation(session, slug)
    row = await issue_queries.get_issue(session, negotiation, issue, lock=lock)
    return place_of(negotiation), row, await issue_queries.list_options(session, row.id)


def pick(options: list[Option], slug: str) -> Option:
    """Return the option with this slug; raise NotFound if there is none."""
    found = next((o for o in options if o.slug == slug), None)
    if found is None:
        raise NotFound(f"There is no option {slug!r} of this issue.")
    return found


@router.get("/new")
async def offer_option(
    request: Request, session: Session, viewer: Editor, slug: SlugInPath, issue: SlugInPath
) -> Response:
    """Show the form for a new option."""
    place, row, options = await get_place(session, slug, issue)
    following = max((o.rank for o in options if o.rank is not None), default=0) + 1
    sheet = forms.blank(NEW, rank=f"{following:g}" if row.ordered else "")
    return _new(request, place, issue, row.title, sheet)


def _new(
    request: Request, place: NegotiationView, issue: str, title: str, sheet: Sheet
) -> Response:
    address = f"{base_of(place.slug)}/issues/{issue}"
    return form_page(
        request, place, sheet, heading=f"Add an option to “{title}”",
        action=f"{address}/options/new",
        submit="Add the option", back=(title, address),
    )  # fmt: skip


@router.post("/new")
async def add_option(
    request: Request,
    session: Session,
    viewer: FormEditor,
    sent: Sent,
    slug: SlugInPath,
    issue: SlugInPath,
) -> Response:
    """Save a new option."""
    place, row, _ = await get_place(session, slug, issue, lock=True)
    title = row.title

    made = ""

    async def write(values: dict[str, Any], reason: str | None) -> None:
        nonlocal made
        made = values["slug"]
        async with writing(session, by=viewer.name, now=now()) as log:
            await add_new_option(log, row, values)

    sheet = await forms.create(session, sent, NEW_FORM, write)
    there = f"{base_of(slug)}/issues/{issue}#options"
    return (
        _new(request, place, issue, title, sheet)
        if sheet
        else seen(there, "added", f"options/{made}")
    )


@router.get("/{option}")
async def edit_option(request: Request, session: Session, viewer: Editor, at: OptionAt) -> Response:
    """Show the form of an option."""
    place, row, options = await get_place(session, at.slug, at.issue)
    one = pick(options, at.option)
    sheet = forms.filled(FORM, _stored(one))
    return _option(request, at, _shown(place, row, options, one), sheet)


def _stored(row: Option) -> StoredObject:
    return StoredObject("option", row.id, row.version, snapshot(row))


def _shown(place: NegotiationView, issue: Issue, options: list[Option], one: Option) -> Shown:
    into = next((o.label for o in options if o.id == one.merged_into_id), None)
    return Shown(place, issue.title, one.label, into)


def _option(request: Request, at: OptionAddress, shown: Shown, sheet: Sheet) -> Response:
    return form_page(
        request, shown.place, sheet, heading=shown.label, submit="Save the option",
        action=f"{at.issue_page}/options/{at.option}", back=(shown.issue_title, at.issue_page),
        beside="codebook/_option_acts.html", issue_slug=at.issue, option_slug=at.option,
        lede=f"Merged into “{shown.into}”." if shown.into else "",
    )  # fmt: skip


@router.post("/{option}")
async def save_option(
    request: Request, session: Session, viewer: FormEditor, sent: Sent, at: OptionAt
) -> Response:
    """Save a change of an option."""
    place, row, options = await get_place(session, at.slug, at.issue, lock=True)
    one = pick(options, at.option)
    shown, merged = _shown(place, row, options, one), one.merged_into_id is not None
    quo = [o.slug for o in options if o.status_quo]

    async def write(values: dict[str, Any], reason: str | None) -> None:
        if merged and not values["retired"]:
            values["merged_into_id"] = None
        async with writing(session, by=viewer.name, now=now()) as log:
            await issue_actions.amend_issue(
                log, row, {}, with_status_quo(at.option, values, quo), reason=reason
            )

    sheet = await forms.save(session, sent, FORM, _stored(one), write, slug=at.option)
    if sheet:
        return _option(request, at, shown, sheet)
    return seen(f"{at.issue_page}#options", "saved", f"options/{at.option}")


@router.post("/{option}/move")
async def move_option(session: Session, viewer: Editor, sent: Sent, at: OptionAt) -> Response:
    """Move an option one place up or down; the existing ranks are reassigned in the new order."""
    _, row, options = await get_place(session, at.slug, at.issue, lock=True)
    offered = [o for o in options if not o.retired]
    one = pick(options, at.option)
    order = moved(offered, one, sent) if one in offered else None
    if order:
        ranks = ranks_for([o.rank for o in offered])
        changes = {o.slug: {"rank": rank} for o, rank in zip(order, ranks, strict=True)}
        async with writing(session, by=viewer.name, now=now()) as log:
            await issue_actions.amend_issue(log, row, {}, changes, reason="Order of the options")
    return seen(f"{at.issue_page}#options", *(("moved", f"options/{at.option}") if order else ()))
