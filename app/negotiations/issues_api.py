"""Read and write issues and their options by JSON."""

from typing import Any

from fastapi import Request, Response

from app.accounts.api_router import api_router
from app.accounts.dependencies import Editor
from app.accounts.idempotency import once
from app.core.clock import now
from app.core.errors import Fault, Invalid, invalid
from app.core.input_models import SlugInPath
from app.db.engine import Session
from app.http.described import Answer, answers, takes, takes_patch
from app.http.json_body import Sent
from app.http.merge_patch import merge_patch
from app.http.problems import read_body
from app.log.api_answers import Known, Walk, answer_one, answer_page, created, newest_moment
from app.log.reader import Moment, get_held, moment
from app.log.writer import writing
from app.negotiations import issue_actions, issue_queries
from app.negotiations.code_book import issue_view
from app.negotiations.issue_schemas import Issue, IssueFields, IssueInput, IssuePatch, OptionPatch
from app.negotiations.presenter import issue_json
from app.negotiations.queries import get_negotiation, list_below
from app.negotiations.views import IssueView

router = api_router("/negotiations/{slug}/issues", tag="issues")

EXAMPLE = {
    "slug": "quota",
    "title": "Water quota",
    "question": "What share?",
    "ordered": True,
    "options": [
        {"slug": "q20", "label": "20 %", "rank": 1},
        {"slug": "q30", "label": "30 %", "rank": 2, "status_quo": True},
    ],
}
PATCH = {"options": [{"slug": "q20", "retired": True}], "reason": "The office was wrong."}

COLUMNS = {"order": "ordinal"}


@router.get("", summary="List issues with their options", responses=answers(Answer[list[Issue]]))
async def list_issues(
    request: Request, session: Session, slug: SlugInPath, query: Walk
) -> Response:
    """List the issues of a negotiation, with their options."""
    page = await list_below(session, query, "issue", slug)
    options = await issue_queries.options_held(session, page.at, [s.id for s in page.rows])
    return answer_page(
        request, page, [issue_json(issue_view(s, options[s.id]), slug) for s in page.rows]
    )


@router.get("/{issue}", summary="Read an issue", responses=answers(Answer[Issue]))
async def show_issue(
    request: Request, session: Session, slug: SlugInPath, issue: SlugInPath, query: Known
) -> Response:
    """One issue with its options."""
    row = await issue_queries.get_issue(session, await get_negotiation(session, slug), issue)
    return await _answer_issue(
        request, session, await moment(session, query.known_at), slug, row.id
    )


@router.post(
    "",
    status_code=201,
    summary="Create an issue",
    responses=answers(Answer[Issue], status=201),
    openapi_extra=takes(IssueInput, EXAMPLE),
)
async def add_issue(
    request: Request, session: Session, viewer: Editor, slug: SlugInPath, body: Sent
) -> Response:
    """Add an issue to a negotiation, with its options."""

    async def work() -> Response:
        negotiation = await get_negotiation(session, slug)
        sent = read_body(IssueInput, body)
        fields = {COLUMNS.get(n, n): getattr(sent, n) for n in IssueFields.model_fields}
        options = [o.model_dump() for o in sent.options]
        async with writing(session, by=viewer.name, now=now()) as log:
            row = await issue_actions.add_issue(
                log, negotiation=negotiation, options=options, **fields
            )
        made = await _answer_issue(request, session, log.sealed, slug, row.id)
        return created(made, f"/negotiations/{slug}/issues/{row.slug}")

    return await once(request, session, viewer, work)


@router.patch(
    "/{issue}",
    summary="Correct an issue or its options",
    responses=answers(Answer[Issue]),
    openapi_extra=takes_patch(IssuePatch, PATCH),
)
async def amend_issue(
    request: Request,
    session: Session,
    viewer: Editor,
    slug: SlugInPath,
    issue: SlugInPath,
    body: Sent,
) -> Response:
    """Correct an issue; `options` merge by slug, `"retired": true` retires one."""
    row = await issue_queries.get_issue(
        session, await get_negotiation(session, slug), issue, lock=True
    )
    at = await newest_moment(request, session, row)
    view = await _view(session, at, row.id)
    rest = {n: v for n, v in body.items() if n != "options"} if isinstance(body, dict) else body
    patch = merge_patch(IssueFields, issue_json(view, slug), rest)
    options = _read_options(body["options"], view) if "options" in body else {}
    fields = {COLUMNS.get(n, n): value for n, value in patch.fields.items()}
    async with writing(session, by=viewer.name, now=now()) as log:
        await issue_actions.amend_issue(log, row, fields, options, reason=patch.reason)
    return await _answer_issue(request, session, log.moment or at, slug, row.id)


def _read_options(sent: object, view: IssueView) -> dict[str, dict[str, Any]]:
    """Return the fields to change by slug of option; a new option needs a label."""
    if not isinstance(sent, list):
        raise invalid("/options", "must be an array")
    there = {o.slug: o for o in view.options}
    faults, wanted = [], {}
    for i, item in enumerate(sent):
        if isinstance(item, dict):
            known = there.get(item["slug"]) if isinstance(item.get("slug"), str) else None
            merged_into = known.merged_into if known else None
            if item.pop("merged_into", merged_into) != merged_into:
                faults.append(Fault(f"/options/{i}/merged_into", "cannot be changed by a PATCH"))
        try:
            patch = read_body(OptionPatch, item)
        except Invalid as error:
            faults += [Fault(f"/options/{i}{f.where}", f.detail) for f in error.faults]
            continue
        given = {n: getattr(patch, n) for n in patch.model_fields_set - {"slug"}}
        if given.get("label", "") is None or (patch.slug not in there and "label" not in given):
            faults.append(Fault(f"/options/{i}/label", "is required"))
        if patch.slug in wanted:
            faults.append(Fault(f"/options/{i}/slug", "is listed twice"))
        wanted[patch.slug] = (
            given if patch.slug in there else {"status_quo": False, "retired": False, **given}
        )
    if faults:
        raise Invalid("The issue was not changed.", *faults)
    return wanted


async def _view(session: Session, at: Moment, number: int) -> IssueView:
    options = await issue_queries.options_held(session, at, [number])
    return issue_view(await get_held(session, at, "issue", number), options[number])


async def _answer_issue(
    request: Request, session: Session, at: Moment, slug: str, number: int
) -> Response:
    s = await get_held(session, at, "issue", number)
    view = await _view(session, at, number)
    return answer_one(request, at, s, issue_json(view, slug))
