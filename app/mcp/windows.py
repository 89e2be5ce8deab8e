"""Show long answers in windows, and say in each how to ask for the next one.

The windows of the API are made for programs and have up to some thousand lines. An agent has to
read every line, so a window of the API is cut into smaller ones. Their cursor names the API's
cursor and how many lines of that window have been shown.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.mcp.asking import Refused

MOST_LINES = 500
CURSOR = re.compile(r"(\d{1,7})~(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Start:
    """Where a window starts: the cursor of the API's window, and the lines shown of it before."""

    skipped: int = 0
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Cut:
    """The lists of a window, how many lines they had, and where the next window starts."""

    lists: dict[str, list[Any]]
    shown: int
    whole: int  # lines of the API's window
    next: str | None


def read_start(cursor: str | None) -> Start:
    """Read a cursor; raise Refused for one that is none of ours."""
    if cursor is None:
        return Start()
    found = CURSOR.fullmatch(cursor)
    if found is None:
        fault = "`cursor` is not one of this tool: send the arguments in `window.next` as they are."
        raise Refused("Invalid input", fault, [fault])
    return Start(int(found[1]), found[2])


def read_limit(values: Mapping[str, list[str]], default: int) -> int:
    """Return how many lines a window may have; raise Refused where that is out of bounds."""
    if "limit" not in values:
        return default
    limit = int(values["limit"][0])
    if limit > MOST_LINES:
        fault = f"`limit` is more than {MOST_LINES}."
        raise Refused("Invalid input", fault, [fault])
    return limit


def cut(answer: Mapping[str, Any], names: Sequence[str], start: Start, most: int) -> Cut:
    """Cut a window out of some lists of an answer, which are read one after the other."""
    lists, left, skipped = {}, most, start.skipped
    for name in names:
        lines = answer[name] or []
        lists[name] = lines[skipped : skipped + left]
        left -= len(lists[name])
        skipped = max(skipped - len(lines), 0)
    whole = sum(len(answer[name] or []) for name in names)
    end = start.skipped + most - left
    return Cut(lists, most - left, whole, f"{end}~{start.cursor}" if end < whole else None)


def total_of(meta: Mapping[str, Any], found: Cut, start: Start, name: str) -> int | None:
    """Return how many lines all windows have together; None where that is not known.

    `name` is that of the total in `meta`, if the API gives one.
    """
    if name:
        return int(meta[name])
    alone = not start.cursor and meta.get("next") is None
    return found.whole if alone else None


def following(meta: Mapping[str, Any], found: Cut) -> str | None:
    """Return the cursor of the next window: of the rest of this one, or of the API's next one."""
    if found.next is not None:
        return found.next
    return f"0~{meta['next']}" if meta.get("next") else None
