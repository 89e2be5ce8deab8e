"""Define the types of responses that no dataclass defines, for the OpenAPI description alone.

A docstring of a class here is published in the description.
"""

from datetime import date, datetime
from typing import NotRequired

from typing_extensions import TypedDict

from app.feeds.changes import Entry
from app.models.vocabulary import Mismatch, PartyRole, QuoteKind, Verification
from app.negotiations.views import IssueView, NegotiationView, OptionView, PartyView
from app.positions.views import PositionView, SourceView, SpeakerView, TombstoneView

__all__ = ["Entry", "IssueView", "NegotiationView", "PositionView"]


class Party(TypedDict):
    slug: str
    name: str
    short_name: str | None
    kind: str | None
    aliases: list[str]
    wikidata_id: str | None


class Participation(TypedDict):
    negotiation: str
    party: str
    name: str
    role: PartyRole
    consent_required: bool
    order: int
    merged_into: str | None


class Speaker(TypedDict):
    id: int
    uid: str
    name: str | None
    office: str | None
    party: str | None
    aliases: list[str]


class Issue(TypedDict):
    negotiation: str
    slug: str
    title: str
    question: str | None
    group: str | None
    ordered: bool
    options: list[OptionView]
    notes: str | None
    order: int


class Negotiation(TypedDict):
    slug: str
    title: str
    summary: str | None
    status: str
    coded_through: date | None
    licence: str | None
    contact: str | None
    method: str | None
    review: bool
    parties: list[PartyView]
    issues: list[IssueView]


class Source(TypedDict):
    id: int
    uid: str
    url: str | None
    reference: str | None
    title: str
    publisher: str | None
    author: str | None
    published_on: str | None
    accessed_on: str | None
    kind: str | None
    language: str | None
    archive_url: str | None
    licence: str | None
    text_sha256: str | None
    redacted: dict[str, TombstoneView] | None
    link: str


class Look(TypedDict):
    id: int
    uid: str
    negotiation: str
    party: str
    issue: str
    looked_on: date
    where: str | None
    by: str | None


class Quote(TypedDict):
    id: int
    uid: str
    exact: str
    prefix: str | None
    suffix: str | None
    kind: QuoteKind
    language: str | None
    translated_from: str | None
    translation: str | None
    said_on: str | None
    verification: Verification
    start: int | None
    end: int | None
    segments: list[list[int]] | None
    speaker: SpeakerView | None
    source: SourceView
    link: str | None
    speaker_id: int | None
    redacted: TombstoneView | None
    page: int | None
    positions: list[int]
    url: str


class Closest(TypedDict):
    exact: str
    start: int
    end: int


class QuoteCheck(TypedDict):
    verification: Verification
    start: int | None
    end: int | None
    segments: list[list[int]] | None
    prefix: str | None
    suffix: str | None
    closest: Closest | None
    reason: Mismatch | None  # why it is a mismatch


class Fault(TypedDict):
    pointer: NotRequired[str]
    parameter: NotRequired[str]
    detail: str
    # Both only if a quote does not match the text of its source.
    closest: NotRequired[Closest | None]
    reason: NotRequired[Mismatch | None]


class Problem(TypedDict):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request: str | None
    errors: list[Fault]


class Meta(TypedDict):
    """Which times an answer was given for, and where the next part is."""

    known_at: datetime
    revision: int
    next: NotRequired[str | None]
    as_of: NotRequired[date]
    changed_since: NotRequired[int]
    total_cells: NotRequired[int]
