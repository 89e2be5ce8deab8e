"""Filter the positions found, and count what each value of a filter would leave; pure."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.search.schemas import FACETS
from app.search.statements import Statement

DATES = "dates"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The values chosen of each filter, those of parties and the like by id, and two days."""

    values: Mapping[str, Collection[object]]
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The positions that pass all filters, and by filter and value those that pass all others."""

    found: Sequence[Statement]
    counts: Mapping[str, Counter[Any]]


def narrow(statements: Sequence[Statement], chosen: Chosen) -> Narrowed:
    """Filter and count in one go."""
    found = []
    counts: dict[str, Counter[Any]] = {name: Counter() for name in FACETS}
    for one in statements:
        values = _values(one)
        failed = _failed(one, values, chosen)
        if not failed:
            found.append(one)
            for name in FACETS:
                counts[name].update(values[name])
        elif len(failed) == 1 and failed[0] != DATES:
            counts[failed[0]].update(values[failed[0]])
    return Narrowed(found, counts)


def _values(one: Statement) -> dict[str, tuple[object, ...]]:
    return {
        "negotiation": (one.negotiation,),
        "party": (one.party,),
        "issue": (one.issue,),
        "firmness": (one.firmness,),
        "kind": one.kinds,
        "language": one.languages,
    }


def _failed(one: Statement, values: Mapping[str, tuple[object, ...]], chosen: Chosen) -> list[str]:
    """List the filters that a position does not pass."""
    failed = [
        name
        for name, wanted in chosen.values.items()
        if wanted and not any(value in wanted for value in values[name])
    ]
    early = chosen.since is not None and one.stated_by < chosen.since
    late = chosen.until is not None and one.stated_by > chosen.until
    return [*failed, DATES] if early or late else failed
