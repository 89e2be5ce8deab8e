"""Put a statement together once, and send it as text from then on."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.compiler import SQLCompiler


class Prepared:
    """A statement whose values are bound parameters, by name.

    SQLAlchemy would put it together and look for its compiled form at each execution, which costs
    more than most of our statements cost the database. The rows are as the driver gives them.
    """

    def __init__(self, build: Callable[[], Executable]) -> None:
        self._build = build
        self._compiled: SQLCompiler | None = None

    async def all(self, session: AsyncSession, **values: Any) -> Sequence[Any]:
        """Execute it with these values, and return all rows."""
        connection = await session.connection()
        compiled = self._compiled
        if compiled is None:
            statement = self._build()
            compiled = statement.compile(  # type: ignore[attr-defined]  # all that we build can
                dialect=connection.dialect
            )
            self._compiled = compiled
        found = await connection.exec_driver_sql(
            compiled.string, compiled.construct_params(values, _check=False)
        )
        return found.all()

    async def one(self, session: AsyncSession, **values: Any) -> Any:
        """Execute it with these values, and return its only row."""
        [row] = await self.all(session, **values)
        return row
