"""Search everything that is public, a page at a time; shared by the API and the page."""

import hashlib
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import bad_parameter
from app.core.input_models import Instant, Query
from app.http.pagination import read_cursor, write_cursor
from app.log.reader import Moment, moment, moment_of
from app.search.hits import Hit, show
from app.search.queries import FEW, LAST, Matching, find, in_turn, match

MANY = 1_000  # the total that is given if there are too many to count


class SearchQuery(Query):
    """Query of a search."""

    q: Annotated[
        str,
        Field(
            max_length=1000,
            description='Words, a "phrase in quotation marks", `or`,'
            " and `-` before what must not be there, in any form.",
        ),
    ]
    limit: Annotated[int, Field(ge=1, le=500, description="Maximum number of results.")] = 50
    cursor: Annotated[
        str | None, Field(max_length=1000, description="From `meta.next`, with the same words.")
    ] = None
    known_at: Annotated[
        Instant | None, Field(description="What the database held at this instant.")
    ] = None


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of hits, the cursor of the next, and the number of all matches.

    `total` is None where nobody asked for it, and `more` is true where there are more than that.
    """

    at: Moment
    hits: list[Hit]
    next: str | None
    total: int | None = None
    more: bool = False


async def search(session: AsyncSession, query: SearchQuery, *, counted: bool = False) -> SearchPage:
    """Return one page of hits; a cursor goes on at the instant of the first page.

    `counted` asks for the number of all matches. Raises Invalid if the query contains NUL or the
    cursor is not of this search.
    """
    if "\0" in query.q:
        raise bad_parameter("q", "contains a NUL character, which is not text")
    at = await moment(session, query.known_at)
    purpose = "search:" + hashlib.sha256(query.q.encode()).hexdigest()[:12]
    before: dict[str, int] = {}
    if query.cursor:
        match read_cursor(query.cursor, purpose, at.epoch):
            case [int(seq), dict(before)] if all(
                isinstance(n, int) and 0 <= n <= LAST for n in before.values()
            ):
                at = await moment_of(session, seq, at.epoch)
            case _:
                raise bad_parameter("cursor", "is not a cursor of this server")
    matching = await match(session, at, query.q)
    most = query.limit + 1
    total, all_counted = None, False
    if counted and not before and matching.few:
        most, all_counted = 2 * FEW, True  # so that one statement finds and counts
    found, versions = await find(session, matching, before=before, limit=most)
    if all_counted:
        total = _count(found)
    elif counted:
        total = MANY if not matching.few else _count(await _find_all(session, matching))
    page = in_turn(found, query.limit)
    more = None
    if _count(found) > len(page):
        last = before | {type: min(n for t, n in page if t == type) for type, _ in page}
        more = write_cursor(purpose, at.epoch, at.seq, last)
    hits = await show(session, at, matching.words, page, versions)
    return SearchPage(at, hits, more, total, counted and not matching.few)


async def _find_all(session: AsyncSession, matching: Matching) -> dict[str, list[int]]:
    found, _ = await find(session, matching, before={}, limit=2 * FEW)
    return found


def _count(found: dict[str, list[int]]) -> int:
    return sum(map(len, found.values()))
