"""Tell whether the process is alive, and whether it is ready to serve."""

import asyncio
import shutil
from pathlib import Path

from fastapi import Request, Response
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.db import schema
from app.db.connections import ANSWER_SECONDS, give_up
from app.db.engine import make_engine, make_sessions
from app.http.responses import Json
from app.http.routing import Router
from app.server.queries import has_epoch, is_standby, settings_of

router = Router(include_in_schema=False)

# What an acknowledged write depends on; a server with other settings is not used.
DURABLE = {
    "fsync": ("on",),
    "full_page_writes": ("on",),
    "synchronous_commit": ("on", "remote_apply", "remote_write", "local"),
    "data_checksums": ("on",),
}
LEAST_FREE = 200 * 1024**2  # bytes, on the disk of the embedded database


class Probe:
    """Ask the database about its state, for all who ask at once, on a connection of its own.

    So what is said does not depend on how many requests wait for the connections of the pool.
    """

    def __init__(self, database_url: str, *, strict: bool) -> None:
        self._url, self._strict = database_url, strict
        self._engine: AsyncEngine | None = None
        self._asking: asyncio.Task[list[str]] | None = None

    async def problems(self) -> list[str]:
        """Return the problems of the database; raise if it does not answer."""
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())
            self._asking.add_done_callback(self._asked)
        return await asyncio.shield(self._asking)

    def _asked(self, _done: object) -> None:
        self._asking = None

    async def _ask(self) -> list[str]:
        if self._engine is None:
            self._engine = make_engine(self._url, pool_size=1)
        loop = asyncio.get_running_loop()
        late = loop.call_later(ANSWER_SECONDS, give_up, self._engine)
        try:
            async with make_sessions(self._engine, 0)() as session:
                return await database_problems(session, strict=self._strict)
        finally:
            late.cancel()

    async def close(self) -> None:
        """Close the connection."""
        if self._engine is not None:
            await self._engine.dispose()


@router.get("/healthz")
async def health() -> Response:
    """Report that the process is alive, without asking the database."""
    return Json({"status": "ok"})


@router.get("/readyz")
async def ready(request: Request) -> Response:
    """Report that the database answers, fits and is durable; else 503 with the reasons.

    While replicas answer strangers in its place, a database that is away is told with 200.
    """
    state = request.app.state
    problems = ["stopping: this process takes no new work"] if state.stopping.is_set() else []
    problems += disk_problems(state.settings.home)
    try:
        problems += await state.probe.problems()
    except (SQLAlchemyError, OSError) as error:
        away = f"database: does not answer ({type(error).__name__})"
        if not problems and state.replicas is not None and state.replicas.can_answer():
            return Json({"status": "ready to read", "problems": [away]})
        problems.append(away)
    if problems:
        return Json(
            {"status": "not ready", "problems": problems},
            status_code=503,
            headers={"Retry-After": "1"},
        )
    return Json({"status": "ready"})


def disk_problems(home: Path) -> list[str]:
    """Return a problem if the embedded database has too little disk space.

    A database server of one's own must be monitored where it runs.
    """
    if not (home / "pg").exists():
        return []
    free = shutil.disk_usage(home).free
    if free >= LEAST_FREE:
        return []
    return [
        f"disk: {free // 1024**2} MB are free in PARLEY_HOME, and {LEAST_FREE // 1024**2} should be"
    ]


async def database_problems(session: AsyncSession, *, strict: bool) -> list[str]:
    """Return the problems of the database; `strict` also checks that it is durable."""
    found: list[str] = []
    misfit = await (await session.connection()).run_sync(schema.problem_of)
    if misfit:
        found.append(f"schema: {misfit}")
    elif not await has_epoch(session):
        found.append("log: a restore was cut short; restore again, into a new database")
    if await is_standby(session):
        found.append("database: it is a standby, which takes no writes")
    if strict:
        values = await settings_of(session, list(DURABLE))
        found += [
            f"durability: {n} is {values.get(n)}"
            for n, good in DURABLE.items()
            if values.get(n) not in good
        ]
    return found
