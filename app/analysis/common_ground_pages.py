"""Serve the page of the common ground: counts first, then option by option with quotes."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated

from fastapi import Request, Response
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.dependencies import Anyone, Reading
from app.analysis.ground_counts import GroundCounts, count_ground
from app.analysis.kept_parts import Found, kept_part, key_of
from app.analysis.windows import Pages
from app.core.clock import now
from app.core.input_models import Slug, SlugInPath, read_query
from app.http.routing import Router
from app.http.templating import long_page
from app.log.recall import recall
from app.matrix import page_context
from app.matrix.build import fill
from app.matrix.frame import Extent, Frame, read_frame, write_place
from app.matrix.move_labels import legend
from app.matrix.schemas import Marked, MatrixQuery
from app.matrix.stands import stands_of
from app.models.vocabulary import CommonGround
from app.negotiations.code_book import titles_of
from app.negotiations.navigation import nav
from app.negotiations.views import IssueView, PartyView
from app.positions.current import CellRange, current_ids

PURPOSE = "common-ground page"  # of its cursors
ISSUES_A_PAGE = 6
MOST_CELLS = 240  # of one page
BYTES_OF_NAME = 100  # in memory, of an issue or a party in the counts

router = Router(prefix="/n/{slug}", include_in_schema=False)


class CommonGroundPageQuery(Marked):
    """The times, whose common ground is wanted, and which issues are shown."""

    party: Annotated[
        list[Slug], Field(description="As if these parties were those needed for a deal.")
    ] = []
    issue: Annotated[list[Slug], Field(description="Only these issues.")] = []
    state: Annotated[
        list[CommonGround], Field(description="Only issues whose best option is so.")
    ] = []
    blocker: Annotated[Slug | None, Field(description="Only issues on which it blocks.")] = None
    cursor: Annotated[str | None, Field(max_length=200)] = None


@router.get("/common-ground")
async def show_common_ground(
    request: Request, session: Reading, viewer: Anyone, slug: SlugInPath
) -> Response:
    """Show, option by option, how far the parties whose consent is required agree."""
    query = read_query(CommonGroundPageQuery, request)
    asked = MatrixQuery(**query.model_dump(include={"as_of", "known_at", "since", "cursor"}))
    frame = await read_frame(
        session,
        slug,
        asked.model_copy(update={"party": query.party, "issue": query.issue}),
        now=now(),
        extent=Extent(purpose=PURPOSE, whole=True),
    )
    frame = _as_if_needed(frame, query.party)
    needed = [party for party in frame.parties if party.consent_required]
    filters = _given(query)
    pages = Pages(
        request.url.path,
        filters,
        lambda to: write_place(PURPOSE, frame.at, frame.as_of, (to[0], 0)),
    )
    part = await kept_part(
        session,
        frame.at,
        key_of(frame, query),
        "analysis/_common_ground.html",
        partial(_find, session, frame, query, pages),
    )
    return await long_page(
        request,
        "analysis/common_ground.html",
        **await page_context.of_frame(request, session, frame, asked, part.positions)
        | {"filters": filters},
        all_parties=frame.seated,
        needed=needed,
        chosen=query.party,
        body=part.body,
        nav=nav(slug, "/common-ground"),
    )


async def _find(
    session: AsyncSession, frame: Frame, query: CommonGroundPageQuery, pages: Pages
) -> Found:
    """Return what the counts and the statements are drawn of."""
    needed = [party for party in frame.parties if party.consent_required]
    counts = await _counts(session, frame, needed)
    rows = _wanted(frame.rows, counts, query)
    size = max(1, min(ISSUES_A_PAGE, MOST_CELLS // max(len(frame.seated), 1)))
    window = pages.window(frame.place, 0, size, len(rows))
    part = replace(frame, rows=rows[window.start : window.end], columns=frame.seated)
    marked = MatrixQuery(as_of=query.as_of, known_at=query.known_at, since=query.since)
    matrix = await fill(session, part, marked)
    cells = [cell for row in matrix.grid.rows for cell in row.cells if cell is not None]
    values = {
        "negotiation": frame.negotiation,
        "filters": pages.filters,
        "rows": [
            (
                row.issue,
                [(p, c) for p, c in zip(matrix.columns, row.cells, strict=True) if c is not None],
            )
            for row in matrix.grid.rows
        ],
        "common": matrix.ground,
        "counts": counts,
        "wanted": query,
        "window": window,
        "labels": {(i.slug, o.slug): o.label for i in frame.issues for o in i.options},
        "moved": legend(cells) if query.since else None,
        "names": matrix.names,
        "titles": titles_of(frame.issues),
        "all_issues": frame.issues,
    }
    return Found(values, [cell.position.id for cell in cells if cell.position])


def _as_if_needed(frame: Frame, chosen: Sequence[str]) -> Frame:
    """Return the frame as if only the chosen parties were needed for a deal, where any are."""
    if not chosen:
        return frame

    def marked(parties: Sequence[PartyView]) -> list[PartyView]:
        return [replace(p, consent_required=p.slug in chosen) for p in parties]

    return replace(frame, parties=marked(frame.parties), seated=marked(frame.seated))


async def _counts(session: AsyncSession, frame: Frame, needed: Sequence[PartyView]) -> GroundCounts:
    """Count the common ground of the whole negotiation; kept until a position changes."""
    known = recall(session, frame.at)
    parties = tuple(party.slug for party in needed)
    key = ("ground counts", frame.book.negotiation.id, frame.changes.newest, frame.as_of, parties)
    kept: GroundCounts | None = known.get(*key)
    if kept is not None:
        return kept
    book = frame.book
    cells = CellRange(
        book.negotiation.id, [book.party_ids[p] for p in parties], book.issue_ids.values()
    )
    current = await current_ids(session, frame.at, cells, as_of=frame.as_of)
    stands = await stands_of(session, frame.at, book, current.values())
    slugs, titles = book.party_slugs(), {n: slug for slug, n in book.issue_ids.items()}
    held = {
        (slugs[party], titles[issue]): stands[number]
        for (party, issue), number in current.items()
        if number in stands
    }
    counts = count_ground(frame.issues, held, parties)
    names = len(frame.issues) + sum(len(one.issues) for one in counts.blockers)
    known.keep(*key, value=counts, size=BYTES_OF_NAME * (names + 2 * len(parties)))
    return counts


def _wanted(
    issues: Sequence[IssueView], counts: GroundCounts, query: CommonGroundPageQuery
) -> list[IssueView]:
    states = counts.states_of()
    blocked = {i for one in counts.blockers if one.party == query.blocker for i in one.issues}
    return [
        issue
        for issue in issues
        if (not query.state or states[issue.slug] in query.state)
        and (query.blocker is None or issue.slug in blocked)
    ]


def _given(query: CommonGroundPageQuery) -> dict[str, object]:
    marked = MatrixQuery(as_of=query.as_of, known_at=query.known_at, since=query.since)
    own = query.model_dump(
        mode="json", exclude_defaults=True, include={"party", "issue", "state", "blocker"}
    )
    return {**page_context.given(marked), **own}
