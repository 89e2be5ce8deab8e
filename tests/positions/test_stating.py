"""Test rule 3 of docs/rules.md through the API: when a position was stated, and what moves that."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from tests.support.factories import OTHER_WORDS, WORDS, Body, position, quote
from tests.support.fixtures import Lake
from tests.support.worlds import connect


def span(stated: Body) -> tuple[str, str, str]:
    return stated["stated_on"], stated["stated_from"], stated["stated_by"]


def quotes(lake: Lake, *dates: tuple[str | None, str | None]) -> list[Body]:
    """Return a quote for each pair of its `said_on` and its source's `published_on`."""
    sources = [lake.ada.source(published_on=published) for _, published in dates]
    return [
        quote(WORDS, s["id"], said_on=said) for s, (said, _) in zip(sources, dates, strict=True)
    ]


@pytest.mark.parametrize(
    ("stated_on", "dates", "stated_from", "stated_by"),
    [
        ("2024-03-13", [(None, None)], "2024-03-13", "2024-03-13"),
        ("2024-03", [(None, None)], "2024-03-01", "2024-03-31"),
        ("2024", [(None, None)], "2024-01-01", "2024-12-31"),
        ("2024-02", [(None, None)], "2024-02-01", "2024-02-29"),
        # The source's publication decides by when, unless it is before or after the period.
        ("2024-03", [(None, "2024-03-17")], "2024-03-01", "2024-03-17"),
        ("2024-03", [(None, "2024-03-01")], "2024-03-01", "2024-03-01"),
        ("2024-03", [(None, "2024-02-29")], "2024-03-01", "2024-03-31"),
        ("2024-03", [(None, "2024-04-02")], "2024-03-01", "2024-03-31"),
        ("2024", [(None, "2024-03")], "2024-01-01", "2024-03-31"),
        ("2024", [(None, "2024")], "2024-01-01", "2024-12-31"),
        # So does the day of a quote, and the last of several counts.
        ("2024-03", [("2024-03-10", "2024-03-17")], "2024-03-01", "2024-03-10"),
        ("2024-03", [("2024-03-10", "2024-03-09")], "2024-03-01", "2024-03-10"),
        ("2024-03", [("2024-03-10", None), (None, "2024-03-17")], "2024-03-01", "2024-03-17"),
        ("2024-03", [("2024-03-10", None), ("2024-02", None)], "2024-03-01", "2024-03-10"),
        ("2024-03", [("2023", None)], "2024-03-01", "2024-03-01"),
        ("2024-03", [("2024", "2024-03-20")], "2024-03-01", "2024-03-20"),
        # Without stated_on: the said_on that ends last, of several the most precise one;
        # without any, the earliest publication.
        (..., [("2024-03-10", "2024-05-01")], "2024-03-10", "2024-03-10"),
        (..., [("2024-03-10", None), ("2024-02", None)], "2024-03-10", "2024-03-10"),
        (..., [("2024-03", None), ("2024-03-31", None)], "2024-03-31", "2024-03-31"),
        (..., [(None, "2024-05-02"), (None, "2024-05-01")], "2024-05-01", "2024-05-01"),
        (..., [(None, "2024-05"), (None, None)], "2024-05-01", "2024-05-31"),
        (..., [(None, "2024-05"), ("2024-03-01", None)], "2024-03-01", "2024-03-01"),
    ],
)
def test_the_span_follows_from_dates_and_quotes(
    lake: Lake, stated_on: Any, dates: Any, stated_from: str, stated_by: str
) -> None:
    stated = lake.ada.state(stated_on=stated_on, quotes=quotes(lake, *dates))
    assert span(stated)[1:] == (stated_from, stated_by)
    if stated_on is not ...:
        assert stated["stated_on"] == stated_on  # as it was written


def test_the_most_precise_of_several_dates_is_taken(lake: Lake) -> None:
    stated = lake.ada.state(
        stated_on=..., quotes=quotes(lake, ("2024-03", None), ("2024-03-31", None))
    )
    assert stated["stated_on"] == "2024-03-31"
    stated = lake.ada.state(
        stated_on=..., quotes=quotes(lake, (None, "2024-05"), (None, "2024-05-31"))
    )
    assert stated["stated_on"] in ("2024-05", "2024-05-31")


