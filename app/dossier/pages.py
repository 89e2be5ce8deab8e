"""Show the dossier of a party in a negotiation, and the party in all its negotiations."""

from fastapi import Request, Response

from app.accounts.dependencies import Anyone, Reading
from app.core.clock import instant, now
from app.core.input_models import SlugInPath, read_query
from app.dossier.entries import read_dossier
from app.dossier.schemas import SeatsQuery, WindowQuery
from app.dossier.seats import read_seats
from app.http.routing import Router
from app.http.templating import long_page, page
from app.log.api_answers import next_link
from app.matrix import page_context
from app.matrix.drawing import sources_of
from app.matrix.frame import Extent, read_frame
from app.matrix.move_labels import legend
from app.matrix.schemas import MatrixQuery
from app.negotiations.code_book import titles_of
from app.negotiations.navigation import nav
from app.negotiations.queries import list_speakers_of

ISSUES_A_PAGE = 40
PURPOSE = "dossier"  # of its cursors

router = Router(include_in_schema=False)


@router.get("/n/{slug}/parties/{party}")
async def show_dossier(
    request: Request, session: Reading, viewer: Anyone, slug: SlugInPath, party: SlugInPath
) -> Response:
    """Show all that a party wants in a negotiation: its red lines, then issue by issue."""
    seen = read_query(WindowQuery, request)
    query = MatrixQuery(**seen.times.model_dump(), party=[party], cursor=seen.cursor)
    extent = Extent(ISSUES_A_PAGE, by_path=True, purpose=PURPOSE)
    frame = await read_frame(session, slug, query, now=now(), extent=extent)
    dossier = await read_dossier(session, frame, query)
    party_id = frame.book.party_ids[party]
    speakers = await list_speakers_of(session, frame.at, party_id)
    cells = [entry.cell for entry in dossier.entries]
    return await long_page(
        request,
        "dossier/party.html",
        **await page_context.of_frame(request, session, frame, query, dossier.shown)
        | {"filters": page_context.given(seen)},
        **page_context.windows(request, frame),
        carried=page_context.carried_by(seen),
        names=dossier.names,
        titles=titles_of(frame.issues),
        moved=legend(cells) if query.since else None,
        dossier=dossier,
        party=dossier.party,
        speakers=[(s["name"], s["office"]) for s in speakers],
        sources=sources_of(cells),
        nav=nav(slug),
    )


@router.get("/parties/{party}")
async def show_party(
    request: Request, session: Reading, viewer: Anyone, party: SlugInPath
) -> Response:
    """Show in which negotiations a party takes part, with what is known of it in each."""
    query = read_query(SeatsQuery, request)
    found = await read_seats(session, party, query, now=now())
    pins = {"as_of": found.as_of.isoformat(), "known_at": instant(found.at.at)}
    return page(
        request,
        "dossier/negotiations.html",
        party=found.party.data,
        seats=found.seats,
        invented=bool(found.seats) and all(seat.negotiation.invented for seat in found.seats),
        as_of=pins["as_of"],
        known_at=pins["known_at"] if query.known_at else None,
        read_at=pins["known_at"],
        filters=page_context.given(query),
        permalink=page_context.pinned_address(request, pins),
        next_url=(next_link(request, found.next, **pins) or {}).get("next"),
    )
