"""Validate what is sent about a position; JSON and forms share these models."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from app.core.input_models import (
    Day,
    Input,
    Instant,
    LeftOut,
    Line,
    Name,
    Prose,
    Query,
    Reason,
    Slug,
    Spoken,
    Words,
)
from app.core.input_models import Verbatim as Context
from app.models.vocabulary import Act, Attitude, Firmness, LinkKind, PositionStatus, QuoteKind

Condition = Name  # "only if …"
DateText = Annotated[str, Field(max_length=40)]
# A language tag, BCP 47.
Language = Annotated[str, Field(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", max_length=35)]
Number = Annotated[int, Field(strict=True, ge=1, lt=2**63)]

# What is sent of a quote beside its source and speaker, as it is stored.
SAID_OF_A_QUOTE = (
    "exact",
    "prefix",
    "suffix",
    "kind",
    "language",
    "translated_from",
    "translation",
    "said_on",
)


class SpeakerRef(Input):
    """Who said it: the saved speaker that is equal in all three fields, else a new one.

    Without `party`, it is the party of the position.
    """

    name: Name | None = None
    office: Name | None = None
    party: Slug | None = None

    @model_validator(mode="after")
    def _named(self) -> "SpeakerRef":
        if self.name is None and self.office is None:
            raise ValueError("a speaker needs a name, an office, or both")
        return self


class QuoteFields(Input):
    """The fields that new and kept quotes share."""

    source_id: Number | None = None
    exact: Words | None = None
    prefix: Context | None = None
    suffix: Context | None = None
    kind: QuoteKind = QuoteKind.DIRECT
    language: Language | None = None
    translated_from: Language | None = None
    translation: Prose | None = None
    said_on: DateText | None = None
    speaker: Name | SpeakerRef | None = None


class NewQuote(QuoteFields):
    """Words that are quoted for the first time."""

    source_id: Number
    exact: Words

    @property
    def id(self) -> None:
        """None: a new quote has no id yet, which tells it from a kept one."""
        return None


class KeptQuote(QuoteFields):
    """A quote that the cell has already and that is kept as it is."""

    id: Number


def _which(sent: object) -> str:
    return (
        "kept"
        if isinstance(sent, KeptQuote) or (isinstance(sent, Mapping) and "id" in sent)
        else "new"
    )


QuoteInput = Annotated[
    Annotated[NewQuote, Tag("new")] | Annotated[KeptQuote, Tag("kept")], Discriminator(_which)
]


class LinkInput(Input):
    """A link to another issue of the negotiation, or to one of its options."""

    issue: Slug
    option: Slug | None = None
    kind: LinkKind


class PositionContent(Input):
    """What a version of a position says."""

    act: Act = Act.STATES
    summary: Prose | None = None
    firmness: Firmness = Firmness.UNCLEAR
    attitudes: dict[Slug, Attitude] = {}
    conditions: dict[Slug, Condition] = {}
    inferred: list[Slug] = []
    salience: Annotated[int, Field(strict=True, ge=0, le=100)] | None = None
    links: Annotated[list[LinkInput], Field(max_length=100)] = []
    stated_on: DateText | None = None
    stated_from: DateText | None = None
    stated_by: DateText | None = None
    quotes: Annotated[list[QuoteInput], Field(max_length=500)] = []


class PositionInput(PositionContent):
    """A new position; required are its cell and, when published, its quotes."""

    negotiation: Slug
    party: Slug
    issue: Slug
    status: LeftOut[Literal["draft", "published"]] = None


class PositionPatch(PositionContent):
    """A JSON Merge Patch of a position, merged into the version that is there."""

    status: Literal["draft", "published"] | None = None
    reason: Reason | None = None


class RetractInput(Input):
    """Why a position is retracted."""

    reason: Reason


class CheckInput(Input):
    """Words to be checked against a saved source or a text sent along."""

    source_id: Number | None = None
    text: str | None = None
    exact: Annotated[str, Field(max_length=1_000_000), Spoken]
    prefix: Line | None = None
    suffix: Line | None = None

    @model_validator(mode="after")
    def _one_text(self) -> "CheckInput":
        if (self.source_id is None) == (self.text is None):
            raise ValueError("needs either source_id or text")
        return self


class PositionsQuery(Query):
    """Which positions to list."""

    negotiation: Annotated[
        Slug | None, Field(description="Only of this negotiation, by its slug.")
    ] = None
    party: list[Slug] = []
    issue: Annotated[
        list[Slug], Field(description="In every negotiation, unless one is given.")
    ] = []
    option: Annotated[list[Slug], Field(description="Any attitude to it.")] = []
    firmness: Annotated[
        list[Firmness], Field(description="Only positions with this firmness; may be repeated.")
    ] = []
    since: Annotated[Day | None, Field(description="`stated_by` on or after this day.")] = None
    until: Annotated[Day | None, Field(description="`stated_by` on or before this day.")] = None
    q: Annotated[
        str | None, Field(max_length=1000, description="Words in summary, conditions and quotes.")
    ] = None
    status: Annotated[
        PositionStatus | None, Field(description="Default published; takes an editor's token.")
    ] = None
    sort: Annotated[
        Literal["stated_on", "-stated_on", "recorded_at", "-recorded_at"],
        Field(
            description="`stated_on` in the order in which it was said, `recorded_at` in that of "
            "the newest versions; `-` for descending."
        ),
    ] = "-stated_on"
    limit: Annotated[int, Field(ge=1, le=500, description="Maximum number of results.")] = 100
    cursor: Annotated[
        str | None, Field(max_length=2000, description="From `meta.next`, with the same filters.")
    ] = None
    known_at: Annotated[
        Instant | None, Field(description="What the database held at this instant.")
    ] = None
