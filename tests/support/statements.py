"""Collect the statements that are sent to the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from app.db.prepared import Prepared


@contextmanager
def statements(engine: AsyncEngine) -> Iterator[list[str]]:
    """Collect what is sent meanwhile: through the engine, and past it by prepared statements."""
    sent: list[str] = []
    read = Prepared._read

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    async def note_prepared(self: Prepared, *given: Any, **more: Any) -> Any:
        sent.append(self._text)
        return await read(self, *given, **more)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        with mock.patch.object(Prepared, "_read", note_prepared):
            yield sent
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)
