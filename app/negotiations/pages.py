"""Show the start page with all negotiations."""

from types import SimpleNamespace

from fastapi import APIRouter, Request, Response

from app.accounts.dependencies import Anyone, Reading
from app.core.clock import instant
from app.core.input_models import KnownAt, read_query
from app.http.templating import page
from app.log.reader import moment
from app.models.vocabulary import UserRole
from app.negotiations import overview, queries
from app.negotiations.code_book import is_invented

router = APIRouter(include_in_schema=False)


@router.get("/")
async def list_negotiations(request: Request, session: Reading, viewer: Anyone) -> Response:
    """Show the negotiations, each with its numbers of parties, issues, positions and quotes."""
    query = read_query(KnownAt, request)
    at = await moment(session, query.known_at)
    found = await queries.list_negotiations(session, at)
    counts = await overview.count_objects(session, at)
    positions = await overview.count_positions(session, at)
    offered = (
        viewer is not None and viewer.may(UserRole.ADMIN) and not any(is_invented(s) for s in found)
    )
    return page(
        request,
        "negotiations/index.html",
        offers_practice=offered,
        negotiations=[
            SimpleNamespace(
                **{n: s[n] for n in ("slug", "title", "summary", "status", "coded_through")},
                invented=is_invented(s),
                counts=SimpleNamespace(
                    parties=counts.get((s.id, "participation"), 0),
                    issues=counts.get((s.id, "issue"), 0),
                    positions=positions.get(s.id, (0, 0))[0],
                    quotes=positions.get(s.id, (0, 0))[1],
                ),
            )
            for s in sorted(found, key=is_invented)
        ],
        known_at=instant(at.at) if query.known_at else None,
    )
