"""Present proposals as the API shows them."""

from collections.abc import Iterable
from typing import Any

from app.core.clock import instant
from app.models.proposal import Proposal
from app.models.vocabulary import ProposalKind, ProposalState
from app.proposals.queries import Found

# Warnings that tell of drafts, or of what others propose: for editors only.
FOR_EDITORS = frozenset({"same_words", "taken_before", "proposed_too"})


def proposal_json(found: Found, *, editor: bool) -> dict[str, Any]:
    """Return a proposal; without `editor` without what only editors may know."""
    row = found.row
    made = row.kind != ProposalKind.POSITION or row.state == ProposalState.ACCEPTED
    return {
        "id": row.id,
        "uid": str(row.uid),
        "kind": row.kind,
        "state": row.state,
        "negotiation": found.negotiation,
        "party": found.party,
        "issue": found.issue,
        "request": row.request,
        "note": row.note,
        "account": row.by,
        "proposed_by": row.proposed_by,
        "proposed_at": instant(row.proposed_at),
        "same_as": row.same_as_id if editor or found.first_by == row.account_id else None,
        "warnings": warnings_for(row, editor=editor),
        "decided_at": row.decided_at and instant(row.decided_at),
        "decided_by": row.decided_by,
        "mended": row.mended,
        "why": row.why,
        "reason": row.reason,
        "position": row.position_id if made else None,
        "source": row.source_id,
        "url": f"/proposals/{row.id}",
    }


def warnings_for(row: Proposal, *, editor: bool) -> list[dict[str, Any]]:
    """Return the warnings of a proposal that this reader may know."""
    return [w for w in row.warnings if editor or w.get("code") not in FOR_EDITORS]


def proposals_json(rows: Iterable[Found], *, editor: bool) -> list[dict[str, Any]]:
    """Return several proposals."""
    return [proposal_json(found, editor=editor) for found in rows]
