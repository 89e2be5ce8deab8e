"""Test that the words of saved quotes are found in other sources, and proposed from there."""

from typing import Any

from tests.proposals.test_deciding import decide
from tests.support.factories import OTHER_WORDS, TEXT, WORDS, Desk, quote
from tests.support.fixtures import Lake
from tests.support.logged import verified

SEARCH = "/n/lake/proposals/search"
COPY = f"From our own desk.\n\n{TEXT.replace('“', '«').replace('”', '»')}\n\nAll rights reserved."


def search(desk: Desk) -> Any:
    return desk.browse("POST", SEARCH, data={"do": "search"})


def test_a_near_duplicate_is_proposed_as_a_second_source(lake: Lake) -> None:
    lake.ada.state(quotes=[quote(speaker="Mara Venn", said_on="2024-05-14")])
    lake.ada.state("south", quotes=[quote(OTHER_WORDS, kind="reported")])
    copy = lake.ada.source(text=COPY, published_on="2024-05-15")["id"]
    lake.ada.source(text="Quite another text, without any of the words.")
    done = search(lake.ada)
    assert (done.status_code, done.headers["location"]) == (
        303, "/n/lake/proposals?did=search&count=2#inbox"
    )  # fmt: skip
    found = lake.ada.get("/proposals").data
    assert {p["kind"] for p in found} == {"correction"}
    assert found[0]["proposed_by"] == {"tool": "Parley", "run": "same words elsewhere"}
    assert lake.stranger.get("/positions/1").data["version"] == 1  # nothing is public yet
    mine = next(p for p in found if p["position"] == 1)
    assert decide(lake.ada, "accept", f"{mine['id']}:1").status_code == 303
    made = lake.stranger.get("/positions/1").data
    assert [q["source"]["id"] for q in made["quotes"]] == [1, copy]
    second = made["quotes"][1]
    assert (second["exact"], second["verification"]) == (WORDS, "verified")
    assert second["speaker"] == made["quotes"][0]["speaker"]
    assert made["reason"] == "The same words are in another source, too."
    assert len([s for s in lake.ada.get("/speakers").data if s["name"] == "Mara Venn"]) == 1
    assert verified(lake) == []


def test_searching_again_proposes_nothing_twice(lake: Lake) -> None:
    lake.ada.state()
    lake.ada.source(text=COPY, published_on="2024-05-15")
    assert "count=1" in search(lake.ada).headers["location"]
    assert "count=0" in search(lake.ada).headers["location"]
    assert decide(lake.ada, "reject", "1:1", why="known").status_code == 303
    assert "count=0" in search(lake.ada).headers["location"]
    search(lake.bo)  # by another account it is the same, and decided
    assert {p["state"] for p in lake.ada.get("/proposals").data} == {"rejected"}


def test_drafts_short_and_redacted_words_are_not_looked_for(lake: Lake) -> None:
    lake.ada.draft()
    lake.ada.state("south", "dam", quotes=[quote("The dam stays closed", prefix="Asked again: “")])
    lake.ada.source(text=COPY)
    assert "count=0" in search(lake.ada).headers["location"]
    assert lake.ada.get("/proposals").data == []


def test_what_the_checks_refuse_leaves_the_others(lake: Lake) -> None:
    lake.ada.state(quotes=[quote(said_on="2024-05-14")])
    lake.ada.state("south", quotes=[quote(OTHER_WORDS)])
    # Without any date: the first position is fine, and so is the other; in two places it is not.
    lake.ada.source(text=f"{COPY}\n\n“{WORDS}.”")
    answer = search(lake.ada)
    assert answer.status_code == 303
    waiting = lake.ada.get("/proposals").data
    assert {p["position"] for p in waiting} >= {2}


def test_only_editors_search(lake: Lake) -> None:
    assert search(lake.vic).status_code == 403
    assert lake.ada.browse("POST", "/n/nowhere/proposals/search", data={}).status_code == 404
