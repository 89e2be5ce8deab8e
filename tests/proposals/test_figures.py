"""Test what is counted of proposals, and how they agree with people's own coding."""

import csv
import io
from typing import Any

import pytest

from app.positions.reliability import ac1
from app.proposals.figures import compare
from tests.proposals.bodies import ROBOT, proposal
from tests.proposals.test_deciding import decide, mend
from tests.support.factories import NOWHERE, OTHER_WORDS, Desk, quote
from tests.support.fixtures import Lake


def row(lake: Lake) -> Any:
    [found] = lake.ada.get("/proposals/figures").data
    return found


def test_each_fate_is_counted(lake: Lake, pia: Desk) -> None:
    south: dict[str, Any] = {"quotes": [quote(OTHER_WORDS, speaker="Tol Ibarra")]}
    for body in (
        proposal(),
        proposal("south", **south),
        proposal(issue="dam"),
        proposal(issue="dam", attitudes={"open": "rejects"}),
    ):
        assert pia.post("/proposals", body).status == 201
    assert pia.post("/proposals", proposal(quotes=[quote(NOWHERE)])).status == 422
    decide(lake.ada, "accept", "1:1")
    mend(lake.ada, 2, firmness="open")
    decide(lake.ada, "reject", "3:1", why="not_carried")
    found = row(lake)
    agreement = found.pop("agreement")
    assert found == {
        "account": "pia", "proposed_by": ROBOT, "proposed": 5, "refused": 1,
        "refused_why": {"quote_absent": 1}, "repeated": 0, "waiting": 1, "accepted": 1,
        "mended": 1, "mended_in": {"firmness": 1}, "rejected": 1,
        "rejected_why": {"not_carried": 1}, "withdrawn": 0,
    }  # fmt: skip
    assert agreement is None, "nothing here was coded by people"
    page = lake.ada.page("/proposals/figures").text
    assert "reader, model m-1, version 2, run r-7" in page and "quote absent 1" in page
    [line] = csv.DictReader(io.StringIO(lake.ada.page("/proposals/figures.csv").text))
    assert (line["model"], line["refused_why"], line["mended"]) == ("m-1", "quote_absent 1", "1")
    for desk in (lake.vic, pia):
        assert desk.get("/proposals/figures").status == 403


def test_agreement_is_with_what_people_coded_from_the_same_source(lake: Lake, pia: Desk) -> None:
    lake.ada.state(quotes=[quote(speaker="Mara Venn")])
    lake.ada.state("south", quotes=[quote(OTHER_WORDS, speaker="Tol Ibarra")])
    pia.post("/proposals", proposal())
    found = row(lake)["agreement"]
    # Both have three options of the quota for the north; of the south only people have a position.
    assert (found["sources"], found["cells"], found["values"], found["differ"]) == (1, 2, 6, 1)
    assert -1 <= found["alpha"] < 1 and 0 < found["ac1"] < 1


def test_codings_are_compared_option_by_option() -> None:
    options = {7: [(1, "a"), (2, "b")]}
    same = compare({(1, 1, 7): {1: "prefers"}}, {(1, 1, 7): {1: "prefers"}}, options)
    assert same is not None and (same.values, same.differ, same.alpha, same.ac1) == (2, 0, 1, 1)
    other_source = compare({(1, 1, 7): {1: "prefers"}}, {(2, 1, 7): {1: "prefers"}}, options)
    assert other_source is None


def test_ac1_is_gwets() -> None:
    # Gwet (2008): 118 and 2 agreed, 5 and 0 not, of 125, with two categories; here of four.
    counts = [[2, 0, 0, 0]] * 118 + [[1, 1, 0, 0]] * 5 + [[0, 2, 0, 0]] * 2
    agreed, share = 120 / 125, (236 + 5) / 250
    chance = (share * (1 - share) * 2) / 3
    assert ac1(counts) == pytest.approx((agreed - chance) / (1 - chance))
    assert ac1([]) is None
