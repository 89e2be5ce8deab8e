"""Keep pages as strangers see them, until something on them changes.

What a page says follows from the state of the log and from what its key names
(docs/decisions/0045). Only what names the newest moment of the log is another after each write,
whatever was written, such as the address for citing a page: that is put in for each answer.
"""

import re
import secrets
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from urllib.parse import quote_plus

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.queries import Viewer
from app.core.clock import instant, now
from app.core.memory import Key
from app.db.engine import PAGES
from app.http.embedding import EMBEDDED
from app.http.origin import origin
from app.http.templating import answered
from app.log.reader import Moment
from app.log.recall import recall

INSTANT = "instant"
NAMES = (INSTANT, "read_on", "revision", "cursor")
# What a page is drawn with in place of these; nobody else can write that into a page.
PLACES = {name: secrets.token_hex(16) for name in NAMES}
PLACE = re.compile("|".join(f"({place})" for place in PLACES.values()))
PIN = f"?known_at={PLACES[INSTANT]}"
Pieces = Sequence[str]  # text, name of a place, text, and so on
OVERHEAD = 500  # bytes of what is kept, beside its text


def is_plain(request: Request, viewer: Viewer | None) -> bool:
    """Tell whether a stranger asks for a whole page as it is now, and it can be known."""
    if getattr(request.state, "heard_of_until", None) is not None:
        return False  # the page says how old it may be
    return viewer is None and not request.url.query and EMBEDDED not in request.scope


async def kept_page(
    request: Request,
    session: AsyncSession,
    at: Moment,
    key: Key,
    draw: Callable[[], Awaitable[str]],
    values: Mapping[str, str] | None = None,
) -> Response:
    """Answer with a page that is drawn with `PLACES`, or recall it if nothing on it has changed.

    `values` are put in there; the instant, which stands in addresses, is known.
    """
    known = recall(session, at, PAGES)
    key = _whole_key(request, key)
    pieces: Pieces | None = known.get(*key)
    if pieces is None:
        pieces = _split(await draw())
        known.keep(*key, value=pieces, size=OVERHEAD + sum(map(sys.getsizeof, pieces)))
    return _put_together(request, at, pieces, values or {})


def recalled_page(request: Request, session: AsyncSession, at: Moment, key: Key) -> Response | None:
    """Answer with a page that names no more than the newest instant, if it is kept; else None."""
    pieces: Pieces | None = recall(session, at, PAGES).get(*_whole_key(request, key))
    return None if pieces is None else _put_together(request, at, pieces, {})


def _whole_key(request: Request, key: Key) -> Key:
    return (request.url.path, origin(request), now().date(), *key)


def _put_together(
    request: Request, at: Moment, pieces: Pieces, values: Mapping[str, str]
) -> Response:
    here = {**values, INSTANT: quote_plus(instant(at.at))}
    texts = [*pieces]
    texts[1::2] = [here[name] for name in pieces[1::2]]
    return answered(request, "".join(texts))


def _split(text: str) -> Pieces:
    pieces, begun = [], 0
    for found in PLACE.finditer(text):
        pieces += [text[begun : found.start()], NAMES[(found.lastindex or 0) - 1]]
        begun = found.end()
    return [*pieces, text[begun:]]
