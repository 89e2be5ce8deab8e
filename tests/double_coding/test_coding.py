"""Test double coding: random draws, blind coding apart from the matrix, Krippendorff's alpha."""

import re

import pytest
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from app.positions.reliability import alpha, reliability, resolved
from tests.codebook.make import Api, position, post
from tests.codebook.test_codebook import errors
from tests.support.desks import SARN, upon
from tests.support.worlds import Known, World

PAGE = "/n/sarn/double-coding"


def test_alpha_is_krippendorffs() -> None:
    two = [[2, 0, 0, 0]] * 2 + [[0, 2, 0, 0]] * 2
    assert alpha(two) == 1
    # Computed by hand: 1 - (4 - 1) * 4 / (2 * 2 * 2)
    assert alpha([[1, 1, 0, 0]] * 2) == pytest.approx(-0.5)
    assert alpha([[2, 0, 0, 0]] * 5) is None and alpha([]) is None


def test_each_option_of_each_unit_is_a_value_and_silence_is_one() -> None:
    units = [[{1: "prefers"}, {1: "prefers"}], [{}, {2: "rejects"}], [{1: "prefers"}]]
    found = reliability(units, [1, 2])
    assert (found.units, found.values, found.differ) == (2, 4, 1)
    # Computed by hand: pairs 2 prefers, 5 silent, 1 rejects; 1 - 7 * 2 / (8 * 8 - 4 - 25 - 1)
    assert found.alpha == pytest.approx(1 - 7 * 2 / 34)


def test_a_coding_follows_merged_options() -> None:
    assert resolved({1: "accepts", 2: "prefers"}, {1: 2}) == {2: "prefers"}
    assert resolved({1: "prefers", 2: "accepts"}, {1: 3, 3: 2}) == {2: "prefers"}


def _code(api: Api, known: Known) -> Known:
    """Code two cells as the editor from one source; two others stay empty."""
    position(
        api,
        known["source"],
        attitudes={"month": "prefers", "none": "rejects"},
        said="A month, not none.",
    )
    position(
        api,
        known["source"],
        "borsk",
        issue="bridge",
        attitudes={"joint": "accepts"},
        said="The joint one will do.",
    )
    return {}


CODED = upon(SARN, "coded", _code)


@pytest.fixture
def world() -> World:
    """Fill the database with the coded cells."""
    return CODED


def units(client: TestClient) -> dict[str, str]:
    links = LexborHTMLParser(client.get(PAGE).text).css("section[aria-labelledby=units] h3 a")
    return {a.text(): a.attributes["href"] for a in links}


def test_a_sample_is_drawn_coded_blind_and_compared(
    api: Api,
    source: int,
    author: TestClient,
    second: TestClient,
    viewer: TestClient,
    client: TestClient,
) -> None:
    assert client.get(PAGE).status_code == 303 and viewer.get(PAGE).status_code == 403
    assert errors(post(second, f"{PAGE}/draw", size="many").text) == [
        "How many: must be between 1 and 500"
    ]
    assert post(second, f"{PAGE}/draw", size="4").status_code == 303
    assert errors(post(second, f"{PAGE}/draw", size="4").text)[0].startswith(
        "How many: nothing is left"
    )
    mine = units(second)
    assert len(mine) == 4
    assert set(units(author)) == {"Borsk on Length of the truce", "Aldria on Who builds the bridge"}
    truce = mine["Aldria on Length of the truce"]
    assert author.get(truce).status_code == 403 and viewer.get(truce).status_code == 403
    before = api.get("/negotiations/sarn/matrix")
    shown = second.get(truce).text
    assert "A month, not none." not in shown and "/positions/" not in shown
    nothing = post(second, truce)
    assert nothing.status_code == 422 and "choose whether" in errors(nothing.text)[0]
    two = {"found": "position", "option-month": "prefers", "option-short": "prefers"}
    refused = post(second, truce, **two)
    assert "at most one" in errors(refused.text)[0] and refused.text.count(" checked>") == 5
    away = post(client, truce, **two)  # the sign-in has ended: the ticks travel through the next
    assert away.status_code == 401 and "option-month" in away.text
    again = post(second, truce, do="refresh", **two)
    assert again.status_code == 200 and again.text.count(" checked>") == 5
    torn = post(second, truce, found="nothing", **{"option-month": "prefers"})
    assert torn.status_code == 422 and "but there is an attitude" in errors(torn.text)[0]
    # An attitude implies that a position was found.
    on = post(second, truce, do="next", **{"option-month": "prefers"})
    assert on.status_code == 303 and on.headers["location"] in set(mine.values()) - {truce}
    assert post(second, truce, found="nothing").status_code == 303  # again: the first one is kept
    assert second.get(truce).status_code == 409
    assert post(second, mine["Borsk on Length of the truce"], found="nothing").status_code == 303
    cells = LexborHTMLParser(second.get(PAGE).text).css("tbody tr")
    [row] = [re.sub(r"\s+", " ", r.text(separator="|", strip=True)) for r in cells]
    # Values: Aldria none rejects/silent, month prefers twice; all else silent twice.
    expected = 1 - 15 * 2 / (16 * 16 - 13 * 13 - 2 * 2 - 1)
    assert row == f"Length of the truce|{expected:.3f}|2|8|1"
    after = api.get("/negotiations/sarn/matrix")
    assert (
        after["data"] == before["data"] and after["meta"]["revision"] == before["meta"]["revision"]
    )


def test_a_sample_is_drawn_from_every_source(api: Api, second: TestClient) -> None:
    another = api.post("/sources", {"url": "https://news.example/two", "title": "The other"})["id"]
    position(api, another, attitudes={"month": "prefers"})
    assert post(second, f"{PAGE}/draw", size="500").status_code == 303
    listed = LexborHTMLParser(second.get(PAGE).text).css("section[aria-labelledby=units] li p")
    titles = [one.text() for one in listed]
    assert titles.count("The other") == 4 == len(titles) / 2
