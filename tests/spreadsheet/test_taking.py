"""Test importing a CSV of positions: new ones are stored in one transaction, known ones left alone.

All faults are reported together.
"""

import pytest

from tests.datapackage.packages import commits
from tests.spreadsheet.make import DMY, LAKE, MDY, faults, kinds, other, said, sheet, starts, take
from tests.support.factories import NOWHERE, OTHER_WORDS, TWICE, WORDS
from tests.support.fixtures import Lake

PREVIEW = {"dry_run": True}


def test_new_positions_are_one_entry_of_the_log(lake: Lake) -> None:
    before = commits(lake.database.url)
    taken = take(
        lake.database.url, sheet(said(summary="Forty or nothing", speaker="M. Venn"), other())
    )
    assert kinds(taken) == ["new", "new"]
    assert (
        str(taken.report)
        == "speakers: 1 already in Parley; sources: 1 already in Parley; positions: 2 added"
    )
    assert commits(lake.database.url) == before + 1
    cell = lake.stranger.cell("north", "quota")["position"]
    assert (cell["summary"], cell["attitudes"], cell["firmness"]) == (
        "Forty or nothing",
        {"q40": "prefers"},
        "demand",
    )
    assert cell["recorded_by"] == "ada" and cell["stated_by"] == "2024-05-14"
    [quote] = cell["quotes"]
    assert (quote["verification"], quote["speaker"]["name"], quote["speaker"]["office"]) == (
        "verified", "Mara Venn", "Minister",
    )  # fmt: skip


def test_twice_imports_nothing_twice(lake: Lake) -> None:
    data = sheet(
        said(), other(), said(exact=TWICE, prefix="again: “", issue="dam", prefers="closed")
    )
    take(lake.database.url, data)
    before = commits(lake.database.url)
    again = take(lake.database.url, data)
    assert kinds(again) == ["same"] * 3 and commits(lake.database.url) == before
    assert str(again.report) == "positions: 3 already in Parley"


def test_a_preview_writes_nothing(lake: Lake) -> None:
    before = commits(lake.database.url)
    taken = take(lake.database.url, sheet(said(), other()), **PREVIEW)
    assert kinds(taken) == ["new", "new"] and commits(lake.database.url) == before
    assert lake.stranger.get("/positions").data == []


def test_what_was_entered_by_hand_is_not_entered_again(lake: Lake) -> None:
    held = lake.ada.state("north", "quota", firmness="demand")
    taken = take(lake.database.url, sheet(said()))
    assert kinds(taken) == ["same"] and taken.fates[0].position == held["id"]


@pytest.mark.parametrize("asked", [{}, {"exact": "1"}, {"since": "2020-01-01"}, {"invented": "1"}])
def test_an_export_comes_back_as_the_same(lake: Lake, asked: dict[str, str]) -> None:
    if asked.pop("invented", None):
        negotiation = lake.ada.get("/negotiations/lake")
        lake.ada.patch("/negotiations/lake", {"invented": True}, etag=negotiation.etag)
    lake.ada.state(
        "north", "quota", summary="=1+1 is what they say", conditions={"q40": "only if paid"},
        inferred=["q40"], links=[{"issue": "dam", "option": "open", "kind": "package"}],
        salience=70,
    )  # fmt: skip
    lake.ada.correct(
        lake.ada.state("south", "dam", attitudes={"open": "accepts", "shared": "rejects"})["id"],
        salience=5,
    )
    export = lake.ada.page("/n/lake/export.csv", **asked).content
    before = commits(lake.database.url)
    assert set(kinds(take(lake.database.url, export, slug=None))) == {"same"}
    assert commits(lake.database.url) == before


def test_an_export_edited_says_where_it_differs(lake: Lake) -> None:
    lake.ada.state("north", "quota", summary="Forty")
    export = lake.stranger.page("/n/lake/export.csv").content.replace(b"Forty", b"Fifty")
    starts(
        faults(lake.database.url, export, slug=None),
        "2:summary: differs from position 1, which has Forty",
    )


def test_rows_of_one_position_bring_its_quotes(lake: Lake) -> None:
    data = sheet(
        said(issue="dam", prefers="Closed", exact=TWICE, prefix="again: “"),
        said(issue="dam", prefers="", firmness=""),
    )
    assert kinds(take(lake.database.url, data)) == ["new", "quote"]
    assert len(lake.stranger.cell("north", "dam")["position"]["quotes"]) == 2


def test_keys_of_ones_own_part_two_positions_of_a_day(lake: Lake) -> None:
    data = sheet(said(position="a"), said(position="b", exact=OTHER_WORDS, prefers="q30"))
    assert kinds(take(lake.database.url, data)) == ["new", "new"]
    assert lake.stranger.cell("north", "quota")["positions_count"] == 2
    assert kinds(take(lake.database.url, data)) == ["same", "same"]


