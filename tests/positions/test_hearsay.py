"""Test that a position known only from another party names that party.

Its name is shown whether or not it takes part in the negotiation.
"""

import csv
import io

import pytest

from tests.support.factories import OTHER_WORDS, quote
from tests.support.fixtures import Lake

PLACES = (
    "/n/lake", "/n/lake/cells/north/quota", "/n/lake/issues/quota",
    "/n/lake/issues/quota/options/q40", "/n/lake/parties/north", "/n/lake/common-ground",
    "/positions/1", "/positions/1/versions/1", "/positions/1/versions/1/cite.txt",
    "/n/lake/feed.atom", "/n/lake/export.csv?shape=matrix", "/search?q=sturgeon",
)  # fmt: skip


@pytest.fixture
def orin(lake: Lake) -> Lake:
    """Let a party that takes no part say what the north wants."""
    lake.ada.party("orin", name="Orin League")
    lake.ada.state(
        summary="Sturgeon first", quotes=[quote(speaker={"office": "Envoy", "party": "orin"})]
    )
    return lake


@pytest.mark.parametrize("place", PLACES)
def test_who_takes_no_part_is_named_as_well(orin: Lake, place: str) -> None:
    found = orin.stranger.page(place)
    assert found.status_code == 200
    assert "ccording to Orin League" in " ".join(found.text.split())


def test_a_row_of_a_spreadsheet_names_them(orin: Lake) -> None:
    [row] = csv.DictReader(io.StringIO(orin.stranger.page("/n/lake/export.csv").text))
    assert (row["attributed_by"], row["attributed_by_names"]) == ("orin", "Orin League")


def test_a_version_with_own_words_says_whose_word_it_was_before(lake: Lake) -> None:
    heard = lake.ada.state(quotes=[quote(OTHER_WORDS, speaker="Tol Ibarra")])
    lake.ada.correct(heard["id"], quotes=[quote(speaker="Mara Venn")])
    page = " ".join(lake.stranger.page(f"/positions/{heard['id']}/versions/2").text.split())
    assert "<dt>According to</dt><dd><del>Southshore</del>" in page
    assert "ccording to Southshore" not in page


def test_common_ground_names_whose_word_it_is(lake: Lake) -> None:
    lake.ada.state(quotes=[quote(speaker="Tol Ibarra")])
    [quota, _] = lake.stranger.get("/negotiations/lake/common-ground").data["issues"]
    [voice] = next(o for o in quota["options"] if o["option"] == "q40")["accepted_by"]
    assert (voice["attributed"], voice["attributed_by"]) == (True, ["south"])