def test_it_is_never_today_that_stands_in_for_a_date(lake: Lake) -> None:
    undated = quotes(lake, (None, None))
    refused = lake.ada.post("/positions", position(stated_on=..., quotes=undated))
    assert (refused.status, refused.faults) == (422, {"/stated_on"})
    draft = lake.ada.draft(stated_on=..., quotes=undated)
    assert span(draft) == (None, None, None)
    refused = lake.ada.patch(f"/positions/{draft['id']}", {"status": "published"})
    assert (refused.status, refused.faults) == (422, {"/stated_on"})
    dated = lake.ada.correct(draft["id"], status="published", stated_on="2024")
    assert span(dated) == ("2024", "2024-01-01", "2024-12-31")


@pytest.mark.parametrize(
    "text",
    ["2024-13", "2024-02-30", "24", "yesterday", "", "2024-05-14T00:00", "99999", "2024-5-1"],
)
def test_what_is_no_date_is_refused(lake: Lake, text: str) -> None:
    refused = lake.ada.post("/positions", position(stated_on=text))
    assert (refused.status, refused.faults) == (422, {"/stated_on"})
    refused = lake.ada.post("/positions", position(quotes=[quote(said_on=text)]))
    assert (refused.status, refused.faults) == (422, {"/quotes/0/said_on"})


def test_a_quote_said_later_belongs_to_a_new_position(lake: Lake) -> None:
    refused = lake.ada.post(
        "/positions", position(stated_on="2024-03-01", quotes=quotes(lake, ("2024-05-01", None)))
    )
    assert (refused.status, refused.faults) == (422, {"/quotes/0/said_on"})
    stated = lake.ada.state(stated_on="2024-03", quotes=quotes(lake, ("2024-03-10", "2024-03-12")))
    [later] = quotes(lake, ("2024-04", None))
    refused = lake.ada.patch(
        f"/positions/{stated['id']}", {"quotes": [{"id": stated["quotes"][0]["id"]}, later]}
    )
    assert (refused.status, refused.faults) == (422, {"/quotes/1/said_on"})


# --- days that have begun -------------------------------------------------------------------------


@pytest.fixture
def late_evening(lake: Lake) -> Iterator[None]:
    """Set the clock to 23:30 UTC on 30 April 2025, when 1 May has begun in the east."""
    with time_machine.travel(datetime(2025, 4, 30, 23, 30, tzinfo=UTC)):
        yield


@pytest.mark.usefixtures("late_evening")
def test_a_day_may_be_named_once_it_has_begun_anywhere(lake: Lake) -> None:
    for text in ("2025-05-01", "2025-05", "2025"):
        assert lake.ada.post("/positions", position(stated_on=text)).status == 201, text
    for text in ("2025-05-02", "2025-06", "2026"):
        refused = lake.ada.post("/positions", position(stated_on=text))
        assert (refused.status, refused.faults) == (422, {"/stated_on"})
    eastern = lake.ada.state(stated_on="2025-05-01", quotes=quotes(lake, ("2025-05-01", None)))
    assert span(eastern) == ("2025-05-01", "2025-05-01", "2025-05-01")


@pytest.mark.usefixtures("late_evening")
@pytest.mark.parametrize("field", ["published_on", "accessed_on"])
def test_no_source_is_of_a_day_that_has_not_begun(lake: Lake, field: str) -> None:
    assert lake.ada.source(**{field: "2025-05-01"})
    refused = lake.ada.post("/sources", {"reference": "x", "title": "x", field: "2025-05-02"})
    assert (refused.status, refused.faults) == (422, {f"/{field}"})
    refused = lake.ada.patch("/sources/1", {field: "2025-06"})
    assert (refused.status, refused.faults) == (422, {f"/{field}"})