def test_every_fault_is_said_in_one_go(lake: Lake) -> None:
    data = sheet(
        said(party="nroth"),
        said(issue="quotas"),
        said(prefers="q41", firmness="very", position="x"),
        other(speaker="Nobody", exact=NOWHERE),
        said(stated_on="", position="y"),
        said(exact="", source_url="ftp://news.example", position="z"),
        said(source_url="https://news\u200b.example/a", position="w"),
    )
    starts(
        sorted(faults(lake.database.url, data)),
        "2:party: there is no party “nroth”",
        "3:issue: there is no issue “quotas”",
        "4:firmness: ",
        "4:prefers: there is no option of quota “q41”",
        "5:exact: does not occur in the text",
        "5:speaker_name: there is no speaker 'Nobody'",
        "6:stated_on: is empty",
        "7:exact: is empty",
        "7:source_url: must begin with http",
        "8:source_url: has the invisible character U+200B ZERO WIDTH SPACE",
    )
    assert lake.stranger.get("/positions").data == []


def test_one_fault_keeps_everything_out(lake: Lake) -> None:
    taken = take(lake.database.url, sheet(said(), other(party="nobody")))
    assert not taken.clean and [f.kind for f in taken.fates] == ["new", "fault"]
    assert lake.stranger.get("/positions").data == []


def test_a_new_source_needs_a_title_and_comes_with_what_is_said_of_it(lake: Lake) -> None:
    row = said(source_url="https://paper.example/a", exact="Nobody checked this")
    starts(
        faults(lake.database.url, sheet(row)),
        "2:source_title: is empty: this source is new and needs a title",
    )
    row |= {"title": "A paper", "published_on": "15 May 2024", "publisher": "The Paper"}
    assert kinds(take(lake.database.url, sheet(row))) == ["new"]
    [quote] = lake.stranger.cell("north", "quota")["position"]["quotes"]
    assert quote["verification"] == "unverified"
    assert (quote["source"]["title"], quote["source"]["published_on"]) == ("A paper", "2024-05-15")


def test_a_reference_with_a_title_is_a_source(lake: Lake) -> None:
    row = said(source_url="", reference="Archive, box 3", title="Minutes", exact="As was said")
    assert kinds(take(lake.database.url, sheet(row))) == ["new"]
    assert kinds(take(lake.database.url, sheet(row))) == ["same"]
    assert kinds(take(lake.database.url, sheet(row | {"stated_on": "2024-06"}))) == ["new"]
    assert len(lake.ada.get("/sources").data) == 2


@pytest.mark.parametrize("last", [1, -1])
def test_sources_and_speakers_of_which_more_or_less_is_said(lake: Lake, last: int) -> None:
    short = {"source_url": "https://paper.example/a", "title": "A paper"}
    long = {"source_url": "https://paper.example/b", "title": "B", "publisher": "Press"}
    rows = [
        said(speaker="Mara Venn"),
        other(exact="This is new", speaker="Una Bell", office="Clerk", speaker_party="north"),
        said(exact="So is this", issue="dam", prefers="open") | short,
        other(exact="And this", issue="dam", prefers="open") | long,
    ]
    rows[1] |= {"source_url": "https://paper.example/c", "title": "C", "author": "Bo"}
    assert kinds(take(lake.database.url, sheet(*rows[::last]))) == ["new"] * 4
    found = {s["title"]: s for s in lake.ada.get("/sources").data}
    assert [found[title]["publisher"] for title in ("A paper", "B", "C")] == [None, "Press", None]
    assert [found[title]["author"] for title in ("A paper", "B", "C")] == [None, None, "Bo"]


def test_links_to_issues_and_to_options(lake: Lake) -> None:
    links = (
        '[{"issue": "dam", "kind": "package"},'
        ' {"issue": "dam", "option": "open", "kind": "condition"}]'
    )
    assert kinds(take(lake.database.url, sheet(said(links=links)))) == ["new"]
    held = lake.stranger.cell("north", "quota")["position"]["links"]
    assert [(k["option"], k["kind"]) for k in held] == [(None, "package"), ("open", "condition")]


@pytest.mark.parametrize("link", ['{"issue": "dam"}', '{"kind": "package"}', "{}"])
def test_a_link_that_lacks_something_is_not_lost(lake: Lake, link: str) -> None:
    starts(faults(lake.database.url, sheet(said(links=f"[{link}]"))), "2:links: is not a list of")


