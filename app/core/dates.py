"""Parse, compare and format imprecise dates; pure functions.

An imprecise date is a day, month or year: `2025-03-13`, `2025-03` or `2025`.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from typing import Literal

Precision = Literal["day", "month", "year"]

_WRITTEN = re.compile(r"([1-9][0-9]{3})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_EASTERNMOST = timedelta(hours=14)  # UTC+14, where every day begins first
_HOW = "write 2025-03-13, 2025-03 or 2025"

LANGUAGES = ("en", "ru", "uk")


@cache
def _months(language: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of months on their own, and after a day."""
    from babel.dates import get_month_names  # megabytes of other names come along

    alone, after_day = (
        tuple(get_month_names("wide", use, language).values()) for use in ("stand-alone", "format")
    )
    return alone, after_day


@cache
def _numbers() -> dict[str, int]:
    """Return the numbers of months by name, in lower case, and by short English name."""
    names = {
        name.lower(): n
        for language in LANGUAGES
        for form in _months(language)
        for n, name in enumerate(form, 1)
    }
    return names | {name.lower()[:3]: n for n, name in enumerate(_months("en")[0], 1)} | {"sept": 9}


# Invisible characters that may be pasted along with a date and are not part of it.
_IGNORED = re.compile("[\xad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_PART = re.compile(r"[0-9]+|[^\W\d_]+")
_NUMERIC = re.compile(r"([0-9]{1,4})([./-])([0-9]{1,2})\2([0-9]{1,4})")
_ENDINGS = {"st", "nd", "rd", "th", "of", "г", "года", "р", "року"}


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A day, month or year as written, with its first and last day."""

    text: str
    first: date
    last: date
    precision: Precision


@lru_cache(maxsize=1 << 12)
def parse(text: str) -> PartialDate:
    """Parse an imprecise date as stored; raise ValueError with a message for users."""
    written = _WRITTEN.fullmatch(text)
    if written is None:
        raise ValueError(f"“{text[:40]}” is not a date: {_HOW}")
    year, month, day = (int(part or 0) for part in written.groups())
    if not written[2]:
        return PartialDate(text, date(year, 1, 1), date(year, 12, 31), "year")
    if not 1 <= month <= 12:
        raise ValueError(f"{text} does not exist: there is no month {month}")
    days = monthrange(year, month)[1]
    if not written[3]:
        return PartialDate(text, date(year, month, 1), date(year, month, days), "month")
    if not 1 <= day <= days:
        raise ValueError(f"{text} does not exist: that month has {days} days")
    return PartialDate(text, date(year, month, day), date(year, month, day), "day")


def not_begun(partial: PartialDate, now: datetime) -> bool:
    """Tell whether at `now` (aware) the period has not begun in any time zone."""
    return partial.first > (now.astimezone(UTC) + _EASTERNMOST).date()


def display(text: str, lang: str = "en") -> str:
    """Format a stored date: "13 March 2025", "March 2025", "2025"; English if `lang` is unknown."""
    when = parse(text)
    alone, after_day = _months(lang if lang in LANGUAGES else "en")
    match when.precision:
        case "day":
            return f"{when.first.day} {after_day[when.first.month - 1]} {when.first.year}"
        case "month":
            return f"{alone[when.first.month - 1]} {when.first.year}"
        case "year":
            return text


def display_short(text: str, *, year: int | None = None) -> str:
    """Format a stored date briefly: "13 Mar" in `year`, else "13 Mar 2025"; "Mar 2025", "2025"."""
    when = parse(text)
    month = _months("en")[0][when.first.month - 1][:3]
    match when.precision:
        case "day":
            return f"{when.first.day} {month}" + (
                f" {when.first.year}" if when.first.year != year else ""
            )
        case "month":
            return f"{month} {when.first.year}"
        case "year":
            return text


def parse_human(text: str, today: date) -> PartialDate:
    """Parse a date as people write it, without guessing.

    Raises ValueError with a message that says what to write; `today` serves as an example.
    """
    text = " ".join(_IGNORED.sub("", text).split())
    if _WRITTEN.fullmatch(text):
        return parse(text)
    if numeric := _NUMERIC.fullmatch(text):
        return _numeric(text, *numeric.group(1, 3, 4))
    if _PART.sub("", text).strip(" ,."):
        raise _not_a_date(text, today)
    parts = [part for part in _PART.findall(text.lower()) if part not in _ENDINGS]
    by_name = _numbers()
    kinds = "".join("m" if part in by_name else "n" if part.isdigit() else "?" for part in parts)
    month = next((by_name[part] for part in parts if part in by_name), 0)
    numbers = [part for part in parts if part.isdigit()]
    if kinds in ("nm", "mn") and len(numbers[0]) <= 2:
        raise ValueError(f"“{text[:40]}” lacks a year: write {text} {today.year}, if that is meant")
    if kinds == "mn" and len(numbers[0]) == 4:
        return parse(f"{numbers[0]}-{month:02}")
    if kinds in ("nmn", "mnn") and len(numbers[0]) <= 2 and len(numbers[1]) == 4:
        return parse(f"{numbers[1]}-{month:02}-{numbers[0]:0>2}")
    raise _not_a_date(text, today)


def _numeric(text: str, a: str, b: str, c: str) -> PartialDate:
    if len(a) == 4 and len(c) <= 2:
        return parse(f"{a}-{b:0>2}-{c:0>2}")
    if len(c) != 4 or len(a) > 2:
        raise ValueError(
            f"“{text}” is not a date: write the year with four digits, the month as a word"
        )
    if int(a) != int(b) and int(a) <= 12 and int(b) <= 12:
        raise ValueError(
            f"“{text}” may name two days: write the month as a word, or {c}-{b:0>2}-{a:0>2}"
        )
    day, month = (a, b) if int(a) > 12 or int(a) == int(b) else (b, a)
    return parse(f"{c}-{month:0>2}-{day:0>2}")


def _not_a_date(text: str, today: date) -> ValueError:
    day = today.isoformat()
    return ValueError(
        f"“{text[:40]}” is not a date: write {display(day)}, {display(day[:7])} or {today.year}"
    )
