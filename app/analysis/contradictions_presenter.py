"""Show contradictions and conditions as the API answers them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from typing_extensions import TypedDict

from app.analysis.contradiction_query import Entry
from app.analysis.contradictions import Opposed, SharedPassage
from app.matrix.conditions import Condition, OnNeeded, Standing
from app.matrix.contradictions import Kind
from app.positions.views import PositionView


class OpposedPositions(TypedDict):
    kind: Kind
    party: str
    issue: str
    days: int
    options: list[str]
    on: date
    before: PositionView
    after: PositionView


class UseOfWords(TypedDict):
    party: str
    position: int
    quote: int
    on: date


class SameWords(TypedDict):
    issue: str
    source: int
    exact: str
    on: date
    uses: list[UseOfWords]


class StandingOnNeeded(TypedDict):
    party: str
    standing: Standing | None
    position: int | None
    prefers: str | None
    condition: str | None
    inferred: bool
    attributed: bool


class NeededOption(TypedDict):
    issue: str
    option: str | None


class DependingPosition(TypedDict):
    party: str
    issue: str
    on: date
    needs: NeededOption
    own: StandingOnNeeded
    others: list[StandingOnNeeded]
    position: PositionView


class ContradictionsData(TypedDict):
    counts: dict[str, int]
    complete: bool
    opposed: list[OpposedPositions]
    same_words: list[SameWords]
    conditions: list[DependingPosition]


def contradictions_json(
    shown: Iterable[Entry],
    counts: dict[str, int],
    positions: Mapping[int, Any],
    *,
    complete: bool,
) -> ContradictionsData:
    """Show the entries of a window; `positions` has those in them, by number."""
    entries = list(shown)
    return {
        "counts": counts,
        "complete": complete,
        "opposed": [
            {
                "kind": one.kind,
                "party": one.party,
                "issue": one.issue,
                "days": one.days,
                "options": list(one.options),
                "on": one.on,
                "before": positions[one.before],
                "after": positions[one.after],
            }
            for one in entries
            if isinstance(one, Opposed)
        ],
        "same_words": [_same_words(one) for one in entries if isinstance(one, SharedPassage)],
        "conditions": [_condition(one, positions) for one in entries if isinstance(one, Condition)],
    }


def _same_words(one: SharedPassage) -> SameWords:
    return {
        "issue": one.issue,
        "source": one.source,
        "exact": one.exact,
        "on": one.on,
        "uses": [
            {"party": use.party, "position": use.position, "quote": use.quote, "on": use.on}
            for use in one.uses
        ],
    }


def _condition(one: Condition, positions: Mapping[int, Any]) -> DependingPosition:
    depends = one.depends
    return {
        "party": depends.party,
        "issue": depends.issue,
        "on": depends.on,
        "needs": {"issue": depends.needs_issue, "option": depends.needs_option},
        "own": _standing(one.own),
        "others": [_standing(other) for other in one.others],
        "position": positions[depends.position],
    }


def _standing(one: OnNeeded) -> StandingOnNeeded:
    return {
        "party": one.party,
        "standing": one.standing,
        "position": one.position,
        "prefers": one.preferred,
        "condition": one.condition,
        "inferred": one.inferred,
        "attributed": one.attributed,
    }


def lines_of(entry: Entry) -> int:
    """Return how many lines an entry has in an answer."""
    match entry:
        case SharedPassage():
            return len(entry.uses)
        case Condition():
            return len(entry.others)
    return 2


def fitting(entries: Sequence[Entry], *, most: int, most_lines: int) -> Sequence[Entry]:
    """Return the first entries that fit into one answer, at least one."""
    lines = 0
    for place, entry in enumerate(entries[:most]):
        lines += lines_of(entry)
        if lines > most_lines and place:
            return entries[:place]
    return entries[:most]