def test_speakers_are_put_on_file_with_office_and_party(lake: Lake) -> None:
    row = said(speaker="Una Bell", office="Ambassador")
    starts(
        faults(lake.database.url, sheet(row)),
        "2:speaker_name: there is no speaker 'Una Bell'; give speaker_office",
    )
    assert kinds(take(lake.database.url, sheet(row | {"speaker_party": "Northshore"}))) == ["new"]
    [quote] = lake.stranger.cell("north", "quota")["position"]["quotes"]
    assert quote["speaker"] == {"name": "Una Bell", "office": "Ambassador", "party": "north"}


@pytest.mark.parametrize(("order", "day"), [(DMY, "2024-05-04"), (MDY, "2024-04-05")])
def test_dates_of_three_numbers_are_asked_about(lake: Lake, order: object, day: str) -> None:
    data = sheet(said(stated_on="4/5/2024"))
    taken = take(lake.database.url, data)
    assert [q.about for q in taken.questions] == ["dates"]
    starts(map(str, taken.faults), "lake.csv:2:stated_on: “4/5/2024” can mean two days")
    assert take(lake.database.url, data, order=order).clean
    assert lake.stranger.cell("north", "quota")["position"]["stated_on"] == day


def test_the_order_of_dates_is_not_bent_to_fit(lake: Lake) -> None:
    starts(
        faults(lake.database.url, sheet(said(stated_on="14.5.2024")), order=MDY),
        "2:stated_on: 2024-14-05 does not exist",
    )
    assert take(lake.database.url, sheet(said(stated_on="14.5.2024"))).clean


def test_where_a_second_person_publishes_drafts_are_made(lake: Lake) -> None:
    assert lake.root.patch("/negotiations/lake", {"review": True}).status == 200
    starts(
        faults(lake.database.url, sheet(said(status="published"))),
        "2:status: this negotiation requires review",
    )
    assert kinds(take(lake.database.url, sheet(said()))) == ["new"]
    assert lake.stranger.get("/positions").data == []
    assert len(lake.ada.get("/positions", status="draft").data) == 1
    assert kinds(take(lake.database.url, sheet(said()))) == ["same"]


def test_a_negotiation_may_be_named_in_each_row(lake: Lake) -> None:
    starts(faults(lake.database.url, sheet(said()), slug=None), "2:negotiation: is empty")
    starts(
        faults(lake.database.url, sheet(said(negotiation="sea")), slug=None),
        "2:negotiation: there is no negotiation",
    )
    starts(
        faults(lake.database.url, sheet(said(negotiation="sea")), fixed=True),
        "2:negotiation: is 'sea'; here it is 'lake'",
    )
    assert kinds(take(lake.database.url, sheet(said(negotiation="lake")), slug=None)) == ["new"]


def test_what_contradicts_itself_is_told(lake: Lake) -> None:
    starts(
        faults(lake.database.url, sheet(said(summary="a"), said(summary="b", exact=OTHER_WORDS))),
        "3:summary: is not what line 2 says of the same position; give the two positions"
        " different keys",
    )
    starts(
        faults(lake.database.url, sheet(said(rejects="40 %"))),
        "2:rejects: q40 is listed under prefers and under rejects",
    )
    starts(
        faults(lake.database.url, sheet(said(), said())),
        "3:exact: the same quote of the same position as on line 2",
    )
    starts(
        faults(lake.database.url, sheet(said(prefers="q40|q30"))),
        "2:prefers: a party prefers at most one option",
    )


def test_a_retired_option_cannot_be_chosen(lake: Lake) -> None:
    lake.ada.patch(
        "/negotiations/lake/issues/quota", {"options": [{"slug": "q40", "retired": True}]}
    )
    starts(faults(lake.database.url, sheet(said())), "2:prefers: q40 is retired")


def test_a_retracted_position_is_not_brought_back(lake: Lake) -> None:
    take(lake.database.url, sheet(said()))
    lake.ada.retract(1)
    assert kinds(take(lake.database.url, sheet(said()))) == ["same"]
    assert lake.stranger.get("/positions").data == []


def test_an_export_goes_into_another_database(lake: Lake) -> None:
    lake.ada.state(
        "north", "quota", quotes=[{"source_id": 1, "exact": WORDS, "speaker": "Mara Venn"}]
    )
    export = lake.stranger.page("/n/lake/export.csv").content
    lake.ada.retract(1)
    changed = export.replace(
        lake.ada.get("/positions", status="retracted").data[0]["uid"].encode(),
        b"0" * 8 + b"-0000-4000-8000-" + b"0" * 12,
    )
    assert kinds(take(lake.database.url, changed)) == ["new"]
    assert LAKE in changed.decode()
