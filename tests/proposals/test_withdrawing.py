"""Test that a proposer takes back a proposal of its own, and nobody else's."""

from concurrent.futures import ThreadPoolExecutor

from tests.proposals.bodies import ROBOT, new_source, proposal
from tests.proposals.conftest import proposer
from tests.proposals.test_deciding import decide
from tests.support.factories import WORDS, Desk
from tests.support.fixtures import Lake
from tests.support.logged import verified


def withdraw(desk: Desk, number: int, **body: str) -> int:
    return desk.post(f"/proposals/{number}/withdraw", body).status


def test_a_withdrawn_proposal_is_seen_as_withdrawn(lake: Lake, pia: Desk) -> None:
    pia.post("/proposals", proposal())
    assert withdraw(pia, 1, reason="The wrong prompt") == 200
    mine = pia.get("/proposals/1").data
    assert (mine["state"], mine["decided_by"]) == ("withdrawn", "pia")
    assert mine["reason"] == "The wrong prompt"
    assert "The inbox is empty" in lake.ada.page("/n/lake/proposals").text
    page = lake.ada.page("/n/lake/proposals?state=withdrawn").text
    assert "The wrong prompt" in page and "Withdrawn 1" in page
    for do in ("accept", "put_off", "reopen", "reject"):
        assert decide(lake.ada, do, "1:2", why="torn").status_code == 409, do
    assert lake.ada.page("/proposals/1/mend").status_code == 404
    assert withdraw(pia, 1) == 409
    [row] = lake.ada.get("/proposals/figures").data
    assert (row["proposed"], row["withdrawn"], row["waiting"]) == (1, 1, 0)
    assert verified(lake) == []


def test_only_its_own_account_withdraws_it_and_only_while_it_waits(lake: Lake, pia: Desk) -> None:
    pia.post("/proposals", {"proposals": [proposal(), proposal("south", "dam")]})
    zoe = proposer(lake, "zoe")
    assert withdraw(zoe, 1) == withdraw(lake.ada, 1) == withdraw(pia, 99) == 404
    assert withdraw(lake.stranger, 1) == 401
    assert pia.post("/proposals/1/withdraw", {"why": "x"}).faults == {"/why"}
    assert decide(lake.ada, "accept", "1:1").status_code == 303
    assert withdraw(pia, 1) == 409
    assert decide(lake.ada, "put_off", "2:1").status_code == 303
    assert withdraw(pia, 2) == 200
    assert lake.stranger.get("/positions/1").data["status"] == "published"


def test_the_same_of_another_goes_on_waiting(lake: Lake, pia: Desk) -> None:
    zoe = proposer(lake, "zoe")
    body = proposal(quotes=[{"exact": WORDS, "speaker": "Mara Venn"}], source=new_source())
    for desk in (pia, zoe, lake.vic):
        assert desk.post("/proposals", body).status == 201
    assert withdraw(pia, 1) == 200
    page = lake.ada.page("/n/lake/proposals").text
    assert 'id="p-2"' in page and 'id="p-1"' not in page
    assert withdraw(lake.vic, 3) == 200
    assert zoe.get("/proposals/2").data["state"] == "open"
    # The text that all of them share is still there.
    assert decide(lake.ada, "accept", "2:2").status_code == 303
    made = lake.stranger.get("/positions/1").data
    assert made["quotes"][0]["verification"] == "verified"
    assert [p["account"] for p in made["proposals"]] == ["zoe"]
    states = [p["state"] for p in lake.ada.get("/proposals").data]
    assert states == ["withdrawn", "accepted", "withdrawn"]
    assert verified(lake) == []


def test_what_was_withdrawn_can_be_proposed_again(lake: Lake, pia: Desk) -> None:
    pia.post("/proposals", proposal())
    assert withdraw(pia, 1) == 200
    again = pia.post("/proposals", proposal()).data
    assert (again["id"], again["state"], again["same_as"]) == (2, "open", None)
    assert withdraw(pia, 2) == 200
    other = proposal(proposed_by={**ROBOT, "run": "8"})
    assert pia.post("/proposals", other).data["state"] == "open"


def test_a_reader_withdraws_by_a_form(lake: Lake) -> None:
    lake.vic.post("/proposals", proposal())
    page = lake.vic.page("/proposals/1").text
    assert 'action="/proposals/1/withdraw"' in page
    assert 'action="/proposals/1/withdraw"' not in lake.ada.page("/proposals/1").text
    assert "Proposal 1: a position" in lake.vic.page("/proposals").text
    assert "You have proposed nothing yet" in lake.ada.page("/proposals").text
    sent = {"do": "withdraw", "reason": "It was a joke"}
    done = lake.vic.browse("POST", "/proposals/1/withdraw", data=sent)
    assert (done.status_code, done.headers["location"]) == (303, "/proposals/1?told=withdrawn")
    assert "Withdrawn by vic: “It was a joke”" in lake.vic.page("/proposals/1").text
    late = lake.vic.browse("POST", "/proposals/1/withdraw", data=sent)
    assert late.headers["location"] == "/proposals/1?told=late"
    assert lake.bo.browse("POST", "/proposals/1/withdraw", data=sent).headers["location"] == (
        "/proposals/1?told=late"
    )


def test_withdrawing_while_an_editor_accepts_is_one_of_both(lake: Lake, pia: Desk) -> None:
    bodies = [proposal(stated_on=f"2024-05-{day:02}") for day in range(1, 9)]
    assert pia.post("/proposals", {"proposals": bodies}).status == 201
    with ThreadPoolExecutor(2) as pool:
        for n in range(1, 9):
            accepted = pool.submit(decide, lake.ada, "accept", f"{n}:1")
            withdrawn = pool.submit(withdraw, pia, n)
            got = (accepted.result().status_code, withdrawn.result())
            assert got in ((303, 409), (409, 200)), got
    states = {p["id"]: p["state"] for p in pia.get("/proposals").data}
    assert len(lake.stranger.get("/positions").data) == list(states.values()).count("accepted")
    assert verified(lake) == []
