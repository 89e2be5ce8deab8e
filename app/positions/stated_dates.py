"""Date a position from its quotes and their sources (docs/rules.md, rule 3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.core.dates import PartialDate, parse

_PRECISION = {"day": 2, "month": 1, "year": 0}


@dataclass(frozen=True, slots=True)
class QuoteDates:
    """The dates of one quote, as written."""

    said_on: str | None
    published_on: str | None  # of its source


@dataclass(frozen=True, slots=True)
class Stated:
    """The date as written, its first day, and the day by which it had certainly been said."""

    stated_on: str
    stated_from: date
    stated_by: date


class StatedError(ValueError):
    """The reason why a position cannot be dated, with the JSON pointer of the field at fault."""

    def __init__(self, pointer: str, message: str) -> None:
        super().__init__(message)
        self.pointer = pointer
        self.message = message


class Undated(StatedError):
    """Neither the position nor its quotes nor their sources have a date; allowed for drafts."""


def stated(
    stated_on: str | None,
    quotes: Sequence[QuoteDates],
    *,
    recorded_day: date,
    stated_from: date | None = None,
    stated_by: date | None = None,
) -> Stated:
    """Compute the first and last day on which a position may have been stated.

    See docs/rules.md, rule 3. `recorded_day` is the UTC day of recording; `stated_from` and
    `stated_by` are dates set by hand, which may only narrow the period. Raise StatedError with the
    field at fault, Undated if there is no date at all.
    """
    period = _read_date("/stated_on", stated_on) if stated_on is not None else _named_by(quotes)
    bounds = [_said_by(i, quote, period) for i, quote in enumerate(quotes)] or [period.last]
    # East of Greenwich a day begins earlier than in UTC: a statement can be recorded on the UTC day
    # before its own.
    latest = max(min(max(bounds), recorded_day, period.last), period.first)
    first, last = stated_from or period.first, stated_by or latest
    if not period.first <= first <= latest:
        raise StatedError(
            "/stated_from",
            f"can only narrow what follows from the dates, {period.first} to {latest}",
        )
    if not period.first <= last <= latest:
        raise StatedError(
            "/stated_by", f"can only narrow what follows from the dates, {period.first} to {latest}"
        )
    if first > last:
        raise StatedError("/stated_from", f"is after stated_by, {last}")
    for i, quote in enumerate(quotes):
        if quote.said_on is not None and _said_on(i, quote.said_on).first > last:
            message = (
                f"begins after {last}, by which this had been stated: it belongs to a new position"
            )
            raise StatedError(f"/quotes/{i}/said_on", message)
    return Stated(period.text, first, last)


def _named_by(quotes: Sequence[QuoteDates]) -> PartialDate:
    said = [_said_on(i, q.said_on) for i, q in enumerate(quotes) if q.said_on is not None]
    if said:
        return max(said, key=lambda when: (when.last, _PRECISION[when.precision]))
    published = [
        _published_on(i, q.published_on) for i, q in enumerate(quotes) if q.published_on is not None
    ]
    if published:
        return min(published, key=lambda when: (when.last, -_PRECISION[when.precision]))
    raise Undated(
        "/stated_on",
        "is missing: no quote says when it was said, and no source when it was published",
    )


def _said_by(i: int, quote: QuoteDates, period: PartialDate) -> date:
    said = _said_on(i, quote.said_on) if quote.said_on is not None else period
    if quote.published_on is None:
        return said.last
    published = _published_on(i, quote.published_on).last
    return published if said.first <= published < said.last else said.last


def _said_on(i: int, text: str) -> PartialDate:
    return _read_date(f"/quotes/{i}/said_on", text)


def _published_on(i: int, text: str) -> PartialDate:
    return _read_date(f"/quotes/{i}/source_id", text)


def _read_date(pointer: str, text: str) -> PartialDate:
    try:
        return parse(text)
    except ValueError as error:
        raise StatedError(pointer, str(error)) from None
