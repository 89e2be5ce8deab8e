"""Send files: names by RFC 6266, an ETag for each state, and a slot held until all is sent."""

import tempfile
import time
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from app.db.engine import keep_aside
from app.exports.concurrency import slots
from app.http.conditional import content_etag
from app.http.responses import dumps
from app.log.reader import Moment

CHUNK = 64 * 1024
PATIENCE = 20  # seconds within which a client has to take one piece
STATEMENT_TIMEOUT, WORK_MEM = "2min", "32MB"
# After its last row was read, a workbook of a million rows takes minutes to be zipped.
IDLE_TIMEOUT = "10min"
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "jsonld": 'application/ld+json; profile="http://www.w3.org/ns/anno.jsonld"',
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "zip": "application/zip",
    "qdpx": "application/zip",
    "graphml": "application/graphml+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
}


def attachment(name: str, suffix: str) -> dict[str, str]:
    """Return the headers of a file; names consist of slugs and dates and so need no escaping."""
    return {
        "Content-Type": MEDIA[suffix],
        "Content-Disposition": f'attachment; filename="{name}.{suffix}"',
    }


def etag_of(request: Request, at: Moment, *more: Any) -> str:
    """Return the ETag of an export without writing it.

    The same address, day, log entry and redactions give the same bytes.
    """
    parts = [str(request.url), at.epoch, at.seq, at.at, at.redactions, *more]
    return content_etag(dumps(parts))


class Download(StreamingResponse):
    """Stream a file while holding an export slot.

    A stream that is cut off ends without its last chunk, so that the client notices.
    """

    def __init__(self, content: AsyncGenerator[bytes], headers: Mapping[str, str]) -> None:
        super().__init__(content, headers=headers)
        self.content = content

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream; raise TimeoutError if a piece is not taken within PATIENCE.

        It ends early where another export wants the slot and this one's reader is slow.
        """
        with anyio.CancelScope() as cut_off, slots.taken(cut_off) as holder:

            async def patiently(message: Message) -> None:
                began = time.monotonic()
                with anyio.fail_after(PATIENCE):  # a client that stops reading must free its slot
                    await send(message)
                holder.waited += time.monotonic() - began

            async with aclosing(self.content):
                await super().__call__(scope, receive, patiently)


async def give_time(session: AsyncSession) -> None:
    """Extend this transaction's limits of time and memory.

    An export reads and sorts millions of rows, a page only a few.
    """
    keep_aside(session)
    more = {
        "statement_timeout": STATEMENT_TIMEOUT,
        "idle_in_transaction_session_timeout": IDLE_TIMEOUT,
        "work_mem": WORK_MEM,
        # Each quote is looked up once, so what was found for others is not worth keeping.
        "enable_memoize": "off",
    }
    await session.execute(
        select(*(func.set_config(name, value, True) for name, value in more.items()))
    )


@contextmanager
def scratch_file(suffix: str) -> Iterator[Path]:
    """Yield a path for a file that must be complete before its first byte can be sent."""
    with tempfile.TemporaryDirectory(prefix="parley-") as folder:
        yield Path(folder) / f"export.{suffix}"


async def read_file(path: Path) -> AsyncGenerator[bytes]:
    """Yield a file in chunks, read in a thread."""
    with path.open("rb") as file:
        while chunk := await anyio.to_thread.run_sync(file.read, CHUNK):
            yield chunk