@pytest.mark.usefixtures("late_evening")
def test_a_look_may_be_of_a_day_that_has_begun_anywhere(lake: Lake) -> None:
    look = {"party": "north", "issue": "dam", "looked_on": "2025-05-01"}
    assert lake.ada.post("/negotiations/lake/looks", look).status == 201
    refused = lake.ada.post("/negotiations/lake/looks", {**look, "looked_on": "2025-05-02"})
    assert (refused.status, refused.faults) == (422, {"/looked_on"})


@pytest.mark.usefixtures("late_evening")
def test_nothing_counts_as_said_after_the_day_it_was_recorded(lake: Lake) -> None:
    stated = lake.ada.state(stated_on="2025", quotes=quotes(lake, (None, None)))
    assert span(stated) == ("2025", "2025-01-01", "2025-04-30")


@pytest.mark.usefixtures("late_evening")
def test_the_matrix_of_today_shows_what_was_said_tomorrow_in_the_east(lake: Lake) -> None:
    stated = lake.ada.state(stated_on="2025-05-01", quotes=quotes(lake, ("2025-05-01", None)))
    got = lake.stranger.get("/negotiations/lake/matrix")
    assert got.meta["as_of"] == "2025-05-01"
    assert lake.stranger.current() == stated["id"]
    assert lake.stranger.current(as_of="2025-04-30") is None


# --- by hand --------------------------------------------------------------------------------------

MARCH = {"stated_on": "2024-03"}


def test_dates_by_hand_narrow_what_is_computed(lake: Lake) -> None:
    given = {"stated_from": "2024-03-05", "stated_by": "2024-03-20"}
    stated = lake.ada.state(**MARCH, **given, quotes=quotes(lake, (None, None)))
    assert span(stated) == ("2024-03", "2024-03-05", "2024-03-20")


@pytest.mark.parametrize(
    ("by_hand", "where"),
    [
        ({"stated_from": "2024-02-29"}, "/stated_from"),
        ({"stated_from": "2024-04-01"}, "/stated_from"),
        ({"stated_by": "2024-02-29"}, "/stated_by"),
        ({"stated_by": "2024-03-18"}, "/stated_by"),  # the source was published on the 17th
        ({"stated_from": "2024-03-10", "stated_by": "2024-03-09"}, "/stated_from"),
        ({"stated_from": "2024-03"}, "/stated_from"),
        ({"stated_by": "soon"}, "/stated_by"),
    ],
    ids=str,
)
def test_dates_by_hand_do_no_more_than_narrow(lake: Lake, by_hand: Body, where: str) -> None:
    refused = lake.ada.post(
        "/positions", position(**MARCH, **by_hand, quotes=quotes(lake, (None, "2024-03-17")))
    )
    assert (refused.status, refused.faults) == (422, {where})


def test_dates_by_hand_stay_until_dates_or_quotes_change(lake: Lake) -> None:
    stated = lake.ada.state(
        **MARCH, stated_from="2024-03-05", quotes=quotes(lake, (None, "2024-03-17"))
    )
    number, [kept] = stated["id"], [{"id": q["id"]} for q in stated["quotes"]]
    assert span(lake.ada.correct(number, summary="better said"))[1:] == ("2024-03-05", "2024-03-17")
    assert span(lake.ada.correct(number, stated_by="2024-03-10"))[1:] == (
        "2024-03-05",
        "2024-03-10",
    )
    assert span(lake.ada.correct(number, firmness="demand", quotes=[kept]))[1:] == (
        "2024-03-05",
        "2024-03-10",
    )
    [more] = quotes(lake, ("2024-03-12", None))
    assert span(lake.ada.correct(number, quotes=[kept, more]))[1:] == ("2024-03-01", "2024-03-17")


def test_null_takes_a_date_by_hand_out(lake: Lake) -> None:
    stated = lake.ada.state(**MARCH, stated_from="2024-03-05", stated_by="2024-03-07")
    assert span(lake.ada.correct(stated["id"], stated_by=None))[1:] == ("2024-03-05", "2024-03-31")


