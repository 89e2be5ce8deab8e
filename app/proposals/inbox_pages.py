"""Serve the inbox, where editors decide about proposals, and the page of one proposal."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import Path, Request, Response
from starlette.responses import RedirectResponse

from app.accounts.dependencies import Editor, FormEditor, SignedIn
from app.accounts.queries import Viewer
from app.core.clock import now
from app.core.errors import DomainError, NotFound
from app.core.input_models import SlugInPath, read_query
from app.db.engine import Session, attempt
from app.forms.fields import number
from app.forms.posted import Posted, Sent
from app.http.last_done import is_ours
from app.http.routing import Router
from app.http.templating import page, query
from app.log.reader import moment
from app.models.vocabulary import ProposalKind
from app.negotiations.code_book import (
    CodeBook,
    code_book,
    issue_views,
    negotiation_view,
    party_views,
    titles_of,
)
from app.negotiations.navigation import nav
from app.negotiations.queries import get_negotiation
from app.position_form.fields import fill
from app.position_form.merge_conflict import conflict
from app.position_form.prefill import filled
from app.position_form.purpose import Mode, Purpose, State, view_of
from app.position_form.saved_forms import AlreadyUsed, Saved, saved_before
from app.position_form.submit import submit
from app.position_form.view import form_context
from app.positions.fault_sentences import said
from app.positions.merge_patch import content_of, merge
from app.positions.names_at_moment import called
from app.positions.schemas import PositionContent
from app.proposals import deciding, queries, words
from app.proposals.deciding import Decider, Made
from app.proposals.inbox import Item, prepare
from app.proposals.inbox_queries import (
    count_inbox,
    count_states,
    list_inbox,
    list_proposers,
)
from app.proposals.mending import changed, proposed_content, stamp
from app.proposals.naming import name_cells
from app.proposals.presenter import warnings_for
from app.proposals.queries import Found
from app.proposals.schemas import InboxQuery

router = Router(include_in_schema=False)

Number = Annotated[int, Path(ge=1, lt=2**63)]
MOST_AT_ONCE = 200
DONE = {
    "accept": "accepted",
    "reject": "rejected",
    "put_off": "put off",
    "reopen": "taken back into the inbox",
    "save_source": "changed: its source is saved",
    "search": "proposed: the words of a saved quote are in another source, too",
    "none": "",
}
UNDONE = {
    "search": "The texts of other sources have no further words of the saved quotes.",
    "none": "Nothing was done: select the proposals that you decide about.",
}
TOO_LATE = (
    "The proposal was decided or withdrawn in the meantime, so nothing was saved. What you typed "
    "stays here: to save it as a position of your own, copy it into a new form."
)
Decide = Callable[..., Awaitable[Any]]


@router.get("/n/{slug}/proposals")
async def show_inbox(
    request: Request, session: Session, viewer: Editor, slug: SlugInPath
) -> Response:
    """Show what is proposed beside what is saved, a window at a time."""
    return await _inbox(request, session, slug, read_query(InboxQuery, request), {})


@router.post("/n/{slug}/proposals")
async def decide(
    request: Request, session: Session, viewer: FormEditor, sent: Sent, slug: SlugInPath
) -> Response:
    """Accept, reject or put off one proposal or several; say which were refused, and why."""
    await get_negotiation(session, slug)
    asked = InboxQuery(**_carried(sent.values.get("back", "")))
    if sent.shown_again:
        return await _inbox(request, session, slug, asked, {})
    marked = _marked(sent)
    if not marked:
        return RedirectResponse(f"/n/{slug}/proposals{query(_given(asked), did='none')}#inbox", 303)
    done, refused = await _decide_all(session, viewer, sent, marked)
    if refused:
        return await _inbox(request, session, slug, asked, refused)
    following = number(sent.values.get("next"))
    there = query(_given(asked), did=sent.do, count=done or None)
    if sent.values.get("on") == "page":
        return RedirectResponse(f"/proposals/{marked[0][0]}", 303)
    if sent.values.get("on") == "desk" and (source := number(sent.values.get("source"))):
        place = f"d-{following}" if following else "text"
        return RedirectResponse(f"/n/{slug}/desk/{source}#{place}", 303)
    anchor = f"#p-{following}" if following else "#inbox"
    return RedirectResponse(f"/n/{slug}/proposals{there}{anchor}", 303)


def _carried(text: str) -> dict[str, str]:
    """Return the filters that a form carries on; what is none of them is left out."""
    known = {n for n in InboxQuery.model_fields if n != "after"}
    given = {k: v for k, v in parse_qsl(text.lstrip("?")[:2_000]) if k in known and v}
    try:
        InboxQuery.model_validate(given)
    except ValueError:
        return {}
    return given


def _given(asked: InboxQuery) -> dict[str, Any]:
    return asked.model_dump(mode="json", exclude_defaults=True)


def _marked(sent: Posted) -> list[tuple[int, int]]:
    """Return the proposals that a form names, each with the version that was seen."""
    found = []
    for mark in list(dict.fromkeys(sent.lists.get("proposal", ())))[:MOST_AT_ONCE]:
        first, _, last = mark.partition(":")
        one, version = number(first), number(last)
        if one is not None and version is not None:
            found.append((one, version))
    return found


async def _decide_all(
    session: Session, viewer: Viewer, sent: Posted, marked: Sequence[tuple[int, int]]
) -> tuple[int, dict[int, str]]:
    """Decide about each proposal by itself; return how many, and why not about the others."""
    by = Decider(viewer.name, now())
    reject = partial(
        deciding.reject, why=sent.values.get("why", ""), reason=sent.values.get("reason", "")
    )
    ways: Mapping[str, Decide] = {
        "accept": deciding.accept,
        "reject": reject,
        "put_off": deciding.put_off,
        "reopen": deciding.reopen,
        "save_source": deciding.save_source,
    }
    if sent.do not in ways:
        raise NotFound("There is no such action.")
    done, refused = 0, {}
    for one, version in marked:
        async with attempt(session) as errors:
            await ways[sent.do](session, by, one, seen=version)
        if errors:
            refused[one] = _why(errors[0])
        else:
            done += 1
    return done, refused


def _why(error: DomainError) -> str:
    return "; ".join(said(f) for f in error.faults) or error.detail


async def _inbox(
    request: Request,
    session: Session,
    slug: str,
    asked: InboxQuery,
    refused: Mapping[int, str],
) -> Response:
    at = await moment(session, drafts=True)
    book = await code_book(session, at, slug)
    found, more = await list_inbox(session, book.negotiation.id, asked)
    shown = {one.row.id for one in found}
    elsewhere = [n for n in refused if n not in shown]
    items = [
        replace(item, error=refused.get(item.row.id, ""))
        for item in await prepare(session, at, book, found)
    ]
    accounts, models = await list_proposers(session, book.negotiation.id)
    did, count = request.query_params.get("did", ""), number(request.query_params.get("count"))
    told = ""
    if is_ours(request.headers) and did in DONE:
        told = f"{count} {DONE[did]}." if count else UNDONE.get(did, "")
    return page(
        request,
        "proposals/inbox.html",
        status=409 if refused else 200,
        items=items,
        refused={n: refused[n] for n in elsewhere},
        total=await count_inbox(session, book.negotiation.id, asked),
        counts=await count_states(session, book.negotiation.id),
        more=query(_given(asked), after=more) if more else "",
        asked=asked,
        back=query(_given(asked)),
        accounts=[(name, name) for name in accounts],
        models=[(name, name) for name in models],
        told=told,
        **await _shared(session, book, items),
    )


async def _shared(session: Session, book: CodeBook, items: list[Item]) -> dict[str, Any]:
    at = await moment(session, drafts=True)
    shown = [p for item in items for p in (item.position, item.current) if p]
    return {
        "negotiation": negotiation_view(book.negotiation),
        "party_choices": [
            (p.slug, p.short_name or p.name) for p in party_views(book) if not p.merged_into
        ],
        "titles_by_issue": [(i.slug, i.title) for i in issue_views(book)],
        "names": await called(session, at, book.party_names(), [p for p in shown if p.id])
        | {p.slug: p.short_name or p.name for p in party_views(book)},
        "titles": titles_of(issue_views(book)),
        "words": words,
        "nav": nav(book.negotiation["slug"]),
    }


@router.get("/proposals/{proposal_id}")
async def show_proposal(
    request: Request, session: Session, viewer: SignedIn, proposal_id: Number
) -> Response:
    """Show one proposal: to editors any, with what is saved; to others their own."""
    found = await queries.get_found(session, viewer, proposal_id)
    first = found
    if found.row.same_as_id and viewer.may_edit:
        first = await queries.get_found(session, viewer, found.row.same_as_id)
    shared: dict[str, Any] = {"negotiation": None, "nav": None, "item": None, "words": words}
    if found.negotiation and viewer.may_edit:
        at = await moment(session, drafts=True)
        book = await code_book(session, at, found.negotiation)
        items = await prepare(session, at, book, [first])
        shared |= {"item": items[0], **await _shared(session, book, items)}
    return page(
        request,
        "proposals/show.html",
        found=found,
        cell=(await name_cells(session, [found]))[found.row.id],
        first=first,
        warnings=warnings_for(found.row, editor=viewer.may_edit),
        own=found.row.account_id == viewer.id,
        told=request.query_params.get("told", "") if is_ours(request.headers) else "",
        **shared,
    )


@router.get("/proposals/{proposal_id}/mend")
async def mend_form(
    request: Request, session: Session, viewer: Editor, proposal_id: Number
) -> Response:
    """Show the form for positions, filled in from a proposal."""
    found = await _mendable(session, viewer, proposal_id)
    if found.row.state not in queries.WAITING:
        raise NotFound("It is decided already.")
    purpose = await _purpose(session, viewer, found, request.query_params)
    return await _form(request, session, viewer, purpose, State(await _values(session, found)))


@router.post("/proposals/{proposal_id}/mend")
async def mend(
    request: Request, session: Session, viewer: FormEditor, sent: Sent, proposal_id: Number
) -> Response:
    """Save a proposal with changes, or carry out a step within its form."""
    found = await _mendable(session, viewer, proposal_id)
    mended: list[str] = []
    purpose = await _purpose(session, viewer, found, request.query_params, mended)
    [row, *_] = await queries.lock_group(session, found.row.id)
    if row.state not in queries.WAITING:
        return await _too_late(request, session, viewer, purpose, sent)
    result = await submit(session, viewer, purpose, sent)
    if isinstance(result, Saved):
        made = Made((result.position, result.version), mended=mended)
        await deciding.close_mended(session, Decider(viewer.name, now()), found.row.id, made)
        after = query({"did": "accept", "count": 1})
        return RedirectResponse(f"/n/{purpose.slug}/proposals{after}#inbox", 303)
    if result.theirs:
        return await conflict(request, session, result.theirs, result.values)
    return await _form(request, session, viewer, purpose, result)


async def _too_late(
    request: Request, session: Session, viewer: Viewer, purpose: Purpose, sent: Posted
) -> Response:
    """Show the form again if it was decided meanwhile; go on if this form has decided it."""
    values = dict(sent.values)
    with suppress(AlreadyUsed):
        if await saved_before(session, viewer, purpose.action, values):  # pressed twice
            return RedirectResponse(purpose.page.removesuffix("/mend"), 303)
    return await _form(
        request, session, viewer, purpose, State(values, notice=TOO_LATE, status=409)
    )


async def _mendable(session: Session, viewer: Viewer, number_: int) -> Found:
    found = await queries.get_found(session, viewer, number_)
    if found.row.same_as_id:
        found = await queries.get_found(session, viewer, found.row.same_as_id)
    request = found.row.request
    if found.row.kind == ProposalKind.SOURCE or request is None or "source" in request:
        raise NotFound("Only a position of saved sources can be mended.")
    return found


async def _purpose(
    session: Session,
    viewer: Viewer,
    found: Found,
    asked: Mapping[str, str],
    mended: list[str] | None = None,
) -> Purpose:
    """Return what the form is for; what the editor changes is noted in `mended`.

    A proposed position may turn out to be a move from one that is saved, or its correction: then
    the address has `move` or `correct` with that position.
    """
    proposed = await proposed_content(session, found.row)

    def stamped(saved: PositionContent, party: str, issue: str) -> Mapping[str, Any]:
        moved = [n for n, v in (("party", party), ("issue", issue)) if v != getattr(found, n)]
        changes = [*moved, *changed(proposed, saved)]
        if mended is not None:
            mended[:] = changes
        return stamp(found.row, viewer.name, changes)

    mode: Mode = "new"
    position = None
    if found.row.kind == ProposalKind.CORRECTION:
        mode, position = "correct", await view_of(session, found.row.position_id or 0)
    elif other := number(asked.get("move")) or number(asked.get("correct")):
        mode = "move" if asked.get("move") else "correct"
        position = await view_of(session, other)
    page_ = f"/proposals/{found.row.id}/mend"
    return Purpose(found.negotiation or "", mode, position, page=page_, stamp=stamped)


async def _values(session: Session, found: Found) -> dict[str, str]:
    request = found.row.request or {}
    if found.row.kind == ProposalKind.POSITION:
        said = request["position"]
        return {"party": said["party"], "issue": said["issue"]} | fill(said)
    view = await view_of(session, found.row.position_id or 0)
    correction = request["correction"]
    merged = merge(view, correction["changes"]).model_dump(mode="json", exclude_unset=True)
    return filled(view) | fill(content_of(view) | merged) | {"reason": correction["reason"]}


async def _form(
    request: Request, session: Session, viewer: Viewer, purpose: Purpose, state: State
) -> Response:
    entry = await form_context(session, viewer, purpose, state)
    return page(
        request,
        "position_form/form.html",
        fragment="position_form/_form.html",
        status=state.status,
        entry=entry,
        current=entry.earlier.current if entry.earlier else None,
        negotiation=entry.negotiation,
        nav=nav(purpose.slug),
        names=entry.names,
        titles=titles_of(entry.issues),
    )
