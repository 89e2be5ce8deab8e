"""Test what is said of the evidence for a position: facts, and nothing that is not one."""

from dataclasses import replace

from app.positions.evidence import Evidence, evidence, evidence_of
from tests.support.factories import quote
from tests.support.fixtures import Lake
from tests.support.html import tree, words
from tests.templates import invented as sarn


def test_quotes_are_counted_by_whose_words_they_are_and_how_they_were_checked() -> None:
    assert evidence_of("borsk", sarn.BORSK_GAUGE.quotes) == Evidence(
        quotes=5,
        direct=4,
        own=4,
        checked=2,  # verified, and attested
        mismatched=1,
        redacted=0,
        sources=2,
        publishers=evidence_of("borsk", sarn.BORSK_GAUGE.quotes).publishers,
        offices=evidence_of("borsk", sarn.BORSK_GAUGE.quotes).offices,
        newest="2031-03-09",
    )


def test_one_quote_by_another_party_is_said_to_be_so() -> None:
    [first, *_] = sarn.BORSK_GAUGE.quotes
    assert first.speaker
    other = replace(first, speaker=replace(first.speaker, party="aldria"))
    facts = evidence(replace(sarn.BORSK_GAUGE, quotes=[other]))
    assert facts[:2] == [
        "1 quote, none in its own words",
        "it is checked against the text of the source",
    ]
    assert facts[2].startswith("from a single source")
    assert not any("said by" in fact for fact in facts)


def test_without_quotes_it_says_so() -> None:
    assert evidence(replace(sarn.BORSK_GAUGE, quotes=[])) == ["No quote"]


def test_a_cell_says_what_it_rests_on_and_what_speaks_against_it(lake: Lake) -> None:
    """Ten days apart North took two sides, by two speakers, in words that are South's as well."""
    lake.ada.state(
        attitudes={"q20": "prefers", "q40": "rejects"}, stated_on="2024-05-01",
        quotes=[quote("forty per cent", speaker="Mara Venn", said_on="2024-05-01")],
    )  # fmt: skip
    lake.ada.state(
        attitudes={"q40": "prefers"}, stated_on="2024-05-11",
        quotes=[quote("every farmer", speaker={"name": "Una Bell", "party": "north"},
                      said_on="2024-05-11")],
    )  # fmt: skip
    lake.ada.state("south", quotes=[quote("every farmer", speaker="Tol Ibarra")])
    lake.ada.state("south", "dam", attitudes={"open": "prefers"}, quotes=[quote("every farmer")])
    section = tree(lake.stranger, "/n/lake/cells/north/quota").css_first(".sure")
    facts = [words(one) for one in section.css("li")]
    assert facts[0] == "1 quote, it is in its own words"
    assert "Said otherwise 10 days apart: prefers 20 %" in facts[-2]
    assert "by Mara Venn" in facts[-2]
    assert facts[-1] == "The words of a quote are used for Southshore too."
    lake.ada.retract(3)  # South's position on the same issue; that on the dam does not count
    section = tree(lake.stranger, "/n/lake/cells/north/quota").css_first(".sure")
    assert "Southshore" not in words(section)
