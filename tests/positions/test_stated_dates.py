"""Test rule 3 of docs/rules.md: the period in which a position was stated."""

from datetime import date

import pytest

from app.positions.stated_dates import QuoteDates, Stated, StatedError, Undated, stated

RECORDED = date(2024, 6, 1)

COMPUTED = [
    # Given: stated_on, quotes as (said_on, published_on). Expected: stated_on, from, by.
    ("a day", "2024-05-14", [(None, "2024-05-14")], "2024-05-14 2024-05-14 2024-05-14"),
    (
        "a month, published later",
        "2024-03",
        [(None, "2024-05-14")],
        "2024-03 2024-03-01 2024-03-31",
    ),
    ("a year, published later", "2023", [(None, "2024-05-14")], "2023 2023-01-01 2023-12-31"),
    ("a year, published within it", "2024", [(None, "2024-05-14")], "2024 2024-01-01 2024-05-14"),
    (
        "a month, published within it",
        "2025-03",
        [(None, "2025-03-17")],
        "2025-03 2025-03-01 2025-03-17",
        date(2026, 1, 1),
    ),
    (
        "published on the first day",
        "2024-03",
        [(None, "2024-03-01")],
        "2024-03 2024-03-01 2024-03-01",
    ),
    (
        "published before the period",
        "2024-03",
        [(None, "2024-02-28")],
        "2024-03 2024-03-01 2024-03-31",
    ),
    ("published in a month", "2024", [(None, "2024-03")], "2024 2024-01-01 2024-03-31"),
    (
        "published in the same month",
        "2024-03",
        [(None, "2024-03")],
        "2024-03 2024-03-01 2024-03-31",
    ),
    ("published in that year", "2024-03", [(None, "2024")], "2024-03 2024-03-01 2024-03-31"),
    ("no publication day", "2024-03", [(None, None)], "2024-03 2024-03-01 2024-03-31"),
    ("no quotes, in a draft", "2024-03", [], "2024-03 2024-03-01 2024-03-31"),
    (
        "said on a day within",
        "2024-03",
        [("2024-03-16", "2024-05-14")],
        "2024-03 2024-03-01 2024-03-16",
    ),
    ("said in the period", "2024-03", [("2024-03", "2024-03-20")], "2024-03 2024-03-01 2024-03-20"),
    (
        "said in a longer period",
        "2024-03-16",
        [("2024", "2024-05-14")],
        "2024-03-16 2024-03-16 2024-03-16",
    ),
    (
        "published before it was said",
        "2024-03",
        [("2024-03-16", "2024-03-10")],
        "2024-03 2024-03-01 2024-03-16",
    ),
    (
        "the latest quote counts",
        "2024-03",
        [("2024-03-04", None), ("2024-03-16", None)],
        "2024-03 2024-03-01 2024-03-16",
    ),
    (
        "one is bound by nothing",
        "2024-03",
        [("2024-03-04", None), (None, None)],
        "2024-03 2024-03-01 2024-03-31",
    ),
    (
        "one is carried from before",
        "2024-03",
        [("2023-11-02", None), ("2024-03-16", None)],
        "2024-03 2024-03-01 2024-03-16",
    ),
    ("all are from before", "2024-03", [("2023-11-02", None)], "2024-03 2024-03-01 2024-03-01"),
    ("recorded within the period", "2024", [(None, None)], "2024 2024-01-01 2024-06-01"),
    (
        "recorded before said, in the far east",
        "2024-06-02",
        [(None, None)],
        "2024-06-02 2024-06-02 2024-06-02",
    ),
    (
        "a period that begins tomorrow",
        "2024-06",
        [],
        "2024-06 2024-06-01 2024-06-01",
        date(2024, 5, 31),
    ),
    ("left out: said_on", None, [("2024-04-02", "2024-05-14")], "2024-04-02 2024-04-02 2024-04-02"),
    (
        "left out: the one that ends last",
        None,
        [("2024-03", None), ("2024-04-02", None)],
        "2024-04-02 2024-04-02 2024-04-02",
    ),
    (
        "left out: the most precise",
        None,
        [("2024-03", None), ("2024-03-31", None)],
        "2024-03-31 2024-03-31 2024-03-31",
    ),
    (
        "left out: ends last, though vague",
        None,
        [("2024-03-30", None), ("2024-03", None)],
        "2024-03 2024-03-01 2024-03-31",
    ),
    (
        "left out: said_on before publication",
        None,
        [("2023", None), (None, "2024-05-14")],
        "2023 2023-01-01 2023-12-31",
    ),
    ("left out: publication", None, [(None, "2024-05-14")], "2024-05-14 2024-05-14 2024-05-14"),
    (
        "left out: earliest publication",
        None,
        [(None, "2024-05-14"), (None, "2024-04-01")],
        "2024-04-01 2024-04-01 2024-04-01",
    ),
    (
        "left out: publication in a month",
        None,
        [(None, "2024-04")],
        "2024-04 2024-04-01 2024-04-30",
    ),
    (
        "left out: earliest by its last day",
        None,
        [(None, "2024"), (None, "2024-04")],
        "2024-04 2024-04-01 2024-04-30",
    ),
]


