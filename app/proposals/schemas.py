"""Validate what is proposed, and define how the API shows a proposal."""

from typing import Annotated, Any, NotRequired

from pydantic import AfterValidator, Field, model_validator
from typing_extensions import TypedDict

from app.core.input_models import Input, LeftOut, Name, Prose, Query, Reason, Slug, Words
from app.core.lookalikes import find_unseen
from app.http.described import Fault
from app.models.vocabulary import ProposalKind, ProposalState, Rejection
from app.positions.schemas import Number, PositionContent, QuoteFields
from app.sources.schemas import SourceInput, Text

MOST_QUOTES = 20
MOST_AT_ONCE = 100  # proposals in one request


def _seen(value: str) -> str:
    """Refuse characters that nobody sees: readers are told this name."""
    if found := find_unseen(value):
        raise ValueError(f"has the invisible character {found[1]}")
    return value


Short = Annotated[Name, Field(max_length=200), AfterValidator(_seen)]
LongNote = Annotated[Prose, Field(max_length=5_000)]


class ProposedBy(Input):
    """Who found it: a person, or a program with its model, version, run and prompt."""

    person: Short | None = None
    tool: Short | None = None
    model: Short | None = None
    version: Short | None = None
    run: Short | None = None
    prompt_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "ProposedBy":
        if (self.person is None) == (self.tool is None):
            raise ValueError("needs either person or tool")
        if self.person and (self.model or self.version or self.run or self.prompt_sha256):
            raise ValueError("only a tool has a model, a version, a run and a prompt")
        return self


class ProposedQuote(QuoteFields):
    """Words of a saved source or, without `source_id`, of the one that is proposed along."""

    exact: Words


class ProposedPosition(PositionContent):
    """A position with its quotes, and its cell."""

    negotiation: Slug
    party: Slug
    issue: Slug
    quotes: Annotated[  # type: ignore[assignment]  # new ones only
        list[ProposedQuote], Field(min_length=1, max_length=MOST_QUOTES)
    ]


class ProposedSource(SourceInput):
    """A source with its text, which is needed to check quotes."""

    text: Text


class ProposedCorrection(Input):
    """A JSON Merge Patch of a published position in the version that was seen, and why."""

    position: Number
    version: Number
    changes: dict[str, Any]
    reason: Reason


class ProposalInput(Input):
    """A position, a source or a correction that somebody proposes.

    A position or a correction may bring a new source along: its quotes without `source_id`.
    """

    kind: ProposalKind
    position: LeftOut[ProposedPosition] = None
    correction: LeftOut[ProposedCorrection] = None
    source: LeftOut[ProposedSource] = None
    negotiation: Annotated[
        LeftOut[Slug], Field(description="For which inbox a source is meant.")
    ] = None
    proposed_by: Annotated[
        LeftOut[ProposedBy], Field(description="Left out: the account, as a person.")
    ] = None
    note: Annotated[
        LongNote | None, Field(description="For the editors; readers never see it.")
    ] = None

    @model_validator(mode="after")
    def _of_its_kind(self) -> "ProposalInput":
        if getattr(self, self.kind) is None:
            raise ValueError(f"a proposal of this kind needs {self.kind}")
        other = {"position": "correction", "correction": "position"}
        for name in ("position", "correction"):
            if getattr(self, name) is not None and self.kind != name:
                raise ValueError(f"a proposal of the kind {self.kind} has no {name}")
        if self.negotiation is not None and self.kind in other:
            raise ValueError("only a source names a negotiation beside itself")
        return self


class ProposalBatch(Input):
    """Several proposals: all are taken or none."""

    proposals: Annotated[list[ProposalInput], Field(min_length=1, max_length=MOST_AT_ONCE)]


class Withdrawal(Input):
    """Why one's own proposal is withdrawn; editors see it."""

    reason: LongNote | None = None


class ProposalsQuery(Query):
    """Which proposals to list."""

    negotiation: Annotated[
        Slug | None, Field(description="Only for this negotiation, by its slug.")
    ] = None
    state: Annotated[
        list[ProposalState], Field(description="Only in this state; may be repeated.")
    ] = []
    kind: Annotated[list[ProposalKind], Field(description="Only of this kind.")] = []
    party: Annotated[list[Slug], Field(description="Only for this party.")] = []
    issue: Annotated[list[Slug], Field(description="Only on this issue.")] = []
    mine: Annotated[bool, Field(description="Only those of one's own account.")] = False
    limit: Annotated[int, Field(ge=1, le=200, description="Maximum number of results.")] = 50
    cursor: Annotated[
        str | None, Field(max_length=2000, description="From `meta.next`, with the same filters.")
    ] = None


class InboxQuery(Query):
    """Which proposals the inbox shows, and what was done last."""

    state: ProposalState = ProposalState.OPEN
    party: Slug | None = None
    issue: Slug | None = None
    source: Annotated[int | None, Field(ge=1, lt=2**63)] = None
    by: Annotated[str | None, Field(max_length=200)] = None  # the proposer's account
    model: Annotated[str | None, Field(max_length=200)] = None
    flagged: bool = False  # only those that are worth a second look
    after: Annotated[int | None, Field(ge=1, lt=2**63)] = None


class Warned(Fault):
    """What a second look is worth; `code` names the kind."""

    code: NotRequired[str]


class Proposal(TypedDict):
    """What is proposed, and what became of it; `request` is as sent, without a source's text."""

    id: int
    uid: str
    kind: ProposalKind
    state: ProposalState
    negotiation: str | None
    party: str | None
    issue: str | None
    # Null once it was redacted.
    request: dict[str, Any] | None
    note: str | None
    account: str
    proposed_by: dict[str, str]
    proposed_at: str
    # An equal one that was made before: both share one decision.
    same_as: int | None
    warnings: list[Warned]
    decided_at: str | None
    decided_by: str | None
    # The fields that the editor changed; empty where it was accepted as it was.
    mended: list[str] | None
    why: Rejection | None
    reason: str | None
    # The position that was made or corrected, and the source that was made.
    position: int | None
    source: int | None
    url: str


class Agreement(TypedDict):
    """With people's own coding of the same sources; each option of each cell is one value."""

    sources: int
    cells: int
    values: int
    differ: int
    # Krippendorff's alpha and Gwet's AC1; null where they are not defined.
    alpha: float | None
    ac1: float | None


class ProposerFigures(TypedDict):
    """What became of the proposals of one account by one person or run of a program."""

    account: str
    proposed_by: dict[str, str]
    proposed: int
    refused: int
    refused_why: dict[str, int]
    repeated: int
    waiting: int
    accepted: int
    mended: int
    mended_in: dict[str, int]
    rejected: int
    withdrawn: int
    rejected_why: dict[str, int]
    agreement: Agreement | None
