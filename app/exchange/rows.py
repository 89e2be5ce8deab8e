"""What each row must be: read by the same types and models as what API and forms send in."""

import json
import re
from functools import lru_cache
from typing import Annotated, Any, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import Field, ValidationError

from app.core.clock import parse_instant
from app.core.forms import Day, Input, Instant, Line, Prose, Slug, Words
from app.core.forms import Verbatim as Context
from app.exchange.faults import Faults
from app.exchange.layout import Table
from app.exchange.tables import Row
from app.issues.schemas import IssueFields, OptionInput
from app.models.vocabulary import Attitude, LinkKind, PositionStatus, QuoteKind, Verification
from app.negotiations.schemas import NegotiationInput, ParticipationInput, PartyInput, SpeakerInput
from app.positions.schemas import Condition, Language, LinkInput, PositionContent
from app.sources.schemas import PartialDate, SourceFields

OWN_KEYS = uuid5(NAMESPACE_URL, "https://parley.example/keys")
UUID_FORM = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
TRUE, FALSE = {"true", "1", "yes"}, {"false", "0", "no"}
KEYS = {  # columns that hold keys, and of which table
    "speakers": {"uid": "speakers"},
    "sources": {"uid": "sources"},
    "positions": {"uid": "positions"},
    "attitudes": {"position": "positions"},
    "links": {"position": "positions"},
    "quotes": {"uid": "quotes", "position": "positions", "source": "sources", "speaker": "speakers"},
    "looks": {"uid": "looks"},
}


@lru_cache(maxsize=1 << 16)
def uid(package: str, table: str, key: str) -> UUID:
    """The UUID that a key stands for: itself, or one that is the same whenever the package is read again."""
    return UUID(key) if UUID_FORM.fullmatch(key) else uuid5(OWN_KEYS, f"{package}\0{table}\0{key}")


Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Version = Annotated[int, Field(ge=1, lt=2**62)]
Offset = Annotated[int, Field(strict=True, ge=0, lt=2**31)]


class NegotiationRow(NegotiationInput):
    version: Version = 1


class PartyRow(PartyInput):
    version: Version = 1


class ParticipationRow(ParticipationInput):
    negotiation: Slug
    merged_into: Slug | None = None
    version: Version = 1


class SpeakerRow(SpeakerInput):
    uid: UUID
    version: Version = 1


class IssueRow(IssueFields):
    negotiation: Slug
    version: Version = 1


class OptionRow(OptionInput):
    negotiation: Slug
    issue: Slug
    merged_into: Slug | None = None
    version: Version = 1


class SourceRow(SourceFields):
    uid: UUID
    text_sha256: Sha256 | None = None
    text: str | None = None  # path of its file
    version: Version = 1


class PositionRow(PositionContent):
    uid: UUID
    version: Version = 1
    negotiation: Slug
    party: Slug
    issue: Slug
    status: PositionStatus = PositionStatus.PUBLISHED
    by_hand: Line | None = None
    action: Annotated[str, Field(pattern=r"^[a-z]+(_[a-z]+)*$", max_length=40)] = "imported"
    reason: Prose | None = None
    recorded_at: Instant | None = None
    recorded_by: Line | None = None
    first_published: Instant | None = None


class AttitudeRow(Input):
    position: UUID
    version: Version = 1
    option: Slug
    attitude: Attitude
    condition: Condition | None = None
    inferred: bool = False


class LinkRow(Input):
    position: UUID
    version: Version = 1
    issue: Slug
    option: Slug | None = None
    kind: LinkKind


def link_input(row: LinkRow) -> LinkInput:
    return LinkInput(issue=row.issue, option=row.option, kind=row.kind)


class QuoteRow(Input):
    uid: UUID
    position: UUID
    source: UUID
    exact: Words
    prefix: Context | None = None
    suffix: Context | None = None
    kind: QuoteKind = QuoteKind.DIRECT
    language: Language | None = None
    translated_from: Language | None = None
    translation: Prose | None = None
    said_on: PartialDate | None = None
    speaker: UUID | None = None
    office: Line | None = None
    party: Slug | None = None
    verification: Verification = Verification.UNVERIFIED
    start: Offset | None = None
    end: Offset | None = None
    segments: Annotated[list[tuple[Offset, Offset]], Field(max_length=10_000)] | None = None
    filled: Line | None = None


class LookRow(Input):
    uid: UUID
    negotiation: Slug
    party: Slug
    issue: Slug
    looked_on: Day
    where: Prose | None = None
    by: Line | None = None
    version: Version = 1


M = TypeVar("M", bound=Input)


def read_row(model: type[M], table: Table, row: Row, package: str, faults: Faults, path: str) -> M | None:
    """Make of a row what its table is about; None, and its faults noted, where it cannot be."""
    given: dict[str, Any] = {}
    keys = KEYS.get(table.name, {})
    clean = True
    for column in table.columns:
        cell = row[column.name]
        if cell is None:
            if column.needed and column.name in row.at:
                faults.add(path, row.line, column.name, "is empty")
                clean = False
            elif column.needed:
                clean = False  # noted once, of the whole column
            continue
        try:
            given[column.name] = (
                uid(package, keys[column.name], cell) if column.name in keys else _value(column.type, cell)
            )
        except ValueError as error:
            faults.add(path, row.line, column.name, str(error))
            clean = False
    if "aliases" in given:
        given["aliases"] = [a for a in split_list(given["aliases"]) if a.strip()]
    if table.name == "positions":
        given.pop("quotes", None)
    if not clean:
        # What is wrong with the rest of the row is said as well; what is needed and missing has been said.
        said = {c.name for c in table.columns if c.needed and c.name not in given}
    else:
        said = set()
    try:
        made = model.model_validate(given)
    except ValidationError as error:
        for found in error.errors(include_url=False, include_context=False, include_input=False):
            where = str(found["loc"][0]) if found["loc"] else table.key[0]
            if where not in said:
                faults.add(path, row.line, where, found["msg"].removeprefix("Value error, "))
        return None
    return made if clean else None


def split_list(cell: str) -> list[str]:
    """Read texts parted by |; one that is part of a text stands behind a backslash, as does a backslash."""
    return [re.sub(r"\\(.)", r"\1", part, flags=re.S) for part in re.findall(r"(?:\\.|[^|\\])+", cell, re.S)]


def join_list(texts: list[str]) -> str:
    return "|".join(re.sub(r"([|\\])", r"\\\1", text) for text in texts)


def _value(type_: str, cell: str) -> object:
    match type_:
        case "integer":
            if not re.fullmatch(r"[+-]?[0-9]{1,18}", cell):
                raise ValueError(f"“{cell[:40]}” is not a whole number")
            return int(cell)
        case "number":
            if not re.fullmatch(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?([eE][+-]?[0-9]{1,2})?", cell):
                raise ValueError(f"“{cell[:40]}” is not a number")
            return float(cell)
        case "boolean":
            if cell.lower() not in TRUE | FALSE:
                raise ValueError(f"“{cell[:40]}” is neither true nor false")
            return cell.lower() in TRUE
        case "datetime":
            return parse_instant(cell)
        case "array":
            try:
                return json.loads(cell)
            except (ValueError, RecursionError):
                raise ValueError("is not a list in JSON") from None
    return cell
