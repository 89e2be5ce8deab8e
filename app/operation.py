"""Is the process alive, and is it ready to serve?"""

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.core import schema
from app.core.database import Session
from app.core.responses import Json

router = APIRouter(include_in_schema=False)

# What an acknowledged write rests on; a server that was told otherwise is not served from.
DURABLE = {
    "fsync": ("on",),
    "full_page_writes": ("on",),
    "synchronous_commit": ("on", "remote_apply", "remote_write", "local"),
}


@router.get("/healthz")
async def health() -> Response:
    """The process lives; says nothing of the database."""
    return Json({"status": "ok"})


@router.get("/readyz")
async def ready(request: Request) -> Response:
    """The database answers, its schema is ours, it keeps what it acknowledges; else 503 and which of these is wrong."""
    problems: list[str] = []
    try:
        async with request.app.state.sessions() as session:
            problems = await _problems(session, strict=not request.app.state.settings.unsafe_database)
    except (SQLAlchemyError, OSError) as error:
        problems = [f"database: does not answer ({type(error).__name__})"]
    if problems:
        return Json({"status": "not ready", "problems": problems}, status_code=503, headers={"Retry-After": "1"})
    return Json({"status": "ready"})


async def _problems(session: Session, *, strict: bool) -> list[str]:
    found: list[str] = []
    version = await session.scalar(text("SELECT version_num FROM alembic_version"))
    if version != schema.newest():
        found.append(f"schema: {version}, this program needs {schema.newest()}; run `parley migrate`")
    if strict:
        rows = await session.execute(
            text("SELECT name, setting FROM pg_settings WHERE name = ANY(:names)"),
            {"names": [*DURABLE, "data_checksums"]},
        )
        values: dict[str, Any] = {row.name: row.setting for row in rows}
        found += [f"durability: {n} is {values.get(n)}" for n, good in DURABLE.items() if values.get(n) not in good]
        if values.get("data_checksums") != "on":
            found.append("durability: data checksums are off")
    return found
