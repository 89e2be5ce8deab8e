"""Show the matrix and the common ground as the API answers them."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request

from app.core.clock import instant
from app.log.api_answers import next_link
from app.matrix.build import MatrixView
from app.matrix.frame import Frame
from app.matrix.grid import GridCell
from app.matrix.schemas import (
    CommonGroundData,
    MatrixCell,
    MatrixIssue,
    MatrixParty,
)
from app.models.vocabulary import PartyRole
from app.negotiations.views import IssueView, PartyView


def frame_json(frame: Frame) -> dict[str, Any]:
    """Return the matrix as the API returns it, but for its cells."""
    return {
        "negotiation": frame.negotiation.slug,
        "parties": [_party(p) for p in frame.columns],
        "issues": [_issue(issue) for issue in frame.rows],
    }


def common_ground_json(matrix: MatrixView) -> CommonGroundData:
    """Return the common ground on the issues shown as the API returns it."""
    grounds = matrix.ground.items()
    return {"issues": [{"issue": issue, "options": ground.options} for issue, ground in grounds]}


def cell_json(cell: GridCell, positions: Mapping[int, Any]) -> MatrixCell:
    """Return a cell as the API returns it; fields that do not apply to it are left out."""
    made: MatrixCell = {
        "party": cell.party,
        "issue": cell.issue,
        "positions_count": cell.positions_count,
        "position": positions[cell.position.id] if cell.position else None,
        "silence": cell.silence,
    }
    if cell.look is not None:
        made["look"] = {"looked_on": cell.look.looked_on, "where": cell.look.where}
    if cell.possible:
        made["possible"] = cell.possible
        made["possible_stated_on"] = cell.possible_stated_on
    if cell.order_uncertain:
        made["order_uncertain"] = cell.order_uncertain
    if cell.changed is not None:
        made["changed"] = cell.changed
        made["move"] = cell.move
    return made


def _party(p: PartyView) -> MatrixParty:
    return {
        "slug": p.slug,
        "name": p.name,
        "role": PartyRole(p.role),
        "consent_required": p.consent_required,
        "order": p.order,
    }


def _issue(i: IssueView) -> MatrixIssue:
    return {
        "slug": i.slug,
        "title": i.title,
        "group": i.group,
        "ordered": i.ordered,
        "options": i.options,
    }


def next_rows(request: Request, matrix: Frame) -> dict[str, str] | None:
    """Return the link to the next rows; it has both times, so that all pages are of one matrix."""
    pins = {"as_of": matrix.as_of.isoformat(), "known_at": instant(matrix.at.at)}
    return next_link(request, matrix.next, **pins)
