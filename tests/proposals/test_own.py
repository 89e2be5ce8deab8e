"""Test that proposers read the names of what they proposed, never slugs."""

from selectolax.lexbor import LexborHTMLParser

from tests.proposals.bodies import correction, new_source, proposal
from tests.support.factories import Desk
from tests.support.fixtures import Lake


def text(desk: Desk, path: str) -> str:
    main = LexborHTMLParser(desk.page(path).text).css_first("main")
    return " ".join(main.text(separator=" ").split())


def test_ones_own_proposals_have_names_not_slugs(lake: Lake) -> None:
    lake.ada.state()
    lake.vic.post("/proposals", proposal())
    lake.vic.post("/proposals", correction(1, attitudes={"q40": "accepts", "q30": None}))
    lake.vic.post("/proposals", {"kind": "source", "source": new_source()})
    listed = text(lake.vic, "/proposals")
    assert listed.count("Northshore on Water quota Lake treaty") == 2
    shown = text(lake.vic, "/proposals/1")
    assert "Northshore on Water quota: prefers “40 %”" in shown
    corrected = text(lake.vic, "/proposals/2")
    assert "accepts “40 %”" in corrected and "says nothing of “30 %”" in corrected
    for page in (listed, shown, corrected):
        assert {"north", "lake", "q40"} & set(page.split()) == set()
    assert "Proposal 3: a source Waiting" in listed
