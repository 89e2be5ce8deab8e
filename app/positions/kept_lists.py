"""Keep lists of positions as strangers see them, until a position changes.

What a list shows follows from the state of the log, the last change of a position and the question
(docs/decisions/0045). Only the newest moment, and the cursor that names it, is put in for each
answer.
"""

import hashlib
from dataclasses import dataclass

from fastapi import Request, Response
from orjson import Fragment
from sqlalchemy import Text, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core.memory import Key
from app.db.engine import PAGES
from app.http.conditional import content_etag
from app.http.responses import answer, dumps
from app.log.api_answers import next_link, times
from app.log.reader import Moment, moment_about, newest_about
from app.log.recall import recall
from app.models.log import ObjectPeriod
from app.models.negotiation import Negotiation
from app.positions import presenter
from app.positions.listing import Place, PositionsPage, cursor_at, list_positions
from app.positions.schemas import PositionsQuery

LONGEST = 500  # bytes of a question whose answer is kept
OVERHEAD = 1_000  # bytes of what is kept, beside its JSON
TIMES = ("known_at", "cursor")  # parameters with which a list is of another moment than the newest


@dataclass(frozen=True, slots=True)
class Listed:
    """The positions of a list as JSON, and what else its answer needs."""

    data: bytes
    digest: bytes  # of the JSON
    after: Place | None  # where the next page begins


def _last_change(seq: ColumnElement[int], slug: ColumnElement[str]) -> ColumnElement[int]:
    """Select the last change of a position of a negotiation."""
    of_it = select(Negotiation.id).where(Negotiation.slug == slug).correlate(slug.table)
    return (
        select(func.max(ObjectPeriod.seq_from))
        .where(
            ObjectPeriod.negotiation_id == of_it.scalar_subquery(),
            ObjectPeriod.kind == "position",
            ObjectPeriod.seq_from <= seq,
        )
        .scalar_subquery()
    )


NEWEST_IN = newest_about(_last_change, of=ARRAY(Text))


async def read_list(session: AsyncSession, page: PositionsPage) -> tuple[Listed, list[int]]:
    """Read the positions of a page, without redacted ones, and return their numbers as well."""
    found = await presenter.read_as_json(session, page.at, page.versions)
    shown = [key for key in page.versions if key in found]
    data = b"[%s]" % b",".join(found[key] for key in shown)
    digest = hashlib.sha256(data).digest()
    return Listed(data, digest, page.after), [number for number, _ in shown]


def answer_list(
    request: Request, at: Moment, listed: Listed, changed_since: dict[str, int]
) -> Response:
    """Answer with a list as known at a moment.

    Its ETag is made of the digest of the positions, which takes as long as all the rest.
    """
    cursor = cursor_at(at, listed.after)
    meta = times(at, next=cursor, **changed_since)
    etag = content_etag(listed.digest + dumps(meta))
    return answer(request, Fragment(listed.data), meta, links=next_link(request, cursor), etag=etag)


async def answer_newest(request: Request, session: AsyncSession, query: PositionsQuery) -> Response:
    """Answer a stranger with a list as it is now, and keep it."""
    at, key = await _key_of(request, session)
    known = recall(session, at, PAGES)
    listed: Listed | None = known.get(*key)
    if listed is None:
        page = await list_positions(session, query, drafts=False, at=at)
        listed, _ = await read_list(session, page)
        if len(request.scope["query_string"]) <= LONGEST:
            known.keep(*key, value=listed, size=len(listed.data) + OVERHEAD)
    return answer_list(request, at, listed, {})


async def recalled_list(request: Request, session: AsyncSession) -> Response | None:
    """Answer a stranger with a list as it is now, if it is kept; else None."""
    if any(name in request.query_params for name in TIMES):
        return None
    at, key = await _key_of(request, session)
    listed: Listed | None = recall(session, at, PAGES).get(*key)
    return None if listed is None else answer_list(request, at, listed, {})


async def _key_of(request: Request, session: AsyncSession) -> tuple[Moment, Key]:
    """Return the newest moment, and by what a list is kept then.

    Without a negotiation it is kept until anything public is written.
    """
    negotiation = request.query_params.get("negotiation", "").replace("\0", "")
    at, (changed,) = await moment_about(session, NEWEST_IN, negotiation)
    return at, ("list", request.scope["query_string"], changed if negotiation else at.seq)
