"""Answers that are files: named by RFC 6266, told apart by an ETag, counted against the slots until they are sent."""

import hashlib
import tempfile
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from app.exports.concurrency import slots
from app.http.responses import dumps, matches
from app.log.reader import Moment

CHUNK = 64 * 1024
PATIENCE = 20  # seconds that one piece may take to be read
STATEMENT_TIMEOUT, WORK_MEM = "2min", "32MB"
IDLE_TIMEOUT = (
    "10min"  # a workbook of a million rows is packed for minutes after its last row was read
)
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
    "graphml": "application/graphml+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
}


def attachment(name: str, suffix: str) -> dict[str, str]:
    """The headers of a file; names are made of slugs and dates, so they need no escapes."""
    return {
        "Content-Type": MEDIA[suffix],
        "Content-Disposition": f'attachment; filename="{name}.{suffix}"',
    }


def etag_of(request: Request, at: Moment, *more: Any) -> str:
    """Name what an export would hold, without writing it.

    The same address, day, entry of the log and redactions give the same bytes.
    """
    parts = [str(request.url), at.epoch, at.seq, at.at, at.redactions, *more]
    return f'"{hashlib.sha256(dumps(parts)).hexdigest()[:32]}"'


def unchanged(request: Request, etag: str) -> Response | None:
    """Answer 304 to whoever has just that already."""
    if matches(request.headers.get("If-None-Match"), etag):
        return Response(status_code=304, headers={"ETag": etag})
    return None


class Download(StreamingResponse):
    """A stream that holds one of the slots; cut off, it ends without its last chunk, so that a client notices."""

    def __init__(self, content: AsyncGenerator[bytes], headers: Mapping[str, str]) -> None:
        super().__init__(content, headers=headers)
        self.content = content

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def patiently(message: Message) -> None:
            with anyio.fail_after(PATIENCE):  # whoever stops reading must not keep others waiting
                await send(message)

        with slots.taken():
            async with aclosing(self.content):
                await super().__call__(scope, receive, patiently)


async def give_time(session: AsyncSession) -> None:
    """Let the statements of this transaction take longer than a page's may, and sort in memory: millions of rows do."""
    more = {
        "statement_timeout": STATEMENT_TIMEOUT,
        "idle_in_transaction_session_timeout": IDLE_TIMEOUT,
        "work_mem": WORK_MEM,
    }
    await session.execute(
        select(*(func.set_config(name, value, True) for name, value in more.items()))
    )


@contextmanager
def scratch_file(suffix: str) -> Iterator[Path]:
    """A path for a file that has to be whole before its first byte can be sent."""
    with tempfile.TemporaryDirectory(prefix="parley-") as folder:
        yield Path(folder) / f"export.{suffix}"


async def read_file(path: Path) -> AsyncGenerator[bytes]:
    with path.open("rb") as file:
        while chunk := await anyio.to_thread.run_sync(file.read, CHUNK):
            yield chunk
