"""The kinds of objects in the log, and the live tables that hold them."""

from typing import Any

from app.models.base import Base
from app.models.issue import Issue, Option
from app.models.negotiation import Negotiation, Participation, Party, Speaker
from app.models.position import Look, Position
from app.models.proposal import Proposal
from app.models.source import Source, SourceReading

LIVE: dict[str, type[Base]] = {
    "negotiation": Negotiation,
    "party": Party,
    "participation": Participation,
    "speaker": Speaker,
    "issue": Issue,
    "option": Option,
    "source": Source,
    "look": Look,
    "reading": SourceReading,
    "position": Position,
    "proposal": Proposal,
}
_KINDS = {model: kind for kind, model in LIVE.items()}


def kind_of(row: Any) -> str:
    """Return the kind under which the log knows a live row."""
    return _KINDS[type(row)]
