"""Test imprecise dates: days, months and years, parsed from what people write, and displayed."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from app.core.dates import display, display_short, not_begun, parse, parse_human

TODAY = date(2025, 3, 20)


@pytest.mark.parametrize(
    ("text", "first", "last", "precision"),
    [
        ("2025-03-13", date(2025, 3, 13), date(2025, 3, 13), "day"),
        ("2025-03", date(2025, 3, 1), date(2025, 3, 31), "month"),
        ("2025-02", date(2025, 2, 1), date(2025, 2, 28), "month"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "month"),
        ("2024-02-29", date(2024, 2, 29), date(2024, 2, 29), "day"),
        ("2025", date(2025, 1, 1), date(2025, 12, 31), "year"),
        ("1000", date(1000, 1, 1), date(1000, 12, 31), "year"),
        ("9999-12-31", date(9999, 12, 31), date(9999, 12, 31), "day"),
    ],
)
def test_periods(text: str, first: date, last: date, precision: str) -> None:
    when = parse(text)
    assert (when.text, when.first, when.last, when.precision) == (text, first, last, precision)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", " 2024", "2024 ", "2024\n", "2024-05-14\n", "yesterday"),
        *"24 99999 0999 0000 2024-13 2024-00 2024-1 2024-05- 2024-05-1 2024-05-00 2024-02-30"
        " 2025-02-29".split(),
        *"2024-05-14T00:00 2024-05-14Z 2024/05/14 20240514 2024-W20 -2024 +2024 2024–05"
        " 2024-05~".split(),
        *"２０２４ ٢٠٢٤ 2024-1\u0660".split(),
    ],
)
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a date|does not exist"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "now", "expected"),
    [
        ("2025-03-13", datetime(2025, 3, 13, tzinfo=UTC), False),
        ("2025-03-14", datetime(2025, 3, 13, 9, 59, tzinfo=UTC), True),
        ("2025-03-14", datetime(2025, 3, 13, 10, 0, tzinfo=UTC), False),  # it begins on Kiritimati
        ("2025-04", datetime(2025, 3, 31, 9, 59, tzinfo=UTC), True),
        ("2025-04", datetime(2025, 3, 31, 10, 0, tzinfo=UTC), False),
        ("2026", datetime(2025, 12, 31, 9, 0, tzinfo=UTC), True),
        ("2026", datetime(2025, 12, 31, 10, 0, tzinfo=UTC), False),
        ("2025", datetime(2025, 3, 13, tzinfo=UTC), False),  # begun, though not over
        ("2025-03-14", datetime(2025, 3, 13, 23, 0, tzinfo=timezone(timedelta(hours=14))), True),
        ("9999", datetime(2025, 3, 13, tzinfo=UTC), True),
    ],
)
def test_not_begun_anywhere_on_earth(text: str, now: datetime, expected: bool) -> None:
    assert not_begun(parse(text), now) is expected


@pytest.mark.parametrize(
    ("text", "long", "short", "short_that_year"),
    [
        ("2025-03-13", "13 March 2025", "13 Mar 2025", "13 Mar"),
        ("2025-03", "March 2025", "Mar 2025", "Mar 2025"),
        ("2025", "2025", "2025", "2025"),
    ],
)
def test_written_for_people(text: str, long: str, short: str, short_that_year: str) -> None:
    assert display(text) == long
    assert display_short(text) == display_short(text, year=2024) == short
    assert display_short(text, year=2025) == short_that_year


def test_written_in_other_languages() -> None:
    assert display("2025-03-13", "ru") == "13 марта 2025"
    assert display("2025-03", "uk") == "березень 2025"
    assert display("2025-03-13", "xx") == "13 March 2025"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-03-13", "2025-03-13"),
        ("2025-03", "2025-03"),
        ("2025", "2025"),
        ("  2025-03-13\u00a0\n", "2025-03-13"),
        ("\u200e13 March 2025\u200b", "2025-03-13"),
        ("13 March 2025", "2025-03-13"),
        ("March 13, 2025", "2025-03-13"),
        ("13 Mar 2025", "2025-03-13"),
        ("13 Mar. 2025", "2025-03-13"),
        ("3 sept 2024", "2024-09-03"),
        ("13th of March, 2025", "2025-03-13"),
        ("MARCH 2025", "2025-03"),
        ("13 марта 2025", "2025-03-13"),
        ("13 марта 2025 г.", "2025-03-13"),
        ("Март 2025", "2025-03"),
        ("13 березня 2025 року", "2025-03-13"),
        ("листопад 2024", "2024-11"),
        ("5 мая 2024", "2024-05-05"),
        ("2025/3/13", "2025-03-13"),
        ("13.03.2025", "2025-03-13"),
        ("03/13/2025", "2025-03-13"),
        ("05.05.2025", "2025-05-05"),
    ],
)
def test_as_people_write_it(text: str, expected: str) -> None:
    assert parse_human(text, TODAY).text == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("03/04/2025", "two days"),
        ("3.4.2025", "two days"),
        ("13/03/25", "four digits"),
        ("31 April 2025", "30 days"),
        ("32/33/2025", "no month"),
        ("13 March", "lacks a year: write 13 March 2025"),
        ("March", "is not a date: write 20 March 2025, March 2025 or 2025"),
        ("13-14 March 2025", "is not a date"),
        ("13 March 2025 or so", "is not a date"),
        ("١٣ March 2025", "is not a date"),
        ("1 2 March 2025", "is not a date"),
        ("yesterday", "is not a date"),
        ("", "is not a date"),
        ("March 13 25", "is not a date"),
        ("x" * 10_000, "is not a date"),
    ],
)
def test_what_people_should_write_otherwise(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message) as refused:
        parse_human(text, TODAY)
    assert len(str(refused.value)) < 200
