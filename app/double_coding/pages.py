"""Serve double coding: how far codings agree, drawing a sample, and coding one unit blind."""

from typing import Annotated, Any

from fastapi import Path, Request, Response
from starlette.responses import RedirectResponse

from app.accounts.dependencies import Editor, FormEditor
from app.core.clock import now
from app.core.errors import Conflict
from app.core.input_models import SlugInPath
from app.db.engine import Session, attempt
from app.double_coding import coding
from app.forms import fields
from app.forms.posted import Sent
from app.http.routing import Router
from app.http.templating import page
from app.log.reader import held_by_id, moment
from app.models.review import CodingUnit
from app.models.vocabulary import Attitude
from app.negotiations.code_book import code_book, issue_views, negotiation_view
from app.negotiations.issue_queries import list_options
from app.negotiations.navigation import nav
from app.negotiations.queries import get_negotiation
from app.sources.queries import newest_texts

router = Router(prefix="/n/{slug}/double-coding", include_in_schema=False)

Number = Annotated[int, Path(ge=1, lt=2**63)]
SHOWN = 100  # units on the work list


@router.get("")
async def show_coding(
    request: Request, session: Session, viewer: Editor, slug: SlugInPath
) -> Response:
    """Show how far the codings agree, and the units to be coded."""
    return await _index(request, session, slug, viewer.name)


async def _index(
    request: Request,
    session: Session,
    slug: str,
    coder: str,
    size: str = "20",
    errors: dict[str, str] | None = None,
) -> Response:
    at = await moment(session, drafts=True)
    book = await code_book(session, at, slug)
    found = await coding.work(session, book.negotiation.id, coder)
    sources = await held_by_id(session, at, "source", {u.source_id for u in found.to_code[:SHOWN]})
    return page(
        request,
        "double_coding/coding.html",
        status=422 if errors else 200,
        negotiation=negotiation_view(book.negotiation),
        work=found,
        units=[_named(u, book, sources) for u in found.to_code[:SHOWN]],
        rows=[
            (i["slug"], i["title"], found.by_issue[i.id])
            for i in book.issues
            if i.id in found.by_issue
        ],
        size=size,
        errors=errors or {},
        nav=nav(slug),
    )


def _named(unit: CodingUnit, book: Any, sources: Any) -> tuple[int, str, str, str]:
    issue = next(i["title"] for i in book.issues if i.id == unit.issue_id)
    return unit.id, book.parties[unit.party_id]["name"], issue, sources[unit.source_id]["title"]


@router.post("/draw")
async def draw(
    request: Request, session: Session, viewer: FormEditor, sent: Sent, slug: SlugInPath
) -> Response:
    """Draw a sample."""
    size = sent.values.get("size", "")
    if sent.shown_again:
        return await _index(request, session, slug, viewer.name, size)
    negotiation = await get_negotiation(session, slug, lock=True)
    wanted = fields.number(size.strip()) or 0
    async with attempt(session) as refused:
        drawn = await coding.draw(
            session, negotiation=negotiation, size=wanted, by=viewer.name, now=now()
        )
    if refused:
        errors = {"size": f"How many: {refused[0].faults[0].detail}"}
        return await _index(request, session, slug, viewer.name, size, errors)
    if not drawn:
        errors = {"size": "How many: nothing is left to draw; add positions with sources first"}
        return await _index(request, session, slug, viewer.name, size, errors)
    return RedirectResponse(f"/n/{slug}/double-coding", 303)


@router.get("/{number}")
async def show_unit(
    request: Request, session: Session, viewer: Editor, slug: SlugInPath, number: Number
) -> Response:
    """Show a unit to code: source, party, issue and options, nothing of the first coding."""
    negotiation = await get_negotiation(session, slug)
    unit = await coding.get_unit(session, negotiation.id, number, viewer.name)
    return await _unit(request, session, slug, unit, {}, {})


async def _unit(
    request: Request,
    session: Session,
    slug: str,
    unit: CodingUnit,
    chosen: dict[str, str],
    errors: dict[str, str],
) -> Response:
    at = await moment(session, drafts=True)
    book = await code_book(session, at, slug)
    source = (await held_by_id(session, at, "source", [unit.source_id]))[unit.source_id]
    texts = await newest_texts(session, [unit.source_id])
    title = next(i["slug"] for i in book.issues if i.id == unit.issue_id)
    return page(
        request,
        "double_coding/unit.html",
        status=422 if errors else 200,
        negotiation=negotiation_view(book.negotiation),
        number=unit.id,
        party=book.parties[unit.party_id]["name"],
        issue=next(i for i in issue_views(book) if i.slug == title),
        source=source,
        text=texts[unit.source_id].text if unit.source_id in texts else None,
        chosen=chosen,
        errors=errors,
        nav=nav(slug),
    )


@router.post("/{number}")
async def code_unit(
    request: Request,
    session: Session,
    viewer: FormEditor,
    sent: Sent,
    slug: SlugInPath,
    number: Number,
) -> Response:
    """Store the second coder's result."""
    back = RedirectResponse(f"/n/{slug}/double-coding", 303)
    negotiation_id = (await get_negotiation(session, slug)).id
    try:
        unit = await coding.get_unit(session, negotiation_id, number, viewer.name)
    except Conflict:
        return back  # sent twice: the first one is kept
    options = {o.slug: o.id for o in await list_options(session, unit.issue_id) if not o.retired}
    chosen = {s: v for s in options if (v := sent.values.get(f"option-{s}"))}
    typed = chosen | {"found": sent.values.get("found", "")}
    if sent.shown_again:
        return await _unit(request, session, slug, unit, typed, {})
    errors: dict[str, str] = {}
    said = {options[s]: Attitude(v) for s, v in chosen.items() if v in set(Attitude)}
    found = typed["found"] or ("position" if said else None)
    if found not in ("position", "nothing"):
        errors["found"] = "What the source says: choose whether it states a position"
    elif found == "position" and not said:
        errors["found"] = (
            "What the source says: a position needs an attitude to at least one option"
        )
    elif found == "nothing" and said:
        errors["found"] = (
            "What the source says: you chose “nothing”, but there is an attitude to an option"
        )
    if not errors:
        async with attempt(session) as refused:
            await coding.code(session, unit=unit, attitudes=said, coder=viewer.name, now=now())
        if not refused and sent.do == "next":
            left = (await coding.work(session, negotiation_id, viewer.name)).to_code
            return RedirectResponse(f"/n/{slug}/double-coding/{left[0].id}", 303) if left else back
        if not refused:
            return back
        errors["found"] = f"What the source says: {refused[0].faults[0].detail}"
        unit = await coding.get_unit(session, negotiation_id, number, viewer.name)
    return await _unit(request, session, slug, unit, typed, errors)
