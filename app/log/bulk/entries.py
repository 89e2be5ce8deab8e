"""Write some versions of positions in one commit, as entries like those of any action."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from app.log.bulk.sql import CHECK
from app.log.bulk.writer import Staged
from app.log.writer import Log
from app.models.position import Position
from app.models.source import QuoteCheck


class Entries:
    """Versions and checks for one commit, kept in memory until the log is sealed."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self._published_here: dict[int, Position] = {}

    async def add(self, versions: Sequence[Staged]) -> None:
        """Add all versions of some positions."""
        for staged in versions:
            self.log.add(replace(staged.change, position=self._dated(staged)))

    async def add_checks(self, checks: Iterable[Sequence[Any]]) -> None:
        """Add the results of checking new quotes: the columns of CHECK."""
        self.log.checks += [QuoteCheck(**dict(zip(CHECK, c, strict=True))) for c in checks]

    def _dated(self, staged: Staged) -> Position:
        """Return a position with its first publication; COPY writes its row, so it has no session.

        Versions from the one that this commit publishes on share theirs: the commit's instant.
        """
        if not staged.published_here:
            return Position(first_published_at=staged.first_published)
        return self._published_here.setdefault(staged.change.object_id, Position())
