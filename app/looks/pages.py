"""Serve the form for looks: which cells were searched without result, when, and where."""

from types import SimpleNamespace
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from sqlalchemy import select
from starlette.responses import RedirectResponse

from app.accounts.dependencies import Anyone, Editor, get_editor
from app.core import dates
from app.core.clock import now
from app.core.input_models import SlugInPath
from app.db.engine import Session, attempt
from app.forms.posted import SHOW_AGAIN
from app.forms.resume import SignedOut
from app.http.templating import page
from app.log.reader import moment
from app.log.writer import writing
from app.looks.actions import LookInput, note_look
from app.models.issue import Issue
from app.models.negotiation import Negotiation, Party
from app.models.position import Look
from app.negotiations.queries import (
    code_book,
    get_negotiation,
    issue_views,
    nav,
    negotiation_view,
    party_views,
)

router = APIRouter(prefix="/n/{slug}/looks", include_in_schema=False)


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
    values = {"looked_on": now().date().isoformat(), "where": asked.get("where", "")[:2000]}
    return await _form(request, session, slug, cells, values, {})


async def _form(
    request: Request, session: Session, slug: str, cells: list[str], values: dict[str, str],
    errors: dict[str, str], status: int = 200,
) -> Response:  # fmt: skip
    book = await code_book(session, await moment(session, drafts=True), slug)
    parties, issues = [p for p in party_views(book) if not p.merged_into], issue_views(book)
    return page(
        request,
        "looks/looks.html",
        status=status,
        negotiation=negotiation_view(book.negotiation),
        rows=[
            (
                issue,
                [
                    SimpleNamespace(
                        value=f"{p.slug}/{issue.slug}", party=p.name,
                        label=f"{p.name} on {issue.title}",
                    )
                    for p in parties
                ],
            )
            for issue in issues
        ],
        chosen=set(cells),
        values=values,
        errors=errors,
        nav=nav(slug),
    )  # fmt: skip


@router.post("/new")
async def note_looks(
    request: Request, session: Session, viewer: Anyone, slug: SlugInPath
) -> Response:
    """Save one look for each selected cell, as one log entry; a repeated look is saved once."""
    form = await request.form(max_fields=20_000)
    values = {n: v if isinstance(v := form.get(n, ""), str) else "" for n in ("looked_on", "where")}
    cells = [v for v in dict.fromkeys(form.getlist("cell")) if isinstance(v, str)]
    if viewer is None:
        raise SignedOut(values | {"cells": " ".join(cells)})
    editor = await get_editor(viewer)
    if form.get("do") == SHOW_AGAIN:
        return await _form(request, session, slug, str(form.get("cells", "")).split(), values, {})
    negotiation = await get_negotiation(session, slug, lock=True)
    sent, errors = _read(values, cells)
    if not errors:
        async with attempt(session) as refused:
            await _note(session, negotiation, sent, by=editor.name)
        if not refused:
            return RedirectResponse(f"/n/{slug}/coverage#searched", 303)
        errors = {
            _field(f.where): f"{_LABELS[_field(f.where)]}: {f.detail}" for f in refused[0].faults
        }
    return await _form(request, session, slug, cells, values, errors, 422)


_LABELS = {"looked_on": "When", "where": "Where", "cell": "Which cells"}


def _field(where: str) -> str:
    name = where.strip("/").split("/")[0]
    return name if name in _LABELS else "cell"


def _read(values: dict[str, str], cells: list[str]) -> tuple[list[LookInput], dict[str, str]]:
    errors: dict[str, str] = {}
    if not cells:
        errors["cell"] = "Which cells: choose one at least"
    try:
        day = dates.parse_human(values["looked_on"], now().date())
        if day.precision != "day":
            raise ValueError(f"“{day.text}” is not a day: write {now().date().isoformat()}")
    except ValueError as error:
        return [], {"looked_on": f"When: {error}"} | errors
    sent: list[LookInput] = []
    for cell in cells:
        party, _, issue = cell.partition("/")
        given: dict[str, Any] = {"party": party, "issue": issue, "looked_on": day.text}
        try:
            sent.append(LookInput(**given, where=values["where"].strip() or None))
        except ValidationError as error:
            name = str(error.errors()[0]["loc"][0])
            errors[_field(name)] = (
                f"{_LABELS[_field(name)]}: {error.errors()[0]['msg'].removeprefix('Value error, ')}"
            )
    return sent, errors


async def _note(
    session: Session, negotiation: Negotiation, sent: list[LookInput], *, by: str
) -> None:
    async with writing(session, by=by, now=now(), batch="look" if len(sent) > 1 else None) as log:
        for look in sent:
            if not await _noted(session, negotiation, look, by):
                await note_look(session, log, negotiation=negotiation, sent=look)


async def _noted(session: Session, negotiation: Negotiation, sent: LookInput, by: str) -> bool:
    """Tell whether the same look is saved already, as when a form is sent twice."""
    found = await session.scalar(
        select(Look.id)
        .join(Party, Party.id == Look.party_id)
        .join(Issue, Issue.id == Look.issue_id)
        .where(
            Look.negotiation_id == negotiation.id,
            Party.slug == sent.party,
            Issue.slug == sent.issue,
            Look.looked_on == sent.looked_on,
            Look.where.is_not_distinct_from(sent.where),
            Look.by == by,
        )
        .limit(1)
    )
    return found is not None
