"""Type the documents (snapshots) of all objects, and derive a position's period from one.

Documents written by earlier versions of the program may lack a field: code that reads such a field
has to give a default.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, NotRequired, TypedDict, cast

from app.log.hearsay import attributed_by


class NegotiationDocument(TypedDict):
    """A negotiation; `coded_through` is the day up to which its sources have been read."""

    uid: str
    slug: str
    title: str
    summary: str | None
    status: str
    coded_through: str | None
    licence: str | None
    contact: str | None
    method: str | None
    review: bool
    invented: NotRequired[bool]  # missing in entries older than practice negotiations


class PartyDocument(TypedDict):
    """A party, whichever negotiations it takes part in."""

    uid: str
    slug: str
    name: str
    short_name: str | None
    kind: str | None
    aliases: list[str]
    wikidata_id: str | None


class ParticipationDocument(TypedDict):
    """A party's part in one negotiation."""

    negotiation_id: int
    party_id: int
    role: str
    consent_required: bool
    ordinal: int
    merged_into_id: NotRequired[int | None]  # missing in entries older than merging


class SpeakerDocument(TypedDict):
    """A speaker; not public while only drafts name the speaker."""

    uid: str
    name: str | None
    office: str | None
    party_id: int | None
    aliases: list[str]
    public: bool


class IssueDocument(TypedDict):
    """An issue without its options."""

    uid: str
    negotiation_id: int
    slug: str
    title: str
    question: str | None
    group: str | None
    ordinal: int
    ordered: bool
    notes: str | None


class OptionDocument(TypedDict):
    """An option of an issue."""

    issue_id: int
    slug: str
    label: str
    rank: float | None
    status_quo: bool
    retired: bool
    merged_into_id: int | None


class CheckedQuote(TypedDict):
    """Result of checking a quote again, in an entry of its source."""

    quote: int
    verification: str


class SourceDocument(TypedDict):
    """A source without its text."""

    uid: str
    url: str | None
    url_key: str | None
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
    redacted: NotRequired[dict[str, Any]]  # tombstones by what was redacted
    checks: NotRequired[list[CheckedQuote]]  # in entries that check its quotes again


class LookDocument(TypedDict):
    """A note that a cell was searched and nothing was found."""

    uid: str
    negotiation_id: int
    party_id: int
    issue_id: int
    looked_on: str
    where: str | None
    by: str | None


class ReadingDocument(TypedDict):
    """How far an editor has read a source for a negotiation."""

    negotiation_id: int
    source_id: int
    state: str
    reason: str | None
    by: str | None


class ProposalDocument(TypedDict):
    """A proposal; `request` is what was sent, without the text of a source."""

    uid: str
    kind: str
    state: str
    negotiation_id: int | None
    party_id: int | None
    issue_id: int | None
    source_ids: list[int]
    position_id: int | None
    position_version: int | None
    source_id: int | None
    account_id: int
    by: str
    proposed_by: dict[str, str]
    note: str | None
    request: dict[str, Any] | None
    warnings: list[dict[str, Any]]
    fingerprint: str
    same_as_id: int | None
    proposed_at: str
    decided_at: str | None
    decided_by: str | None
    mended: list[str] | None
    why: str | None
    reason: str | None
    redacted: NotRequired[dict[str, Any]]  # its tombstone


class ProposedDocument(TypedDict):
    """Who proposed a version of a position, and who accepted it."""

    version: int
    kind: str
    proposed_by: dict[str, str]
    account: str
    accepted_by: str | None
    mended: list[str]


class AttitudeDocument(TypedDict):
    """An attitude of a position to an option; the option by its id."""

    option_id: int
    attitude: str
    condition: str | None
    inferred: bool


class LinkDocument(TypedDict):
    """A link to another issue or to one of its options, by their ids."""

    issue_id: int
    option_id: int | None
    kind: str


class QuoteDocument(TypedDict):
    """A quote as the version that uses it had it; source, speaker and party by their ids."""

    id: int
    uid: str
    source_id: int
    exact: str
    prefix: str | None
    suffix: str | None
    kind: str
    language: str | None
    translated_from: str | None
    translation: str | None
    said_on: str | None
    speaker_id: int | None
    office: str | None
    party_id: int | None  # the party that the speaker spoke for when it was said
    redacted: NotRequired[dict[str, Any]]  # its tombstone


class PositionDocument(TypedDict):
    """One complete version of a position; dates are ISO 8601, `stated_on` may lack day or month."""

    uid: str
    negotiation_id: int
    party_id: int
    issue_id: int
    status: str
    act: str
    summary: str | None
    firmness: str
    salience: int | None
    stated_on: str | None
    stated_from: str | None
    stated_by: str | None
    from_by_hand: bool
    by_by_hand: bool
    attitudes: list[AttitudeDocument]
    links: list[LinkDocument]
    quotes: list[QuoteDocument]
    redacted: NotRequired[dict[str, Any]]  # tombstones by field
    recoded_as: NotRequired[int]  # the position that took its place under another party
    recoded_from: NotRequired[int]  # the position whose place it took
    proposals: NotRequired[list[ProposedDocument]]  # those that it was made or corrected by
    first_published: NotRequired[str | None]  # in the database that it comes from, or by its origin


# What the log says of each kind of object.
DOCUMENTS: dict[str, type] = {
    "negotiation": NegotiationDocument,
    "party": PartyDocument,
    "participation": ParticipationDocument,
    "speaker": SpeakerDocument,
    "issue": IssueDocument,
    "option": OptionDocument,
    "source": SourceDocument,
    "look": LookDocument,
    "reading": ReadingDocument,
    "position": PositionDocument,
    "proposal": ProposalDocument,
}


class Period(TypedDict):
    """The fields of a document that the table of spells repeats, so that SQL can select by them."""

    party_id: int
    issue_id: int
    status: str
    firmness: str
    attributed: bool
    option_ids: list[int]
    stated_from: date | None
    stated_by: date | None


def period_of(document: Mapping[str, Any]) -> Period:
    """Return the fields that the table of spells has for this version of a position."""
    position = cast(PositionDocument, document)
    return {
        "party_id": position["party_id"],
        "issue_id": position["issue_id"],
        "status": position["status"],
        "firmness": position["firmness"],
        "attributed": bool(attributed_by(position)),
        "option_ids": [attitude["option_id"] for attitude in position["attitudes"]],
        "stated_from": _day(position["stated_from"]),
        "stated_by": _day(position["stated_by"]),
    }


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
