"""Compose the document of a version of a position and report every broken rule; no database.

The *document* of a position is its snapshot in the log: plain JSON values that refer to other
objects by id. The live rows are written from it, and what readers see is made from it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from app.core import dates
from app.core.errors import Fault
from app.models.vocabulary import Act, Attitude, PositionStatus, Verification
from app.positions.rules_dates import QuoteDates, StatedError, stated
from app.positions.schemas import PositionContent

UNMATCHED = "does not occur in the text of its source as whole words"

# The dates that an editor may narrow by hand, and the flags that say that this was done.
BY_HAND = {"stated_from": "from_by_hand", "stated_by": "by_by_hand"}


@dataclass(frozen=True, slots=True)
class OptionFacts:
    """What the rules need to know about an option."""

    id: int
    retired: bool


@dataclass(frozen=True, slots=True)
class CellFacts:
    """A cell, and the options and issues that a position in it may name."""

    negotiation_id: int
    party_id: int
    issue_id: int
    issue: str
    options: Mapping[str, OptionFacts]  # of the cell's issue, by slug
    issues: Mapping[str, int]  # of the negotiation, by slug
    # Options of the other issues that links name.
    linked: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QuoteFacts:
    """A quote of the new version: the columns of its row, and what the rules need to know."""

    row: dict[str, Any]  # without `id` where it is new
    published_on: str | None  # of its source
    verification: str
    kept: bool  # from the version before


@dataclass(frozen=True, slots=True)
class Composed:
    """The document of a version, with the faults that forbid saving it and with warnings."""

    document: dict[str, Any]
    faults: list[Fault]
    warnings: list[Fault]


def compose(
    wanted: PositionContent,
    cell: CellFacts,
    quotes: Sequence[QuoteFacts],
    *,
    status: str,
    before: Mapping[str, Any] | None,
    now: datetime,
    recorded_day: date | None = None,
) -> Composed:
    """Compose the document of a version, and collect all its faults at once.

    `before` is the document of the previous version. `recorded_day` is the UTC day of the first
    publication; by default the day of `now`, for what is not published yet.
    """
    faults: list[Fault] = []
    publishing = status == PositionStatus.PUBLISHED
    attitudes = _attitudes(wanted, cell, before, faults)
    links = _links(wanted, cell, faults)
    dated = _dated(wanted, quotes, status, before, now, recorded_day or now.date(), faults)
    if publishing:
        if not wanted.quotes:
            faults.append(Fault("/quotes", "a position is published with at least one quote"))
        was_public = before is not None and before["status"] == PositionStatus.PUBLISHED
        faults += [
            Fault(f"/quotes/{i}/exact", f"{UNMATCHED}; it can be kept in a draft")
            for i, q in enumerate(quotes)
            if q.verification == Verification.MISMATCH and not (q.kept and was_public)
        ]
    document = {
        "negotiation_id": cell.negotiation_id,
        "party_id": cell.party_id,
        "issue_id": cell.issue_id,
        "status": str(status),
        "act": str(wanted.act),
        "summary": wanted.summary or None,
        "firmness": str(wanted.firmness),
        "salience": wanted.salience,
        **dated,
        "attitudes": attitudes,
        "links": links,
        "quotes": [q.row for q in quotes],
    }
    return Composed(document, faults, _warnings(quotes))


def _attitudes(
    wanted: PositionContent, cell: CellFacts, before: Mapping[str, Any] | None, faults: list[Fault]
) -> list[dict[str, Any]]:
    held = {a["option_id"] for a in before["attitudes"]} if before else set()
    for slug in wanted.attitudes:
        option = cell.options.get(slug)
        if option is None:
            faults.append(Fault(f"/attitudes/{slug}", f"is not an option of {cell.issue}"))
        elif option.retired and option.id not in held:
            faults.append(Fault(f"/attitudes/{slug}", "is retired: new positions cannot use it"))
    preferred = [s for s, a in wanted.attitudes.items() if a == Attitude.PREFERS]
    if len(preferred) > 1:
        faults.append(
            Fault("/attitudes", f"a party prefers at most one option, not {', '.join(preferred)}")
        )
    if wanted.act == Act.WITHDRAWS and wanted.attitudes:
        faults.append(Fault("/attitudes", "a party that withdraws its position has no attitudes"))
    faults += [
        Fault(f"/conditions/{slug}", "is a condition of an option to which there is no attitude")
        for slug in wanted.conditions
        if slug not in wanted.attitudes
    ]
    faults += [
        Fault(f"/inferred/{i}", f"{slug} is marked inferred, but there is no attitude to it")
        for i, slug in enumerate(wanted.inferred)
        if slug not in wanted.attitudes
    ]
    rows = [
        {
            "option_id": cell.options[slug].id,
            "attitude": str(attitude),
            "condition": wanted.conditions.get(slug),
            "inferred": slug in wanted.inferred,
        }
        for slug, attitude in wanted.attitudes.items()
        if slug in cell.options
    ]
    return sorted(rows, key=lambda a: a["option_id"])


def _links(wanted: PositionContent, cell: CellFacts, faults: list[Fault]) -> list[dict[str, Any]]:
    rows = []
    for i, link in enumerate(wanted.links):
        options = cell.linked.get(link.issue, {})
        if link.issue not in cell.issues:
            faults.append(
                Fault(f"/links/{i}/issue", f"there is no issue {link.issue!r} in this negotiation")
            )
        elif link.issue == cell.issue:
            faults.append(
                Fault(f"/links/{i}/issue", "a position is linked to another issue, not to its own")
            )
        elif link.option is not None and link.option not in options:
            faults.append(Fault(f"/links/{i}/option", f"is not an option of {link.issue}"))
        else:
            option = options[link.option] if link.option is not None else None
            rows.append(
                {"issue_id": cell.issues[link.issue], "option_id": option, "kind": str(link.kind)}
            )
    return rows


def _dated(
    wanted: PositionContent,
    quotes: Sequence[QuoteFacts],
    status: str,
    before: Mapping[str, Any] | None,
    now: datetime,
    recorded_day: date,
    faults: list[Fault],
) -> dict[str, Any]:
    """Compute the dates of a version (docs/rules.md, rule 3).

    They change only with its own dates or quotes, or with its first publication.
    """
    undated = dict.fromkeys(("stated_on", "stated_from", "stated_by"), None) | dict.fromkeys(
        ("from_by_hand", "by_by_hand"), False
    )
    sent = {name for name in BY_HAND if name in wanted.model_fields_set}
    stays = (
        before is not None
        and before["stated_on"] is not None
        and _same_evidence(wanted, quotes, before)
    )
    if before is not None and stays and not sent and before["status"] == status:
        return {name: before[name] for name in undated}
    by_hand: dict[str, date | None] = {}
    texts = [("/stated_on", wanted.stated_on)] + [
        (f"/quotes/{i}/said_on", q.row["said_on"]) for i, q in enumerate(quotes)
    ]
    for pointer, value in texts:
        if value is not None:
            try:
                if dates.not_begun(dates.parse(value), now):
                    faults.append(Fault(pointer, "has not yet begun anywhere on earth"))
            except ValueError as error:
                faults.append(Fault(pointer, str(error)))
    for name, mark in BY_HAND.items():
        kept = before is not None and stays and name not in sent and before[mark]
        value = before[name] if before is not None and kept else getattr(wanted, name)
        try:
            by_hand[name] = (
                None
                if value is None
                else date.fromisoformat(value)
                if len(value) == 10
                else _no_day()
            )
        except ValueError:
            faults.append(Fault(f"/{name}", "is not a day such as 2025-03-17"))
    if any(
        f.where in {"/stated_on", "/stated_from", "/stated_by"} or f.where.endswith("said_on")
        for f in faults
    ):
        return undated
    spans = [QuoteDates(q.row["said_on"], q.published_on) for q in quotes]
    datable = wanted.stated_on is not None or any(s.said_on or s.published_on for s in spans)
    if not datable and status != PositionStatus.PUBLISHED:
        return undated
    try:
        when = stated(
            wanted.stated_on,
            spans,
            recorded_day=recorded_day,
            stated_from=by_hand["stated_from"],
            stated_by=by_hand["stated_by"],
        )
    except StatedError as error:
        faults.append(Fault(error.pointer, error.message))
        return undated
    return {
        "stated_on": when.stated_on,
        "stated_from": when.stated_from.isoformat(),
        "stated_by": when.stated_by.isoformat(),
        "from_by_hand": by_hand["stated_from"] is not None,
        "by_by_hand": by_hand["stated_by"] is not None,
    }


def _same_evidence(
    wanted: PositionContent, quotes: Sequence[QuoteFacts], before: Mapping[str, Any]
) -> bool:
    held = {q["id"] for q in before["quotes"]}
    return wanted.stated_on == before["stated_on"] and {q.row.get("id") for q in quotes} == held


def _no_day() -> date:
    raise ValueError


def _warnings(quotes: Sequence[QuoteFacts]) -> list[Fault]:
    warnings = []
    for i, q in enumerate(quotes):
        said, published = q.row["said_on"], q.published_on
        try:
            if said and published and dates.parse(said).first > dates.parse(published).last:
                warnings.append(
                    Fault(f"/quotes/{i}/said_on", "is after the publication of its source")
                )
        except ValueError:
            continue
        if q.verification == Verification.MISMATCH:
            warnings.append(Fault(f"/quotes/{i}/exact", UNMATCHED))
        if q.verification == Verification.AMBIGUOUS:
            warnings.append(
                Fault(
                    f"/quotes/{i}/exact",
                    "occurs more than once; give the text just before or after it",
                )
            )
    return warnings
