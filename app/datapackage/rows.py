"""Validate the rows of a package by the same types and models as input of the API and forms."""

import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import Field, ValidationError

from app.core.clock import parse_instant
from app.core.input_models import Day, Input, Instant, Line, Prose, Slug, Words
from app.core.input_models import Verbatim as Context
from app.datapackage.faults import Faults
from app.datapackage.reader import PackageRow
from app.datapackage.schema import TableSchema
from app.models.vocabulary import Attitude, LinkKind, PositionStatus, QuoteKind, Verification
from app.negotiations.issue_schemas import IssueFields, OptionInput
from app.negotiations.schemas import NegotiationInput, ParticipationInput, PartyInput, SpeakerInput
from app.positions.schemas import Condition, Language, LinkInput, PositionContent
from app.sources.schemas import PartialDate, SourceFields

OWN_KEYS = uuid5(NAMESPACE_URL, "https://parley.example/keys")
UUID_FORM = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
TRUE, FALSE = {"true", "1", "yes"}, {"false", "0", "no"}
KEYS = {  # by table: the columns with keys, and the tables that these refer to
    "speakers": {"uid": "speakers"},
    "sources": {"uid": "sources"},
    "positions": {"uid": "positions"},
    "attitudes": {"position": "positions"},
    "links": {"position": "positions"},
    "quotes": {
        "uid": "quotes",
        "position": "positions",
        "source": "sources",
        "speaker": "speakers",
    },
    "looks": {"uid": "looks"},
}


@lru_cache(maxsize=1 << 16)
def uid(package: str, table: str, key: str) -> UUID:
    """Return the UUID of a key: the key itself, or a UUID derived from package, table and key.

    A derived UUID is the same whenever the package is read again.
    """
    return UUID(key) if UUID_FORM.fullmatch(key) else uuid5(OWN_KEYS, f"{package}\0{table}\0{key}")


Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Version = Annotated[int, Field(ge=1, lt=2**62)]
Offset = Annotated[int, Field(strict=True, ge=0, lt=2**31)]


class NegotiationRow(NegotiationInput):
    """A row of negotiations.csv."""

    version: Version = 1


class PartyRow(PartyInput):
    """A row of parties.csv."""

    version: Version = 1


class ParticipationRow(ParticipationInput):
    """A row of participations.csv."""

    negotiation: Slug
    merged_into: Slug | None = None
    version: Version = 1


class SpeakerRow(SpeakerInput):
    """A row of speakers.csv."""

    uid: UUID
    version: Version = 1


class IssueRow(IssueFields):
    """A row of issues.csv."""

    negotiation: Slug
    version: Version = 1


class OptionRow(OptionInput):
    """A row of options.csv."""

    negotiation: Slug
    issue: Slug
    merged_into: Slug | None = None
    version: Version = 1


class Tombstone(Input):
    """When, why and by whom something was redacted."""

    at: Line
    reason: Prose
    by: Line


class SourceRow(SourceFields):
    """A row of sources.csv."""

    uid: UUID
    redacted: dict[Literal["data", "text"], Tombstone] | None = None
    text_sha256: Sha256 | None = None
    text: str | None = None  # the path of its file in the package
    version: Version = 1


class Proposed(Input):
    """Who proposed a version of a position, and who accepted it."""

    version: Annotated[int, Field(ge=1)]
    kind: Literal["position", "correction"]
    proposed_by: dict[Literal["person", "tool", "model", "version", "run", "prompt_sha256"], Line]
    account: Line
    accepted_by: Line | None
    mended: list[Line]


class PositionRow(PositionContent):
    """A row of positions.csv: one version of a position."""

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
    redacted: dict[Literal["summary", "reason"], Tombstone] | None = None
    proposals: dict[str, Proposed] | None = None


class AttitudeRow(Input):
    """A row of attitudes.csv."""

    position: UUID
    version: Version = 1
    option: Slug
    attitude: Attitude
    condition: Condition | None = None
    inferred: bool = False


class LinkRow(Input):
    """A row of links.csv."""

    position: UUID
    version: Version = 1
    issue: Slug
    option: Slug | None = None
    kind: LinkKind


def link_input(row: LinkRow) -> LinkInput:
    """Convert a row into the link of a position."""
    return LinkInput(issue=row.issue, option=row.option, kind=row.kind)


