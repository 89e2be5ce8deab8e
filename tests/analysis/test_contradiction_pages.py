"""Test the page of contradictions and conditions, its JSON, its CSV, and what a cell says of it."""

import csv
import io
from itertools import pairwise
from typing import Any

import pytest

from tests.support.factories import WORDS, quote
from tests.support.fixtures import Lake
from tests.support.html import tree, words

PAGE, API = "/n/lake/contradictions", "/negotiations/lake/contradictions"
FILE = "/n/lake/contradictions.csv"
KINDS = ("speakers", "stances", "hearsay", "words", "conditions")


@pytest.fixture
def talks(lake: Lake) -> Lake:
    """Let the minister and a clerk of north contradict each other, and south depend on north."""
    lake.ada.state(
        "north", "dam", attitudes={"closed": "prefers"}, stated_on="2024-05-14",
        quotes=[quote(speaker="Mara Venn")],
    )  # fmt: skip
    lake.ada.state(
        "north", "dam", attitudes={"closed": "rejects"}, stated_on="2024-06-04",
        quotes=[quote(speaker={"office": "Clerk"}, said_on="2024-06-04")],
    )  # fmt: skip
    lake.ada.state(
        "south", "quota", attitudes={"q40": "rejects"},
        links=[{"issue": "dam", "option": "closed", "kind": "condition"}],
    )  # fmt: skip
    lake.ada.state("council", "dam", attitudes={"closed": "accepts"})
    return lake


def counts(lake: Lake, **query: Any) -> dict[str, int]:
    found = lake.stranger.get(API, **query).data["counts"]
    assert list(found) == list(KINDS)
    return {kind: n for kind, n in found.items() if n}


def test_each_entry_has_its_positions_with_their_quotes(talks: Lake) -> None:
    data = talks.stranger.get(API).data
    assert data["complete"] is True
    [pair] = data["opposed"]
    assert (pair["kind"], pair["party"], pair["issue"]) == ("speakers", "north", "dam")
    assert (pair["days"], pair["options"], pair["on"]) == (21, ["closed"], "2024-06-04")
    said_by = [
        (p["id"], p["quotes"][0]["speaker"]["name"], p["quotes"][0]["speaker"]["office"])
        for p in (pair["before"], pair["after"])
    ]
    assert said_by == [(1, "Mara Venn", "Minister"), (2, None, "Clerk")]
    [shared] = data["same_words"]
    assert (shared["issue"], shared["exact"]) == ("dam", WORDS)
    assert {use["party"] for use in shared["uses"]} == {"north", "council"}
    [depends] = data["conditions"]
    assert depends["needs"] == {"issue": "dam", "option": "closed"}
    assert [(o["party"], o["standing"], o["position"]) for o in depends["others"]] == [
        ("north", "rejects", 2),
        ("council", "accepts", 4),
    ]
    assert (depends["own"]["standing"], depends["own"]["position"]) == ("silent", None)
    assert depends["position"]["id"] == 3


def test_days_parties_issues_and_kinds_narrow_the_list(talks: Lake) -> None:
    assert counts(talks) == {"speakers": 1, "words": 1, "conditions": 1}
    assert counts(talks, days=20) == {"words": 1, "conditions": 1}
    assert counts(talks, days=21) == counts(talks)
    assert counts(talks, party="south") == {"conditions": 1}
    assert counts(talks, party="council") == {"words": 1}
    assert counts(talks, issue="quota") == {"conditions": 1}
    assert counts(talks, issue="dam") == counts(talks)  # on which the condition depends
    assert counts(talks, kind="words") == counts(talks)  # counts are of every kind
    data = talks.stranger.get(API, kind="words").data
    assert [len(data[name]) for name in ("opposed", "same_words", "conditions")] == [0, 1, 0]


def test_it_is_as_of_a_day_and_as_known_at_an_instant(talks: Lake) -> None:
    pin = talks.ada.known_now()
    before = talks.stranger.get(API, known_at=pin, as_of="2024-12-31").raw_data
    assert counts(talks, as_of="2024-06-03") == {"words": 1, "conditions": 1}
    [depends] = talks.stranger.get(API, as_of="2024-06-03").data["conditions"]
    assert depends["others"][0]["standing"] == "prefers"
    talks.ada.draft("north", "dam", attitudes={"open": "prefers"}, stated_on="2024-06-05")
    assert counts(talks) == {"speakers": 1, "words": 1, "conditions": 1}
    assert talks.ada.retract(2).status == 200
    assert counts(talks) == {"words": 1, "conditions": 1}
    pinned = talks.stranger.get(API, known_at=pin, as_of="2024-12-31")
    assert pinned.raw_data == before
    assert pinned.meta["changed_since"] == 1


def test_a_quote_that_was_taken_out_is_shared_no_longer(talks: Lake) -> None:
    change = {"quotes": [quote("The dam stays closed until the survey is done")]}
    talks.ada.correct(4, **change)
    assert counts(talks) == {"speakers": 1, "conditions": 1}