def test_dates_sent_back_as_they_are_are_not_by_hand(lake: Lake) -> None:
    stated = lake.ada.state(**MARCH, quotes=quotes(lake, (None, "2024-03-17")))
    sent_back = {n: stated[n] for n in ("stated_on", "stated_from", "stated_by")}
    assert lake.ada.correct(stated["id"], **sent_back)["version"] == 1
    moved = lake.ada.correct(stated["id"], **sent_back | {"stated_on": "2024-02"})
    assert span(moved) == ("2024-02", "2024-02-01", "2024-02-29")


# --- what moves nothing ---------------------------------------------------------------------------


def test_a_corrected_publication_day_moves_no_position(lake: Lake) -> None:
    stated = lake.ada.state(**MARCH, quotes=quotes(lake, (None, "2024-03-17")))
    source_id = stated["quotes"][0]["source"]["id"]
    assert lake.ada.patch(f"/sources/{source_id}", {"published_on": "2024-03-09"}).status == 200
    was = span(stated)
    now = lake.stranger.get(f"/positions/{stated['id']}").data
    assert (span(now), now["version"]) == (was, 1)
    assert span(lake.ada.correct(stated["id"], summary="better said")) == was
    [kept] = stated["quotes"]
    assert span(
        lake.ada.correct(
            stated["id"],
            quotes=[kept | {"source": kept["source"] | {"published_on": "2024-03-09"}}],
        )
    )
    assert lake.ada.retract(stated["id"]).status == 200
    assert span(lake.ada.correct(stated["id"], status="published")) == was
    moved = lake.ada.correct(
        stated["id"],
        quotes=[{"id": kept["id"]}, quote(OTHER_WORDS, source_id, said_on="2024-03-02")],
    )
    assert span(moved)[1:] == ("2024-03-01", "2024-03-09")


def days(n: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=n)).isoformat()


def test_a_later_correction_still_counts_from_the_first_publication(lake: Lake) -> None:
    first = datetime(2025, 3, 10, 12, tzinfo=UTC)
    with time_machine.travel(first):
        stated = lake.ada.state(stated_on="2025", quotes=quotes(lake, (None, None)))
    assert span(stated)[2] == "2025-03-10"
    # The log uses the database's clock, which a test cannot set.
    with connect(lake.database.owner_url) as connection:
        connection.execute("UPDATE position SET first_published_at = %s", [first])
    with time_machine.travel(datetime(2025, 6, 1, tzinfo=UTC)):
        [kept, more] = [{"id": stated["quotes"][0]["id"]}, *quotes(lake, (None, None))]
        assert span(lake.ada.correct(stated["id"], quotes=[kept, more])) == (
            "2025",
            "2025-01-01",
            "2025-03-10",
        )


def test_a_draft_settles_its_day_when_it_is_first_published(lake: Lake) -> None:
    with time_machine.travel(datetime(2025, 3, 10, 12, tzinfo=UTC)):
        draft = lake.ada.draft(
            stated_on="2025", stated_from="2025-02-01", quotes=quotes(lake, (None, None))
        )
    assert span(draft)[1:] == ("2025-02-01", "2025-03-10")
    with time_machine.travel(datetime(2025, 6, 1, tzinfo=UTC)):
        published = lake.ada.correct(draft["id"], status="published")
    assert span(published)[1:] == ("2025-02-01", "2025-06-01")


def test_as_of_counts_by_the_day_it_was_certainly_said(lake: Lake) -> None:
    stated = lake.ada.state(**MARCH, quotes=quotes(lake, (None, "2024-03-17")))
    for as_of, current, possible in (
        ("2024-02-29", None, None),
        ("2024-03-01", None, [stated["id"]]),
        ("2024-03-16", None, [stated["id"]]),
        ("2024-03-17", stated["id"], None),
    ):
        cell = lake.stranger.cell(as_of=as_of)
        assert (cell["position"] and cell["position"]["id"], cell.get("possible")) == (
            current,
            possible,
        ), as_of


def test_todays_date_is_asked_for_in_utc(lake: Lake) -> None:
    got = lake.stranger.get("/negotiations/lake/matrix")
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", got.meta["as_of"])
    assert abs((date.fromisoformat(got.meta["as_of"]) - datetime.now(UTC).date()).days) <= 1
