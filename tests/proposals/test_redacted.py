"""Test that a redaction reaches proposals, and that nothing of one comes back."""

from tests.proposals.bodies import new_source, proposal
from tests.redaction.test_redacting import dumped, redact
from tests.support.factories import Desk, quote
from tests.support.fixtures import Lake
from tests.support.logged import verified

WORDS = "The zebrawood groves stay closed until June"


def prepared(lake: Lake, pia: Desk) -> None:
    text = f"Said Mara Venn: “{WORDS}.” No more."
    made = lake.ada.source(text=text, published_on="2024-05-14")["id"]
    lake.ada.state(quotes=[quote(WORDS, made)])
    for body in (
        proposal("south", quotes=[quote(WORDS, made)]),
        proposal("council", quotes=[quote("zebrawood groves stay closed", made)]),
        proposal(note=f"Compare “{WORDS}”"),
        {"kind": "source", "source": new_source(text=text), "negotiation": "lake"},
        proposal("south", "dam"),
    ):
        assert pia.post("/proposals", body).status == 201


def test_proposals_with_the_words_are_blanked_whole(lake: Lake, pia: Desk) -> None:
    prepared(lake, pia)
    shown = lake.root.page("/admin/redactions?what=quote&number=1").text
    for number in (1, 2, 3, 4):
        assert f"Proposal {number}: all that was sent, and its note" in shown
    assert "Proposal 5:" not in shown
    assert redact(lake, "quote", 1).status_code == 303
    assert "zebrawood" not in dumped(lake)
    states = {p["id"]: (p["state"], p["request"]) for p in pia.get("/proposals").data}
    assert {number: states[number] for number in (1, 2, 3, 4)} == dict.fromkeys(
        (1, 2, 3, 4), ("rejected", None)
    )
    assert states[5][0] == "open"
    assert lake.ada.page("/n/lake/proposals?state=rejected").status_code == 200
    assert lake.ada.page("/proposals/1").status_code == 200
    sent = {"do": "reopen", "proposal": "1:2"}
    assert lake.ada.browse("POST", "/n/lake/proposals", data=sent).status_code == 409
    assert verified(lake) == []


def test_a_redacted_text_takes_the_proposals_of_its_source_along(lake: Lake, pia: Desk) -> None:
    prepared(lake, pia)
    assert redact(lake, "text", 2).status_code == 303
    held = {p["id"] for p in pia.get("/proposals").data if p["request"] is None}
    assert held == {1, 2}
    assert verified(lake) == []
