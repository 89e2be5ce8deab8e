"""Show long pages in windows, whose links lead on to the same state of the data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.http.templating import query as as_query


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a list, with the addresses of the parts before and after it."""

    start: int
    end: int
    total: int
    previous: str | None
    next: str | None

    @property
    def whole(self) -> bool:
        """Whether it shows everything."""
        return self.end - self.start == self.total


Starts = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pages:
    """What the links of all windows of one page share."""

    path: str
    filters: Mapping[str, Any]
    write: Callable[[Starts], str]  # the cursor of the window that starts there

    def window(self, starts: Starts, direction: int, size: int, total: int) -> Window:
        """Return the window of at most `size` of `total` entries in one direction."""
        start = min(starts[direction], max(total - 1, 0))
        end = min(start + size, total)
        return Window(
            start,
            end,
            total,
            self.link(moved(starts, direction, max(start - size, 0))) if start else None,
            self.link(moved(starts, direction, end)) if end < total else None,
        )

    def link(self, starts: Starts) -> str:
        """Return the address of the window that starts there."""
        return self.path + as_query(self.filters, cursor=self.write(starts))


def moved(starts: Starts, direction: int, start: int) -> Starts:
    """Return the starts with another one in one direction."""
    return (*starts[:direction], start, *starts[direction + 1 :])
