"""Serve pages to add, edit and move the options of an issue."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.accounts.dependencies import Anyone, Editor, get_editor
from app.codebook import object_form
from app.codebook.fields import Field, Kind
from app.codebook.object_form import Sheet
from app.codebook.ordering import moved, ranks_for
from app.codebook.pages import SLUG, base_of, form_page, place_of, seen
from app.core.clock import now
from app.core.errors import Conflict, NotFound
from app.core.input_models import SlugInPath
from app.db.engine import Session
from app.log.entry import snapshot
from app.log.writer import writing
from app.models.issue import Issue, Option
from app.negotiations import issue_actions, issue_queries
from app.negotiations.issue_schemas import OptionInput
from app.negotiations.queries import get_negotiation
from app.negotiations.views import NegotiationView

router = APIRouter(prefix="/n/{slug}/code-book/issues/{issue}/options", include_in_schema=False)

NEW = (
    Field("label", "Label", hint="A few words: it stands in the matrix."),
    SLUG,
    Field(
        "rank",
        "Rank",
        Kind.NUMBER,
        "Its place on the scale, also 1.5; different for each option of a scale.",
    ),
    Field(
        "status_quo",
        "It is the status quo",
        Kind.CHECK,
        "One option may be; it is then no other one.",
    ),
)
RETIRED = Field(
    "retired",
    "Retired",
    Kind.CHECK,
    "It cannot be chosen any more; positions that name it keep it.",
)
OPTION = (NEW[0], *NEW[2:], RETIRED)


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
    sheet = object_form.blank(NEW, rank=f"{following:g}" if row.ordered else "")
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
    request: Request, session: Session, viewer: Anyone, slug: SlugInPath, issue: SlugInPath
) -> Response:
    """Save a new option."""
    form = await request.form()
    if viewer is None:
        return object_form.turned_away(request, form)
    editor = await get_editor(viewer)
    place, row, options = await get_place(session, slug, issue, lock=True)
    title, there = row.title, {o.slug for o in options}
    quo = [o.slug for o in options if o.status_quo]

    async def write(values: dict[str, Any], reason: str | None) -> None:
        if values["slug"] in there:
            raise Conflict(f"There is an option {values['slug']!r} of this issue already.")
        name = values.pop("slug")
        async with writing(session, by=editor.name, now=now()) as log:
            await issue_actions.amend_issue(
                session, log, row, {}, _with_quo(name, values, quo), reason="Option added"
            )

    sheet = await object_form.create(session, form, NEW, OptionInput, write)
    return (
        _new(request, place, issue, title, sheet)
        if sheet
        else seen(f"{base_of(slug)}/issues/{issue}")
    )


def _with_quo(name: str, values: dict[str, Any], quo: list[str]) -> dict[str, dict[str, Any]]:
    """Return the change of one option, and of the former status quo if this one replaces it."""
    leaving = [s for s in quo if s != name] if values["status_quo"] else []
    return {**{s: {"status_quo": False} for s in leaving}, name: {"retired": False, **values}}


@router.get("/{option}")
async def edit_option(
    request: Request,
    session: Session,
    viewer: Editor,
    slug: SlugInPath,
    issue: SlugInPath,
    option: SlugInPath,
) -> Response:
    """Show the form of an option."""
    place, row, options = await get_place(session, slug, issue)
    one = pick(options, option)
    into = next((o.label for o in options if o.id == one.merged_into_id), None)
    sheet = object_form.on_file(OPTION, snapshot(one), one.version)
    return _option(request, place, issue, row.title, option, sheet, one.label, into)


def _option(
    request: Request, place: NegotiationView, issue: str, title: str, option: str, sheet: Sheet,
    label: str, into: str | None,
) -> Response:  # fmt: skip
    address = f"{base_of(place.slug)}/issues/{issue}"
    return form_page(
        request, place, sheet, heading=label, action=f"{address}/options/{option}",
        submit="Save the option", back=(title, address), beside="codebook/_option_acts.html",
        issue_slug=issue, option_slug=option,
        lede=f"Merged into “{into}”." if into else "",
    )  # fmt: skip


@router.post("/{option}")
async def save_option(
    request: Request,
    session: Session,
    viewer: Anyone,
    slug: SlugInPath,
    issue: SlugInPath,
    option: SlugInPath,
) -> Response:
    """Save a change of an option."""
    form = await request.form()
    if viewer is None:
        return object_form.turned_away(request, form)
    editor = await get_editor(viewer)
    place, row, options = await get_place(session, slug, issue, lock=True)
    one = pick(options, option)
    title, label, merged = row.title, one.label, one.merged_into_id is not None
    into = next((o.label for o in options if o.id == one.merged_into_id), None)
    quo = [o.slug for o in options if o.status_quo]

    async def write(values: dict[str, Any], reason: str | None) -> None:
        if merged and not values["retired"]:
            values["merged_into_id"] = None
        async with writing(session, by=editor.name, now=now()) as log:
            await issue_actions.amend_issue(
                session, log, row, {}, _with_quo(option, values, quo), reason=reason
            )

    sheet = await object_form.save(
        session, form, OPTION, OptionInput, write,
        kind="option", number=one.id, version=one.version, held=snapshot(one), slug=option,
    )  # fmt: skip
    if sheet:
        return _option(request, place, issue, title, option, sheet, label, into)
    return seen(f"{base_of(slug)}/issues/{issue}")


@router.post("/{option}/move")
async def move_option(
    request: Request,
    session: Session,
    viewer: Editor,
    slug: SlugInPath,
    issue: SlugInPath,
    option: SlugInPath,
) -> Response:
    """Move an option one place up or down; the existing ranks are reassigned in the new order."""
    _, row, options = await get_place(session, slug, issue, lock=True)
    offered = [o for o in options if not o.retired]
    one = pick(options, option)
    order = moved(offered, one, await request.form()) if one in offered else None
    if order:
        ranks = ranks_for([o.rank for o in offered])
        changes = {o.slug: {"rank": rank} for o, rank in zip(order, ranks, strict=True)}
        async with writing(session, by=viewer.name, now=now()) as log:
            await issue_actions.amend_issue(
                session, log, row, {}, changes, reason="Order of the options"
            )
    return seen(f"{base_of(slug)}/issues/{issue}#options")
