"""Check the dates of imported versions against those of their quotes and sources."""

from datetime import date
from typing import Any, Protocol

from app.core.dates import parse
from app.datapackage.rows import PositionRow
from app.importing.quotes import Evidence
from app.importing.reconcile import Importing
from app.positions.compose import DATE_FIELDS, Composed


class Dated(Protocol):
    """A version that is to be dated."""

    line: int
    row: PositionRow
    quotes: list[Evidence]
    marked: frozenset[str] | None


def dated(importing: Importing, version: Dated, composed: Composed, recorded_day: date) -> bool:
    """Put the dates of a package into a document; return False and add faults if they are invalid.

    They may narrow what follows from quotes and sources (docs/rules.md, rule 3). If a source has
    been corrected since, they only have to lie within the period that `stated_on` names, because
    the correction of a source does not change a position.
    """
    x = version.row
    given = {n: getattr(x, n) for n in ("stated_from", "stated_by") if getattr(x, n) is not None}
    if not given:
        return True
    days = _days(importing, version, given)
    if days is None:
        return False
    recorded = x.recorded_at is not None and len(given) == 2 and x.stated_on is not None
    corrected = recorded and any(e.corrected for e in version.quotes)
    if corrected:
        _drop_faults_of_dates(composed)
    document = composed.document
    computed = {
        n: date.fromisoformat(v) if (v := document[n]) else None
        for n in ("stated_from", "stated_by")
    }
    bounds = _period(importing, version, recorded_day) if corrected else computed
    if bounds is None:
        return False
    if bounds["stated_from"] is None or bounds["stated_by"] is None:
        if not composed.faults:
            reason = "is missing, but a day is given by which it was stated"
            importing.fault("positions", version.line, "stated_on", reason)
        return False
    first = days.get("stated_from", bounds["stated_from"])
    last = days.get("stated_by", bounds["stated_by"])
    if not _within(importing, version, first, last, bounds):
        return False
    _lay_in(document, version, computed, days, (first, last))
    return True


def _days(importing: Importing, version: Dated, given: dict[str, str]) -> dict[str, date] | None:
    """Read the days given; None, and the faults noted, if one is not a day."""
    days: dict[str, date] = {}
    for name, text in given.items():
        try:
            if len(text) != 10:
                raise ValueError
            days[name] = date.fromisoformat(text)
        except ValueError:
            importing.fault("positions", version.line, name, "is not a day such as 2025-03-17")
    return days if len(days) == len(given) else None


def _drop_faults_of_dates(composed: Composed) -> None:
    composed.faults[:] = [
        fault
        for fault in composed.faults
        if fault.where not in DATE_FIELDS and not fault.where.endswith(("/said_on", "/source_id"))
    ]


def _period(
    importing: Importing, version: Dated, recorded_day: date
) -> dict[str, date | None] | None:
    x = version.row
    try:
        period = parse(x.stated_on or "")
    except ValueError as error:
        importing.fault("positions", version.line, "stated_on", str(error))
        return None
    return {
        "stated_from": period.first,
        "stated_by": max(min(period.last, recorded_day), period.first),
    }


def _within(
    importing: Importing, version: Dated, first: date, last: date, bounds: dict[str, Any]
) -> bool:
    lower, upper = bounds["stated_from"], bounds["stated_by"]
    for name, day in (("stated_from", first), ("stated_by", last)):
        if not lower <= day <= upper:
            reason = f"can only narrow what follows from the dates, {lower} to {upper}"
            importing.fault("positions", version.line, name, reason)
            return False
    if first > last:
        importing.fault("positions", version.line, "stated_from", f"is after stated_by, {last}")
        return False
    for e in version.quotes:
        said = e.said["said_on"]
        if said is not None and parse(said).first > last:
            reason = (
                f"begins after {last}, by which this had been stated: it belongs to a new position"
            )
            importing.fault("quotes", e.line, "said_on", reason)
            return False
    return True


def _lay_in(
    document: dict[str, Any],
    version: Dated,
    computed: dict[str, date | None],
    given: dict[str, date],
    period: tuple[date, date],
) -> None:
    first, last = period
    document["stated_on"] = document["stated_on"] or version.row.stated_on
    document |= {"stated_from": first.isoformat(), "stated_by": last.isoformat()}
    for name, mark, day in (
        ("stated_from", "from_by_hand", first),
        ("stated_by", "by_by_hand", last),
    ):
        narrowed = day != computed[name] if version.marked is None else name in version.marked
        document[mark] = name in given and narrowed
