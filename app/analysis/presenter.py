"""Show the analyses as the API answers them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import cast

from app.analysis import coverage as found_by
from app.analysis.agreement import Pair
from app.analysis.coverage import CoverageReport
from app.analysis.coverage_counts import Counts
from app.analysis.schemas import (
    AgreementData,
    CoverageData,
    Gap,
    Mismatched,
    Move,
    Redated,
    Stale,
    Thin,
    TimelineCell,
    TimelineData,
    TurnPosition,
)
from app.analysis.schemas import Turn as TurnData
from app.analysis.timelines import Turn, move_kind
from app.matrix.build import stand_of
from app.matrix.grid import LookView
from app.matrix.schemas import NewestLook
from app.models.vocabulary import Firmness, MoveKind
from app.negotiations.code_book import CodeBook
from app.positions.views import PositionView

Ranks = Mapping[tuple[str, str], float | None]  # by issue and option


def ranks_of(book: CodeBook) -> Ranks:
    """Return the ranks of the options of ordered issues."""
    return {
        (i["slug"], o["slug"]): o["rank"]
        for i in book.issues
        if i["ordered"]
        for o in book.options[i.id]
    }


def agreement_json(pairs: list[Pair]) -> AgreementData:
    """Present the agreement of pairs of parties."""
    return {"pairs": pairs}


def move_json(turn: Turn, seen: Mapping[int, PositionView], ranks: Ranks) -> Move:
    """Show a move; `seen` has its positions, `ranks` those of the options of ordered issues."""
    kind = move_kind(turn, seen)
    before, after = seen.get(turn.before or 0), seen[turn.position]
    preferred = [stand_of(p).preferred if p else None for p in (before, after)]
    moved = [ranks.get((turn.issue, option)) if option else None for option in preferred]
    return {
        "party": turn.party,
        "issue": turn.issue,
        "kind": kind,
        "on": turn.on,
        "before": before,
        "after": after,
        "ranks": moved if kind == MoveKind.MOVED and moved != [None, None] else None,
    }


def timeline_json(
    days: Sequence[tuple[date, int]],
    cells: Sequence[Sequence[Turn]],
    seen: Mapping[int, PositionView],
) -> TimelineData:
    """Show how much was said on which day, and the turns of each cell.

    `seen` has their positions.
    """
    return {
        "days": [{"day": day, "positions": n} for day, n in days],
        "cells": [_timeline_cell(turns, seen) for turns in cells],
    }


def _timeline_cell(turns: Sequence[Turn], seen: Mapping[int, PositionView]) -> TimelineCell:
    return {
        "party": turns[0].party,
        "issue": turns[0].issue,
        "positions": [_turn(turn, seen) for turn in turns],
    }


def _turn(turn: Turn, seen: Mapping[int, PositionView]) -> TurnData:
    return {
        "from": turn.on,
        "until": turn.until,
        "kind": move_kind(turn, seen),
        "position": _light(seen[turn.position]),
    }


def _light(p: PositionView) -> TurnPosition:
    return {
        "id": p.id,
        "stated_on": cast("str", p.stated_on),  # as the next two: only drafts lack it
        "stated_from": cast("str", p.stated_from),
        "stated_by": cast("str", p.stated_by),
        "act": p.act,
        "summary": p.summary,
        "firmness": Firmness(p.firmness),
        "attitudes": p.attitudes,
        "conditions": p.conditions,
        "inferred": p.inferred,
        "attributed_by": p.attributed_by,
        "url": p.url,
    }


def coverage_json(found: CoverageReport, counts: Counts) -> CoverageData:
    """Show what is missing or weak; each item names its cell and related ids."""
    return {
        "counts": counts.as_json(),
        "never_searched": [{"party": c.party, "issue": c.issue} for c in found.never],
        "searched": [_searched(c) for c in found.searched],
        "stale": [_stale(c) for c in found.stale],
        "single_source": [_thin(t.position) for t in found.thin if t.one_source],
        "reported_only": [_thin(t.position) for t in found.thin if t.reported_only],
        "mismatched": [_mismatched(u) for u in found.unmatched],
        "redated": [_redated(r) for r in found.redated],
    }


def _searched(c: found_by.CellGap) -> Gap:
    made: Gap = {"party": c.party, "issue": c.issue}
    if c.look is not None:
        made["look"] = _look(c.look)
    return made


def _look(look: LookView) -> NewestLook:
    return {"looked_on": look.looked_on, "where": look.where, "by": look.by}


def _stale(c: found_by.StaleCell) -> Stale:
    return {
        "party": c.party,
        "issue": c.issue,
        "last": c.last,
        "days": c.days,
        "position": c.position,
        "look": _look(c.look) if c.look else None,
    }


def _thin(p: PositionView) -> Thin:
    sources = sorted({q.source.id for q in p.quotes})
    return {"party": p.party, "issue": p.issue, "position": p.id, "sources": sources}


def _mismatched(u: found_by.Unmatched) -> Mismatched:
    return {
        "party": u.position.party,
        "issue": u.position.issue,
        "position": u.position.id,
        "quote": u.quote.id,
        "exact": u.quote.exact,
        "source": u.quote.source.id,
    }


def _redated(r: found_by.RedatedPosition) -> Redated:
    return {
        "party": r.position.party,
        "issue": r.position.issue,
        "position": r.position.id,
        "stated_by": cast("str", r.position.stated_by),  # it is published
        "would_be": r.stated_by,
        "problem": r.problem,
    }
