"""Serve packages as JSON."""

from typing import Annotated

from fastapi import Query, Request, Response

from app.accounts.api_router import api_router
from app.accounts.dependencies import Reading
from app.analysis.package_query import (
    PackagesQuery,
    find_packages,
    read_packages_frame,
)
from app.analysis.packages_presenter import PackagesData, packages_json
from app.core.clock import instant
from app.core.input_models import SlugInPath
from app.http.described import Answer, answers
from app.http.responses import answer
from app.log.api_answers import next_link, times
from app.matrix.frame import write_place
from app.positions.queries import count_changed_since

PURPOSE = "packages"  # of its cursors
A_WINDOW = 200

router = api_router("/negotiations/{slug}", tag="analysis")


@router.get("/packages", summary="Read packages", responses=answers(Answer[PackagesData]))
async def show_packages(
    request: Request, session: Reading, slug: SlugInPath, query: Annotated[PackagesQuery, Query()]
) -> Response:
    """Find the combinations of one option an issue that no party needed for a deal rejects.

    Those that cross the fewest red lines come first (`crossed`: red lines of parties that want
    another option, and have said nothing of this one), then the best supported. 200 are answered at
    once, and at most 2,000 in all; `total` counts all (null: too many to count). `concessions` are
    rejections each of which alone keeps packages shut, `fewest` those who would have to move where
    none is open. `exchanges`, `efficient` and `nash` need saliences; the last two are null where
    one is unknown, or where over 500 packages are open. At most 200 of each are listed. With
    `suppose`, `meta.suppositions` says what is only supposed, and `supposed` which packages and
    claims rest on that.
    """
    frame = await read_packages_frame(session, slug, query, purpose=PURPOSE)
    found = await find_packages(session, frame, query, size=A_WINDOW)
    end = frame.place[0] + A_WINDOW
    following = (
        write_place(PURPOSE, frame.at, frame.as_of, (end, 0)) if end < found.report.listed else None
    )
    meta = times(frame.at, as_of=frame.as_of, next=following)
    if query.suppose:
        meta["suppositions"] = [
            {"party": one.party, "issue": one.issue, "option": one.option} for one in found.supposed
        ]
    if query.known_at is not None:
        shown = [position.id for position in found.matrix.positions]
        meta["changed_since"] = await count_changed_since(session, frame.at, shown)
    pins = {"as_of": frame.as_of.isoformat(), "known_at": instant(frame.at.at)}
    links = next_link(request, following, **pins)
    return answer(request, packages_json(found), meta, links=links)
