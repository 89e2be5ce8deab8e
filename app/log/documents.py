"""Type the documents (snapshots) of positions, and derive a position's period from one.

Documents written by earlier versions of the program may lack a field: code that reads such a field
has to give a default.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypedDict, cast

from app.log.hearsay import attributed_by


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
