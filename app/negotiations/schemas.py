"""Define what the API takes and returns about negotiations, parties, seats and speakers."""

from typing import Annotated

from pydantic import Field, model_validator
from typing_extensions import TypedDict

from app.core.input_models import Day, Flag, Input, LeftOut, Line, Name, Prose, Slug
from app.http.described import DayText
from app.models.vocabulary import NegotiationStatus, PartyRole
from app.negotiations.views import IssueView, PartyView

Order = Annotated[int, Field(strict=True, ge=-1_000_000, le=1_000_000)]
Aliases = Annotated[list[Name], Field(max_length=200)]


class NegotiationInput(Input):
    """A negotiation."""

    slug: Slug
    title: Name
    summary: Prose | None = None
    status: NegotiationStatus = NegotiationStatus.ONGOING
    coded_through: Day | None = None
    licence: Line | None = None
    contact: Line | None = None
    method: Prose | None = None
    review: Flag = False
    invented: Flag = False


class PartyInput(Input):
    """A party, in whatever negotiations it takes part."""

    slug: Slug
    name: Name
    short_name: Line | None = None
    kind: Line | None = None
    aliases: Aliases = []
    wikidata_id: Annotated[str, Field(pattern=r"^Q[1-9][0-9]{0,15}$")] | None = None


class ParticipationInput(Input):
    """A party's part in a negotiation; consent is required of principals unless said otherwise."""

    party: Slug
    role: PartyRole = PartyRole.PRINCIPAL
    consent_required: LeftOut[Flag] = None
    order: LeftOut[Order] = None


class SpeakerInput(Input):
    """A speaker: a name, an office, or both."""

    name: Name | None = None
    office: Name | None = None
    party: Slug | None = None
    aliases: Aliases = []

    @model_validator(mode="after")
    def _named(self) -> "SpeakerInput":
        if self.name is None and self.office is None:
            raise ValueError("a speaker needs a name, an office, or both")
        return self


class Negotiation(TypedDict):
    slug: str
    title: str
    summary: str | None
    status: str
    coded_through: DayText | None
    licence: str | None
    contact: str | None
    method: str | None
    review: bool
    invented: bool
    parties: list[PartyView]
    issues: list[IssueView]


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
