"""Serve a party's dossier as a Word document."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Query, Request, Response

from app.accounts.dependencies import Reading
from app.core import dates
from app.core.clock import instant, now
from app.core.input_models import SlugInPath
from app.dossier.about import About
from app.dossier.entries import Dossier, read_dossier
from app.dossier.schemas import DocumentQuery
from app.exports.download import attachment, etag_of
from app.http import templating
from app.http.conditional import unchanged
from app.http.origin import origin
from app.http.routing import Router
from app.matrix.frame import Extent, Frame, read_frame
from app.matrix.page_context import windows
from app.matrix.schemas import MatrixQuery
from app.positions.queries import count_changed_since

MOST_ISSUES = 120
PURPOSE = "dossier document"  # of its cursors

router = Router(prefix="/n/{slug}", include_in_schema=False)


@router.get("/parties/{party}/dossier.docx")
async def send_document(
    request: Request,
    session: Reading,
    slug: SlugInPath,
    party: SlugInPath,
    query: Annotated[DocumentQuery, Query()],
) -> Response:
    """Send all that a party wants in a negotiation, or a part of it, as a file."""
    asked = MatrixQuery(**query.model_dump(), party=[party])
    extent = Extent(MOST_ISSUES, by_path=True, purpose=PURPOSE)
    frame = await read_frame(session, slug, asked, now=now(), extent=extent)
    day, links = frame.as_of.isoformat(), windows(request, frame)
    headers = attachment(f"{slug}_{party}_as-of-{day}", "docx")
    headers["ETag"] = etag_of(request, frame.at, day)
    if links["next_url"]:
        headers["Link"] = f'<{links["next_url"]}>; rel="next"'
    if same := unchanged(request, headers["ETag"]):
        return same
    dossier = await read_dossier(session, frame, asked)
    changed = await count_changed_since(session, frame.at, dossier.shown) if query.known_at else 0
    base = origin(request)
    known_at = instant(frame.at.at)
    about = About(
        origin=base,
        permalink=f"{base}/n/{slug}/parties/{party}"
        + templating.query({"as_of": day, "known_at": known_at}),
        as_of=day,
        known_at=frame.at.at,
        known_at_words=templating.instant(known_at),
        notes=list(_notes(frame, dossier, changed, base + str(links["next_url"] or ""))),
    )
    from app.dossier.word import write_dossier  # seven megabytes that most processes never need

    return Response(await write_dossier(dossier, about), headers=headers)


def _notes(frame: Frame, dossier: Dossier, changed: int, more: str) -> Iterator[str]:
    """Say what a reader must know of a document that may stand alone."""
    if changed:
        have = templating.plural(changed, "of these positions has", "of these positions have")
        yield f"{have} been corrected or retracted since."
    read = frame.negotiation.coded_through
    if read and frame.as_of.isoformat() > read:
        yield f"Sources are read up to {dates.display(read)} only."
    if frame.is_part:
        first = frame.place[0] + 1
        part = f"issues {first} to {first + len(dossier.entries) - 1} of {frame.total_cells}"
        yield f"This is a part: {part}." + (f" The next part: {more}" if frame.next else "")