class QuoteRow(Input):
    """A row of quotes.csv."""

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
    page: Annotated[int, Field(ge=1, lt=2**31)] | None = None
    link: Annotated[str, Field(max_length=40_000)] | None = None
    filled: Line | None = None
    redacted: Tombstone | None = None


class LookRow(Input):
    """A row of looks.csv."""

    uid: UUID
    negotiation: Slug
    party: Slug
    issue: Slug
    looked_on: Day
    where: Prose | None = None
    by: Line | None = None
    version: Version = 1


M = TypeVar("M", bound=Input)


def read_row(
    model: type[M], table: TableSchema, row: PackageRow, package: str, faults: Faults, path: str
) -> M | None:
    """Validate one row; add its faults and return None if it is invalid."""
    return Reader(model, table, row.at, package, path)(row, faults)


class Reader(Generic[M]):
    """Validates the rows of a table; what depends only on the header is computed once."""

    def __init__(
        self, model: type[M], table: TableSchema, at: Mapping[str, int], package: str, path: str
    ) -> None:
        self.model, self.table, self.path = model, table, path
        keys = KEYS.get(table.name, {})
        # Missing columns: reported once, not for every row.
        self.lacking = {c.name for c in table.columns if c.needed and c.name not in at}
        self.columns: list[tuple[str, int, bool, Callable[[str], object] | None]] = []
        for c in table.columns:
            if c.name not in at or (table.name, c.name) == ("positions", "quotes"):
                continue
            make = partial(uid, package, keys[c.name]) if c.name in keys else VALUES.get(c.type)
            self.columns.append(
                (c.name, at[c.name], c.needed, split_aliases if c.name == "aliases" else make)
            )

    def __call__(self, row: PackageRow, faults: Faults) -> M | None:
        """Validate a row; add its faults and return None if it is invalid."""
        given: dict[str, Any] = {}
        cells, faulty = row.cells, set[str](self.lacking)
        for name, place, needed, make in self.columns:
            cell = cells[place]
            if cell is None:
                if needed:
                    faults.add(self.path, row.line, name, "is empty")
                    faulty.add(name)
                continue
            try:
                given[name] = cell if make is None else make(cell)
            except ValueError as error:
                faults.add(self.path, row.line, name, str(error))
                if needed:
                    faulty.add(name)
                else:
                    faulty.add("")
        try:
            made = self.model.model_validate(given)
        except ValidationError as error:
            # Report the faults in the rest of the row too; missing cells have been reported above.
            for found in error.errors(
                include_url=False, include_context=False, include_input=False
            ):
                where = str(found["loc"][0]) if found["loc"] else self.table.key[0]
                if where not in faulty:
                    faults.add(
                        self.path, row.line, where, found["msg"].removeprefix("Value error, ")
                    )
            return None
        return None if faulty else made


def split_aliases(cell: str) -> list[str]:
    """Split a cell into aliases, without empty ones."""
    return [a for a in split_list(cell) if a.strip()]


def split_list(cell: str) -> list[str]:
    """Split texts separated by |; a | or backslash within a text is escaped by a backslash."""
    return [
        re.sub(r"\\(.)", r"\1", part, flags=re.S)
        for part in re.findall(r"(?:\\.|[^|\\])+", cell, re.S)
    ]


def join_list(texts: list[str]) -> str:
    """Join texts by |, with | and backslash escaped, so that `split_list` restores them."""
    return "|".join(re.sub(r"([|\\])", r"\\\1", text) for text in texts)


def _integer(cell: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", cell):
        raise ValueError(f"“{cell[:40]}” is not a whole number")
    return int(cell)


def _read_number(cell: str) -> float:
    if not re.fullmatch(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?([eE][+-]?[0-9]{1,2})?", cell):
        raise ValueError(f"“{cell[:40]}” is not a number")
    return float(cell)


def _flag(cell: str) -> bool:
    if cell.lower() not in TRUE | FALSE:
        raise ValueError(f"“{cell[:40]}” is neither true nor false")
    return cell.lower() in TRUE


def _list(cell: str) -> object:
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        raise ValueError("is not a list in JSON") from None


def _object(cell: str) -> object:
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        raise ValueError("is not an object in JSON") from None


VALUES: dict[str, Callable[[str], object]] = {
    "integer": _integer, "number": _read_number, "boolean": _flag, "datetime": parse_instant,
    "array": _list, "object": _object,
}  # fmt: skip
