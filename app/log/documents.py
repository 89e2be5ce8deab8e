"""What the log's documents of a position hold, as types, and what follows from one; pure.

Documents of earlier versions of the program may lack a field: who reads such a field says what stands for it.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypedDict, cast

from app.log.hearsay import attributed_by


class AttitudeDocument(TypedDict):
    """Of a position to an option; the option by its number."""

    option_id: int
    attitude: str
    condition: str | None
    inferred: bool


class LinkDocument(TypedDict):
    """To another issue, or to one of its options, by their numbers."""

    issue_id: int
    option_id: int | None
    kind: str


class QuoteDocument(TypedDict):
    """A quote as the version that rests on it had it; source, speaker and party by their numbers."""

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
    party_id: int | None  # spoken for when it was said


class PositionDocument(TypedDict):
    """One version of a position, whole; dates as ISO 8601 writes them, `stated_on` as imprecise as it is."""

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


class Period(TypedDict):
    """What the table of periods repeats of a document, so that the database can choose by it."""

    party_id: int
    issue_id: int
    status: str
    firmness: str
    attributed: bool
    option_ids: list[int]
    stated_from: date | None
    stated_by: date | None


def period_of(document: Mapping[str, Any]) -> Period:
    """Return what the table of periods says of this version of a position."""
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
