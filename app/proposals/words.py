"""Name in words the states and kinds of proposals, and why they are rejected."""

from collections.abc import Mapping

from app.models.vocabulary import ProposalKind, ProposalState, Rejection

REJECTIONS: Mapping[str, str] = {
    Rejection.NOT_CARRIED: "The quote does not say this",
    Rejection.WRONG_PARTY: "It is not about this party",
    Rejection.WRONG_SPEAKER: "Somebody else said it",
    Rejection.WRONG_OPTION: "Another option is meant",
    Rejection.WRONG_DATE: "It was said on another day",
    Rejection.KNOWN: "The cell says it already",
    Rejection.TORN: "The context says otherwise",
    Rejection.NOT_HERE: "It belongs to no issue here",
    Rejection.OTHER: "Another reason, in words",
}
STATES: Mapping[str, str] = {
    ProposalState.OPEN: "Waiting",
    ProposalState.PUT_OFF: "Put off",
    ProposalState.ACCEPTED: "Accepted",
    ProposalState.REJECTED: "Rejected",
    ProposalState.WITHDRAWN: "Withdrawn",
}
KINDS: Mapping[str, str] = {
    ProposalKind.POSITION: "a position",
    ProposalKind.SOURCE: "a source",
    ProposalKind.CORRECTION: "a correction",
}
