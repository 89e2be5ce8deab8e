"""Filter the positions found, and count what each value of a filter would leave; pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import compress
from typing import Any

from app.search.schemas import FACETS
from app.search.statements import Statements

SEVERAL = ("kind", "language")  # a position may have several of these
Passing = Sequence[bool]  # of each position, whether it passes


@dataclass(frozen=True, slots=True)
class Chosen:
    """The values chosen of each filter, those of parties and the like by id, and two days."""

    values: Mapping[str, Collection[object]]
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The positions that pass all filters, and by filter and value those that pass all others."""

    found: Sequence[int]  # their places among those given
    counts: Mapping[str, Counter[Any]]


def narrow(statements: Statements, chosen: Chosen) -> Narrowed:
    """Filter and count, each filter by its column."""
    columns = {
        "negotiation": statements.negotiation,
        "party": statements.party,
        "issue": statements.issue,
        "firmness": statements.firmness,
        "kind": statements.kinds,
        "language": statements.languages,
    }
    of_filters = {
        name: _passing(columns[name], name, wanted)
        for name, wanted in chosen.values.items()
        if wanted
    }
    of_days = _of_days(statements.stated_by, chosen)
    counts = {}
    for name in FACETS:
        others = [passing for other, passing in of_filters.items() if other != name]
        counts[name] = _count(_left(columns[name], [*others, *of_days]), name)
    places = range(len(statements.ids))
    return Narrowed(list(_left(places, [*of_filters.values(), *of_days])), counts)


def _passing(column: Sequence[Any], name: str, wanted: Collection[object]) -> Passing:
    chosen = set(wanted)
    if name in SEVERAL:
        return [not chosen.isdisjoint(several(each)) for each in column]
    return [each in chosen for each in column]


def _of_days(days: Sequence[str], chosen: Chosen) -> list[Passing]:
    """Return what passes the filters by day, one after the other."""
    found: list[Passing] = []
    if chosen.since is not None:
        first = chosen.since.isoformat()
        found.append([day >= first for day in days])
    if chosen.until is not None:
        last = chosen.until.isoformat()
        found.append([day <= last for day in days])
    return found


def _left(column: Iterable[Any], filters: Sequence[Passing]) -> Iterable[Any]:
    """Return what all filters leave of a column."""
    if not filters:
        return column
    return compress(column, filters[0] if len(filters) == 1 else map(_all, *filters))


def _all(*passed: bool) -> bool:
    return all(passed)


def _count(left: Iterable[Any], name: str) -> Counter[Any]:
    counted = Counter(left)
    if name not in SEVERAL:
        return counted
    each: Counter[Any] = Counter()
    for joined, number in counted.items():
        for value in several(joined):
            each[value] += number
    return each


@lru_cache(maxsize=1_000)
def several(joined: str) -> tuple[str, ...]:
    """Return each value once, of those that stand together in a column."""
    return tuple(sorted(set(joined.split())))
