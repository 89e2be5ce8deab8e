"""Serve contradictions and conditions as JSON."""

from typing import Annotated

from fastapi import Query, Request, Response

from app.accounts.api_router import api_router
from app.accounts.dependencies import Reading
from app.analysis.contradiction_query import (
    ContradictionsListed,
    counted,
    find_contradictions,
    of_kinds,
    positions_in,
    read_contradictions_frame,
)
from app.analysis.contradictions_presenter import ContradictionsData, contradictions_json, fitting
from app.core.clock import instant
from app.core.input_models import SlugInPath
from app.http.described import Answer, answers
from app.http.responses import answer
from app.log.api_answers import next_link, times
from app.matrix.frame import write_place
from app.positions.queries import count_changed_since

PURPOSE = "contradictions"  # of its cursors
A_WINDOW = 200
MOST_LINES = 10_000  # of parties, in the entries of one answer

router = api_router("/negotiations/{slug}", tag="analysis")


@router.get(
    "/contradictions",
    summary="Read contradictions and conditions",
    responses=answers(Answer[ContradictionsData]),
)
async def show_contradictions(
    request: Request,
    session: Reading,
    slug: SlugInPath,
    query: Annotated[ContradictionsListed, Query()],
) -> Response:
    """List what contradicts itself, and what holds only with something else. Nothing is decided.

    `opposed` are two positions of one party on one issue that exclude each other (one takes an
    option that the other rejects, or each prefers another) and that may have been said within
    `days` of each other: of different `speakers` of the party; of the same or of unnamed speakers
    (`stances`); or at least one by the word of another party (`hearsay`). It may be a change of
    mind. `same_words` are words of one source that are quoted for several parties' positions on one
    issue. `conditions` are links of the kind `condition` of current positions, with how each
    other party stands on what is needed now (`standing` is null where no option is named).

    The newest of each kind come first. `counts` are those of all kinds and windows; `complete` is
    false where not all positions could be compared: ask for some parties then.
    """
    frame = await read_contradictions_frame(session, slug, query, purpose=PURPOSE)
    found = await find_contradictions(session, frame, query)
    about = found.about(query)
    wanted, start = of_kinds(about, query.kind), frame.place[0]
    shown = fitting(wanted[start : start + A_WINDOW], most=A_WINDOW, most_lines=MOST_LINES)
    end = start + len(shown)
    following = (
        write_place(PURPOSE, frame.at, frame.as_of, (end, 0))
        if shown and end < len(wanted)
        else None
    )
    positions = await positions_in(session, frame.at, found, shown)
    meta = times(frame.at, as_of=frame.as_of, next=following)
    if query.known_at is not None:
        meta["changed_since"] = await count_changed_since(session, frame.at, positions)
    pins = {"as_of": frame.as_of.isoformat(), "known_at": instant(frame.at.at)}
    links = next_link(request, following, **pins)
    data = contradictions_json(shown, counted(about), positions, complete=found.whole)
    return answer(request, data, meta, links=links)