def test_the_page_shows_both_sides_and_resolves_nothing(talks: Lake) -> None:
    page = tree(talks.stranger, PAGE)
    assert "it may be a change of mind" in page.html
    speakers = page.css_first("section[aria-labelledby=kind-speakers]")
    assert "21 days apart" in words(speakers) and "does not say who leads whom" in words(speakers)
    said_by = [words(caption) for caption in speakers.css("figcaption")]
    assert said_by[0].startswith("Mara Venn, Minister, Northshore") and "Clerk" in said_by[1]
    needs = words(page.css_first("section[aria-labelledby=kind-conditions] .needs"))
    assert needs.startswith("Southshore’s position holds only with “Closed” of The dam.")
    assert "Now accepted by Basin Council" in needs and "Now rejected by Northshore" in needs
    assert needs.endswith("Southshore itself has no position on it yet")
    links = {a.attributes["href"] or "" for a in page.css("main a") if a.attributes["href"]}
    for link in links:
        if link.startswith("/"):
            assert talks.stranger.browse("GET", link).status_code == 200, link


def test_a_cell_says_how_what_it_depends_on_stands_now(talks: Lake) -> None:
    def needs() -> str:
        page = tree(talks.stranger, "/n/lake/cells/south/quota")
        assert not page.css(".tied")  # said once
        return words(page.css_first(".needs"))

    assert "rejected by Northshore" in needs()
    talks.ada.state(
        "north", "dam", attitudes={"closed": "accepts"}, stated_on="2024-06-20",
        conditions={"closed": "only if it rains"}, quotes=[quote(said_on="2024-06-20")],
    )  # fmt: skip
    assert "accepted by Northshore only if it rains" in needs()


def test_a_cell_leads_to_what_contradicts_it(talks: Lake) -> None:
    page = tree(talks.stranger, "/n/lake/cells/north/dam")
    link = page.css_first(".sure a[href*=contradictions]").attributes["href"]
    assert link == f"{PAGE}?party=north&issue=dam"


def test_the_file_has_a_row_for_each_position(talks: Lake) -> None:
    text = talks.stranger.browse("GET", FILE).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(r["entry"], r["kind"], r["party"], r["position_id"]) for r in rows] == [
        ("1", "speakers", "north", "1"),
        ("1", "speakers", "north", "2"),
        ("2", "words", "north", "1"),
        ("2", "words", "council", "4"),
        ("2", "words", "north", "2"),
        ("3", "conditions", "south", "3"),
    ]
    assert (rows[0]["days"], rows[0]["options"]) == ("21", "closed")
    assert [row["quote_office"] for row in rows[:2]] == ["Minister", "Clerk"]
    last = rows[-1]
    assert (last["needs_issue"], last["needs_option"]) == ("dam", "closed")
    assert (last["accepted_by"], last["rejected_by"]) == ("council", "north")
    assert (last["preferred_by"], last["no_position_of"]) == ("", "")


def test_long_lists_come_in_windows(lake: Lake) -> None:
    for n in range(25):
        attitude = {"closed": "prefers" if n % 2 else "rejects"}
        lake.ada.state("north", "dam", attitudes=attitude, stated_on="2024-05-14")
    first = lake.stranger.get(API, kind="stances")
    assert first.data["counts"]["stances"] == 12 * 13
    lake.ada.state("north", "dam", attitudes={"closed": "prefers"}, stated_on="2024-05-14")
    page = tree(lake.stranger, PAGE)
    seen = len(page.css(".change"))
    while (more := page.css_first("a[rel=next]")) is not None:
        page = tree(lake.stranger, more.attributes["href"] or "")
        seen += len(page.css(".change"))
    assert seen == 13 * 13


@pytest.mark.parametrize(
    "query",
    ["days=-1", "days=36501", "days=many", "kind=lies", "party=nobody", "issue=nothing",
     "cursor=x", "as_of=yesterday"],
)  # fmt: skip
def test_what_cannot_be_answered_is_explained(lake: Lake, query: str) -> None:
    for address in (PAGE, f"/api/v1{API}", FILE):
        got = lake.stranger.browse("GET", f"{address}?{query}")
        assert got.status_code == 422, address
        assert query.split("=")[0] in got.text


def test_what_is_kept_of_a_page_is_computed_anew_after_a_change(lake: Lake) -> None:
    """Also after a retraction and a new name, which is no change of a position."""
    pages = ("/n/lake/changes", "/n/lake/agreement?min_issues=1", PAGE)

    def shown() -> list[str]:
        return [words(tree(lake.stranger, page).css_first("main")) for page in pages]

    lake.ada.state("north", "dam", attitudes={"closed": "prefers"})
    lake.ada.state("south", "dam", attitudes={"open": "prefers"})
    seen = [shown()]
    lake.ada.state("north", "dam", attitudes={"closed": "rejects", "open": "prefers"})
    seen.append(shown())
    assert lake.ada.retract(2).status == 200
    seen.append(shown())
    assert lake.ada.patch("/parties/north", {"name": "The Northern Shore"}).status == 200
    seen.append(shown())
    for before, after in pairwise(seen):
        assert [one == other for one, other in zip(before, after, strict=True)] == [False] * 3
    assert all("Northern Shore" in text for text in seen[-1])
