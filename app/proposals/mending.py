"""Say what an editor changed in a proposal, and who proposed and accepted it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.models.proposal import Proposal
from app.models.vocabulary import ProposalKind
from app.positions.merge_patch import merge
from app.positions.phrases import bare_condition
from app.positions.queries import get_position
from app.positions.schemas import PositionContent
from app.proposals.checks import content, newest_view, only_content
from app.proposals.schemas import ProposedPosition
from app.proposals.second_look import folded


def stamp(row: Proposal, editor: str, mended: Sequence[str]) -> Mapping[str, Any]:
    """Return what a version of a position says of the proposal that it was made of."""
    return {
        "kind": row.kind,
        "proposed_by": row.proposed_by,
        "account": row.by,
        "accepted_by": editor,
        "mended": list(mended),
    }


def changed(proposed: PositionContent, saved: PositionContent) -> list[str]:
    """Return the names of what an editor changed in a proposed position, in order."""
    names = [
        name
        for name in PositionContent.model_fields
        if name != "quotes" and _plain(name, proposed) != _plain(name, saved)
    ]
    for part in ("exact", "speaker", "said_on", "kind", "translation"):
        if _of_quotes(proposed, part) != _of_quotes(saved, part):
            names.append("quotes" if part == "exact" else part)
    return names


def _plain(name: str, of: PositionContent) -> Any:
    value = getattr(of, name)
    if name == "conditions":
        return {slug: bare_condition(text) for slug, text in value.items()}
    if name == "inferred":
        return sorted(value)
    return value or None


def _of_quotes(of: PositionContent, part: str) -> list[Any]:
    values = [getattr(q, part) if q.id is None else q.id for q in of.quotes]
    return [folded(v) if part == "exact" and isinstance(v, str) else v for v in values]


async def proposed_content(session: AsyncSession, row: Proposal) -> PositionContent:
    """Return the content that a proposal asks for, merged into the position that it corrects."""
    request = row.request or {}
    if row.kind == ProposalKind.POSITION:
        return content(ProposedPosition.model_validate(request["position"]), None)
    position = await get_position(session, row.position_id or 0)
    view = await newest_view(session, position)
    return only_content(merge(view, request["correction"]["changes"]))
