"""Test the form by which a signed-in viewer says what is missing or wrong in a cell."""

from typing import Any

from tests.support.factories import NOWHERE, TEXT, WORDS
from tests.support.fixtures import Lake

ADDRESS = "/n/lake/cells/north/quota/propose"


def send(lake: Lake, **more: str) -> Any:
    sent = {
        "what": "missing",
        "note": "It was said on Tuesday",
        "exact": WORDS,
        "kind": "direct",
        "speaker": "Mara Venn",
        "url": "https://news.example/lake",
        "o-q40": "prefers",
        "firmness": "demand",
        **more,
    }
    return lake.vic.browse("POST", ADDRESS, data=sent)


def test_the_cell_leads_signed_in_readers_to_it(lake: Lake) -> None:
    words = "Something is missing or wrong here"
    assert words in lake.vic.page("/n/lake/cells/north/quota").text
    assert words not in lake.stranger.page("/n/lake/cells/north/quota").text
    assert lake.stranger.page(ADDRESS).status_code in (303, 401)
    assert lake.vic.page(ADDRESS).status_code == 200


def test_a_position_is_proposed(lake: Lake) -> None:
    done = send(lake)
    assert (done.status_code, done.headers["location"]) == (303, "/proposals/1?told=proposed")
    assert "Thank you" in lake.vic.page("/proposals/1?told=proposed").text
    made = lake.vic.get("/proposals/1").data
    assert made["proposed_by"] == {"person": "vic"} and made["note"] == "It was said on Tuesday"
    assert made["request"]["position"]["quotes"][0]["source_id"] == 1


def test_words_that_are_not_there_come_back_with_the_closest_passage(lake: Lake) -> None:
    refused = send(lake, exact=NOWHERE)
    assert refused.status_code == 422
    assert "does not occur in the text of its source" in refused.text
    assert "The closest passage is" in refused.text and NOWHERE in refused.text
    assert lake.vic.get("/proposals").data == []


def test_a_new_document_needs_title_and_text(lake: Lake) -> None:
    there = {"url": "https://elsewhere.example/a"}
    refused = send(lake, **there)
    assert refused.status_code == 422 and "enter its title" in refused.text
    new = {**there, "title": "Elsewhere", "text": TEXT, "speaker": "New Person"}
    undated = send(lake, **new)
    assert undated.status_code == 422 and 'href="#field-said_on"' in undated.text
    done = send(lake, **new, said_on="14 May 2024")
    assert done.status_code == 303, done.text[:3000]


def test_what_is_shown_can_be_called_wrong(lake: Lake) -> None:
    lake.ada.state(firmness="demand")
    nothing = send(lake, what="wrong", exact="", url="")
    assert nothing.status_code == 422
    done = send(lake, what="wrong", exact="", url="", **{"o-q40": "", "o-q30": "prefers"})
    assert done.status_code == 303, done.text[:3000]
    made = lake.vic.get("/proposals/1").data
    changes = made["request"]["correction"]["changes"]
    assert (made["kind"], changes) == (
        "correction",
        {"attitudes": {"q30": "prefers", "q40": None}},
    )


def test_an_empty_form_says_what_it_needs(lake: Lake) -> None:
    refused = lake.vic.browse("POST", ADDRESS, data={})
    assert refused.status_code == 422 and "copy the words that show it" in refused.text
    assert (
        lake.vic.browse("POST", ADDRESS, data={"o-q40": "loves", "exact": "x" * 30_000}).status_code
        == 422
    )


def test_there_is_no_form_for_a_cell_that_is_none(lake: Lake) -> None:
    assert lake.vic.page("/n/lake/cells/moon/quota/propose").status_code == 404
