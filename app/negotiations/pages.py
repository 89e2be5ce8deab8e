"""Show the start page with all negotiations."""

from collections.abc import Iterable
from types import SimpleNamespace

from fastapi import Request, Response

from app.accounts.dependencies import Anyone, Reading
from app.accounts.queries import Viewer
from app.core.clock import instant
from app.core.input_models import KnownAt, read_query
from app.http.routing import Router
from app.http.templating import page
from app.log.reader import Snapshot, moment
from app.models.vocabulary import UserRole
from app.negotiations import overview, queries
from app.negotiations.code_book import is_invented
from app.negotiations.pending import count_to_review

router = Router(include_in_schema=False)


@router.get("/")
async def list_negotiations(request: Request, session: Reading, viewer: Anyone) -> Response:
    """Show the negotiations, each with its numbers of parties, issues, positions and quotes."""
    query = read_query(KnownAt, request)
    at = await moment(session, query.known_at)
    found = await queries.list_negotiations(session, at)
    counts = await overview.count_objects(session, at)
    numbers = await overview.count_positions(session, at, [s.id for s in found])
    may_edit = viewer is not None and viewer.may_edit
    waiting = await count_to_review(session, viewer.name) if viewer and may_edit else {}
    return page(
        request,
        "negotiations/index.html",
        offers_practice=_practice_of(found) is None and _may_load(viewer),
        negotiations=[
            SimpleNamespace(
                **{n: s[n] for n in ("slug", "title", "summary", "status", "coded_through")},
                invented=is_invented(s),
                to_review=waiting.get(s.id, 0),
                counts=SimpleNamespace(
                    parties=counts.get((s.id, "participation"), 0),
                    issues=counts.get((s.id, "issue"), 0),
                    positions=numbers[s.id].positions if s.id in numbers else 0,
                    quotes=numbers[s.id].quotes if s.id in numbers else 0,
                ),
            )
            for s in sorted(found, key=is_invented)
        ],
        known_at=instant(at.at) if query.known_at else None,
    )


@router.get("/help")
async def show_help(request: Request, session: Reading, viewer: Anyone) -> Response:
    """Explain the words and signs, and where to find what; offer the practice negotiation."""
    practice = _practice_of(await queries.list_negotiations(session, await moment(session)))
    return page(
        request,
        "negotiations/help.html",
        practice=practice,
        offers_practice=practice is None and _may_load(viewer),
    )


def _practice_of(found: Iterable[Snapshot]) -> str | None:
    """Return the slug of the first negotiation made up for practice, None without one."""
    return next((str(one["slug"]) for one in found if is_invented(one)), None)


def _may_load(viewer: Viewer | None) -> bool:
    return viewer is not None and viewer.may(UserRole.ADMIN)
