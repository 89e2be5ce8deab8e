"""Merge the changes of two editors: the second one sees both texts and loses nothing typed."""

from collections.abc import Mapping

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.forms.fields import number
from app.http.templating import page
from app.log.reader import moment
from app.negotiations.code_book import code_book, issue_views, party_views
from app.negotiations.navigation import nav
from app.position_form.field_diff import choices, merged
from app.position_form.fields import Values, fill
from app.position_form.form_facts import kept_quotes, titles_for
from app.position_form.lookups import settle_sources
from app.position_form.purpose import new_token
from app.positions import presenter, queries
from app.positions.merge_patch import content_of
from app.positions.names_at_moment import called
from app.positions.views import PositionView

PICK = "pick-"


def picked(values: Values, theirs: Mapping[str, str]) -> Values:
    """Return the form after an editor chose, field by field, which of the two texts to take."""
    picks = {k.removeprefix(PICK): v for k, v in values.items() if k.startswith(PICK)}
    return merged({k: v for k, v in values.items() if not k.startswith(PICK)}, theirs, picks)


def has_picks(values: Values) -> bool:
    """Tell whether a form comes from the page of a conflict."""
    return any(k.startswith(PICK) for k in values)


async def conflict(
    request: Request, session: AsyncSession, theirs: PositionView, values: Values
) -> Response:
    """Show both texts and a choice for each field, because the corrected version is outdated.

    The status is 412 (docs/rules.md, rule 8).
    """
    at = await moment(session, drafts=True)
    book = await code_book(session, at, theirs.negotiation)
    started = number(values.get("version")) or 0
    versions = await queries.list_versions(session, at, theirs.id, drafts=True)
    [base] = await presenter.views(
        session, at, [next((v for v in versions if v.version == started), versions[0])]
    )
    mine, sources = await settle_sources(session, values)
    was, other = (fill(content_of(v)) for v in (base, theirs))
    kept = {
        k: v for form in (mine, was, other) for k, v in (await kept_quotes(session, form)).items()
    }
    issue = next(i for i in issue_views(book) if i.slug == theirs.issue)
    titles = titles_for(issue_views(book), issue, kept, sources)
    return page(
        request,
        "position_form/conflict.html",
        status=412,
        position=theirs,
        base=base,
        draft=theirs.status == "draft",
        choices=choices(was, mine, other, titles),
        values={**mine, "version": str(theirs.version), "token": new_token()},
        party=next(p for p in party_views(book) if p.slug == theirs.party),
        issue=issue,
        names=await called(session, at, book.party_names(), [theirs]),
        nav=nav(theirs.negotiation),
    )
