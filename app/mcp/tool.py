"""Define what a tool is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from app.mcp.arguments import Argument, input_schema
from app.mcp.asking import API
from app.mcp.showing import Show, plain

# What says how an answer is read, and not what it is an answer to.
NOT_ADDRESSED = ("cursor", "limit", "version", "words")


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool, and the address of the API that answers it.

    `path` is below /api/v1, `page` the path of the page that shows the same to people; both have
    arguments in braces. `rows` names the answer where the API gives a list, `lists` the lists that
    are cut into windows of `limit` lines, `total` the number of all of them in the API's `meta`,
    and `unit` what is counted. `pinned` is false where a cursor takes no times beside it.
    """

    name: str
    title: str
    description: str
    path: str
    arguments: tuple[Argument, ...]
    page: str = ""
    show: Show = plain
    rows: str = ""
    lists: tuple[str, ...] = ()
    limit: int = 0
    total: str = ""
    unit: str = ""
    pinned: bool = True
    always: tuple[tuple[str, str], ...] = ()  # parameters of the API that no argument is

    @property
    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the tool's arguments."""
        return input_schema(self.arguments)

    @property
    def takes(self) -> frozenset[str]:
        """Return the names of the tool's arguments."""
        return frozenset(argument.name for argument in self.arguments)


@dataclass(frozen=True, slots=True)
class Asked:
    """A call of a tool: its arguments as a query has them, by name."""

    tool: Tool
    values: Mapping[str, list[str]]

    def one(self, name: str) -> str | None:
        """Return an argument that has one value; None if it was left out."""
        return next(iter(self.values.get(name, ())), None)

    @property
    def hides_cells(self) -> bool:
        """Tell whether a filter leaves out cells that the total counts."""
        return self.tool.total == "total_cells" and not {"firmness", "q"}.isdisjoint(self.values)

    def fill(self, path: str) -> str:
        """Return a path with the arguments that it names."""
        return path.format(**{name: given[0] for name, given in self.values.items() if given})

    def query(self, *left_out: str) -> list[tuple[str, str]]:
        """Return the arguments that do not stand in the API's path, as a query."""
        return [*self._query(self.tool.path, left_out), *self.tool.always]

    def addresses(self, base: str, times: Mapping[str, str]) -> dict[str, str]:
        """Return the permanent addresses of the page and of the API that show the same."""
        left_out = (*NOT_ADDRESSED, *times)
        page, api = self.tool.page, API + self.tool.path
        found = {"api": pinned(base + self.fill(api), self.query(*left_out), times)}
        if page:
            query = self._query(page, left_out)
            found = {"address": pinned(base + self.fill(page), query, times), **found}
        return found

    def _query(self, path: str, left_out: Collection[str]) -> list[tuple[str, str]]:
        return [
            (name, value)
            for name, given in self.values.items()
            if f"{{{name}}}" not in path and name not in left_out
            for value in given
        ]

    def again(self, times: Mapping[str, str], cursor: str) -> dict[str, Any]:
        """Return the arguments that ask for the next window."""
        lists = {a.name for a in self.tool.arguments if "items" in a.schema}
        numbers = {a.name for a in self.tool.arguments if a.schema["type"] == "integer"}
        same: dict[str, Any] = {}
        for name, given in self.values.items():
            if name in lists:
                same[name] = list(given)
            else:
                same[name] = int(given[0]) if name in numbers else given[0]
        pins = {n: v for n, v in times.items() if n in self.tool.takes}
        return {**same, **pins, "cursor": cursor}


def pinned(address: str, query: Sequence[tuple[str, str]], times: Mapping[str, str]) -> str:
    """Return an address that always shows the same."""
    pairs = [*query, *times.items()]
    return f"{address}?{urlencode(pairs)}" if pairs else address
