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
from app.log.documents import AttitudeDocument, LinkDocument
from app.models.vocabulary import Act, Attitude, PositionStatus, Verification
from app.positions.schemas import PositionContent
from app.positions.stated_dates import QuoteDates, StatedError, stated

UNMATCHED = "does not occur in the text of its source as whole words"

# The dates that an editor may narrow by hand, and the flags that say that this was done.
BY_HAND = {"stated_from": "from_by_hand", "stated_by": "by_by_hand"}
DATE_FIELDS = ("/stated_on", "/stated_from", "/stated_by")
UNDATED: Mapping[str, Any] = {
    "stated_on": None,
    "stated_from": None,
    "stated_by": None,
    "from_by_hand": False,
    "by_by_hand": False,
}


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


@dataclass(frozen=True, slots=True)
class Saving:
    """As what, after what and when a version of a position is saved."""

    status: str
    before: Mapping[str, Any] | None  # the document of the version before
    now: datetime
    # The UTC day of the first publication; by default that of `now`, for what is not published yet.
    recorded_day: date | None = None


def compose(
    wanted: PositionContent, cell: CellFacts, quotes: Sequence[QuoteFacts], saving: Saving
) -> Composed:
    """Compose the document of a version, and collect all its faults at once."""
    faults: list[Fault] = []
    before = saving.before
    attitudes = _attitudes(wanted, cell, before, faults)
    links = _links(wanted, cell, faults)
    dated = _dated(wanted, quotes, saving, faults)
    if saving.status == PositionStatus.PUBLISHED:
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
        "status": str(saving.status),
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
) -> list[AttitudeDocument]:
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
    rows: list[AttitudeDocument] = [
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


def _links(wanted: PositionContent, cell: CellFacts, faults: list[Fault]) -> list[LinkDocument]:
    rows: list[LinkDocument] = []
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
    wanted: PositionContent, quotes: Sequence[QuoteFacts], saving: Saving, faults: list[Fault]
) -> dict[str, Any]:
    """Compute the dates of a version (docs/rules.md, rule 3).

    They change only with its own dates or quotes, or with its first publication.
    """
    sent = BY_HAND.keys() & wanted.model_fields_set
    kept = _kept_dates(wanted, quotes, saving.before)
    if kept is not None and not sent and kept["status"] == saving.status:
        return {name: kept[name] for name in UNDATED}
    _check_days(wanted, quotes, saving.now, faults)
    by_hand = _days_by_hand(wanted, kept, faults)
    if any(f.where in DATE_FIELDS or f.where.endswith("said_on") for f in faults):
        return dict(UNDATED)
    spans = [QuoteDates(q.row["said_on"], q.published_on) for q in quotes]
    datable = wanted.stated_on is not None or any(s.said_on or s.published_on for s in spans)
    if not datable and saving.status != PositionStatus.PUBLISHED:
        return dict(UNDATED)
    try:
        when = stated(
            wanted.stated_on,
            spans,
            recorded_day=saving.recorded_day or saving.now.date(),
            stated_from=by_hand["stated_from"],
            stated_by=by_hand["stated_by"],
        )
    except StatedError as error:
        faults.append(Fault(error.pointer, error.message))
        return dict(UNDATED)
    return {
        "stated_on": when.stated_on,
        "stated_from": when.stated_from.isoformat(),
        "stated_by": when.stated_by.isoformat(),
        "from_by_hand": by_hand["stated_from"] is not None,
        "by_by_hand": by_hand["stated_by"] is not None,
    }


def _kept_dates(
    wanted: PositionContent, quotes: Sequence[QuoteFacts], before: Mapping[str, Any] | None
) -> Mapping[str, Any] | None:
    """Return the document before if its dates rest on the same evidence, else None."""
    if before is None or before["stated_on"] is None:
        return None
    held = {q["id"] for q in before["quotes"]}
    same = wanted.stated_on == before["stated_on"] and {q.row.get("id") for q in quotes} == held
    return before if same else None


def _check_days(
    wanted: PositionContent, quotes: Sequence[QuoteFacts], now: datetime, faults: list[Fault]
) -> None:
    texts = [("/stated_on", wanted.stated_on)] + [
        (f"/quotes/{i}/said_on", q.row["said_on"]) for i, q in enumerate(quotes)
    ]
    for pointer, value in texts:
        if value is None:
            continue
        try:
            if dates.not_begun(dates.parse(value), now):
                faults.append(Fault(pointer, "has not yet begun anywhere on earth"))
        except ValueError as error:
            faults.append(Fault(pointer, str(error)))


def _days_by_hand(
    wanted: PositionContent, kept: Mapping[str, Any] | None, faults: list[Fault]
) -> dict[str, date | None]:
    """Read the days narrowed by hand: as sent, else as in the document whose dates are kept."""
    by_hand: dict[str, date | None] = {}
    for name, mark in BY_HAND.items():
        value = getattr(wanted, name)
        if kept is not None and kept[mark] and name not in wanted.model_fields_set:
            value = kept[name]
        try:
            by_hand[name] = _day(value)
        except ValueError:
            faults.append(Fault(f"/{name}", "is not a day such as 2025-03-17"))
    return by_hand


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    if len(text) != 10:
        raise ValueError
    return date.fromisoformat(text)


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
