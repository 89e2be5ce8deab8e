"""Put a statement together once, and send it as text from then on."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ClauseElement, Compiled
from sqlalchemy.ext.asyncio import AsyncSession


class Prepared:
    """A statement whose values are bound parameters, by name.

    SQLAlchemy would put it together and look for its compiled form at each execution, which costs
    more than most of our statements cost the database. The rows are as the driver gives them.
    """

    def __init__(self, build: Callable[[], ClauseElement]) -> None:
        self._build = build
        self._compiled: Compiled | None = None

    async def all(self, session: AsyncSession, **values: Any) -> Sequence[Any]:
        """Execute it with these values, and return all rows."""
        connection = await session.connection()
        compiled = self._compiled
        if compiled is None:
            self._compiled = compiled = self._build().compile(dialect=connection.dialect)
        # A value that is missing is an error, as SQLAlchemy's own execution has it.
        given = compiled.construct_params(values)
        return (await connection.exec_driver_sql(compiled.string, given)).all()

    async def one(self, session: AsyncSession, **values: Any) -> Any:
        """Execute it with these values, and return its only row."""
        [row] = await self.all(session, **values)
        return row