def quotes(pairs: list[tuple[str | None, str | None]]) -> list[QuoteDates]:
    return [QuoteDates(*pair) for pair in pairs]


@pytest.mark.parametrize("row", [row[1:] for row in COMPUTED], ids=[row[0] for row in COMPUTED])
def test_computed(row: tuple) -> None:
    stated_on, pairs, expected, recorded = (*row, RECORDED)[:4]
    when = stated(stated_on, quotes(pairs), recorded_day=recorded)
    assert f"{when.stated_on} {when.stated_from} {when.stated_by}" == expected


def test_by_hand_it_is_narrowed() -> None:
    said = quotes([(None, "2024-03-20")])
    when = stated(
        "2024-03",
        said,
        recorded_day=RECORDED,
        stated_from=date(2024, 3, 10),
        stated_by=date(2024, 3, 12),
    )
    assert when == Stated("2024-03", date(2024, 3, 10), date(2024, 3, 12))
    same = stated(
        "2024-03",
        said,
        recorded_day=RECORDED,
        stated_from=date(2024, 3, 1),
        stated_by=date(2024, 3, 20),
    )
    assert same == stated("2024-03", said, recorded_day=RECORDED)


@pytest.mark.parametrize(
    ("first", "last", "pointer"),
    [
        (date(2024, 2, 29), None, "/stated_from"),
        (date(2024, 3, 21), None, "/stated_from"),
        (None, date(2024, 3, 21), "/stated_by"),
        (None, date(2024, 2, 29), "/stated_by"),
        (date(2024, 3, 12), date(2024, 3, 10), "/stated_from"),
    ],
)
def test_by_hand_it_is_never_widened(first: date | None, last: date | None, pointer: str) -> None:
    with pytest.raises(StatedError) as refused:
        stated(
            "2024-03",
            quotes([(None, "2024-03-20")]),
            recorded_day=RECORDED,
            stated_from=first,
            stated_by=last,
        )
    assert refused.value.pointer == pointer


@pytest.mark.parametrize(
    ("stated_on", "pairs", "by", "pointer"),
    [
        ("2024-03-01", [("2024-05-01", "2024-05-14")], None, "/quotes/0/said_on"),
        ("2024-03", [(None, None), ("2024-04-01", None)], None, "/quotes/1/said_on"),
        ("2024-03", [("2024-04", None)], None, "/quotes/0/said_on"),
        ("2024-03", [("2024-03-16", None)], date(2024, 3, 12), "/quotes/0/said_on"),
        ("2024-13", [], None, "/stated_on"),
        ("2024-03", [("soon", None)], None, "/quotes/0/said_on"),
    ],
)
def test_refused(
    stated_on: str, pairs: list[tuple[str | None, str | None]], by: date | None, pointer: str
) -> None:
    with pytest.raises(StatedError) as refused:
        stated(stated_on, quotes(pairs), recorded_day=RECORDED, stated_by=by)
    assert refused.value.pointer == pointer


def test_a_quote_may_be_vaguer_than_the_position() -> None:
    assert stated(
        "2024-03-16", quotes([("2024-03", None)]), recorded_day=RECORDED
    ).stated_by == date(2024, 3, 16)


@pytest.mark.parametrize("pairs", [[], [(None, None)]])
def test_it_is_never_today(pairs: list[tuple[str | None, str | None]]) -> None:
    with pytest.raises(Undated) as refused:
        stated(None, quotes(pairs), recorded_day=RECORDED)
    assert refused.value.pointer == "/stated_on"
