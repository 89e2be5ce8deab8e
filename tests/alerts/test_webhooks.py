"""Test webhooks against a real receiver: signed, in order, once each, and never lost."""

from typing import Any

import pytest

from app.alerts import queue, sending
from app.alerts.sending import Sender
from tests.alerts.conftest import Process, allow, ask, deliveries
from tests.alerts.receiver import Receiver, always
from tests.support.factories import Answer, quote
from tests.support.fixtures import Lake
from tests.support.waiting import Started, wait_until
from tests.support.worlds import connect


@pytest.fixture
def alert(lake: Lake, receiver: Receiver) -> Any:
    """Return vic's alert for all moves in the lake."""
    allow(lake, receiver)
    return ask(lake.vic, receiver).data


def test_a_move_is_told_signed_and_once(
    lake: Lake, receiver: Receiver, process: Process, alert: Any
) -> None:
    stated = lake.ada.state()
    assert process.work() == 1
    [got] = receiver.got
    assert got.is_signed_with(alert["secret"])
    assert got.headers["content-type"] == "application/json"
    [change] = got.changes
    assert (change["what"], change["is_move"], change["is_correction"]) == ("new", True, False)
    assert change["title"] == "Northshore on Water quota"
    assert change["stance"] == "prefers 40 %"
    assert change["position"] == lake.stranger.get(f"/positions/{stated['id']}").data
    assert change["url"] == f"http://testserver/positions/{stated['id']}/versions/1"
    process.clock.pass_by(days=30)
    assert process.work() == 0 and len(receiver.got) == 1
    [delivery] = deliveries(lake.vic, alert["id"])
    assert (delivery["id"], delivery["state"]) == (got.key, "delivered")
    [attempt] = delivery["attempts"]
    assert (attempt["ok"], attempt["status"], attempt["detail"]) == (True, 204, None)


def test_only_moves_and_what_corrects_them(
    lake: Lake, receiver: Receiver, process: Process, alert: Any
) -> None:
    """A moves alert is silent about what is no move, but not about what was told wrongly."""
    first = lake.ada.state(firmness="preference")
    lake.ada.state(stated_on="2024-05-20", summary="said again", firmness="preference")
    lake.ada.state(stated_on="2024-05-21", firmness="red_line")
    lake.ada.correct(first["id"], summary="Forty, in other words")
    lake.ada.retract(first["id"], reason="it was south")
    process.work()
    told = [(c["what"], c["is_correction"], c["reason"]) for g in receiver.got for c in g.changes]
    assert told == [
        ("new", False, None),
        ("hardened", False, None),
        ("corrected", True, "the record was wrong"),
        ("retracted", True, "it was south"),
    ]


def test_corrections_of_what_was_never_told_are_not_told(
    lake: Lake, receiver: Receiver, process: Process
) -> None:
    before = lake.ada.state()
    allow(lake, receiver)
    ask(lake.vic, receiver)
    lake.ada.correct(before["id"], summary="Forty, in other words")
    assert process.work() == 0


def test_corrections_of_what_was_skipped_are_not_told(
    lake: Lake, receiver: Receiver, process: Process, alert: Any
) -> None:
    receiver.answer = always(503)
    stated = lake.ada.state()
    process.work()
    act(lake, alert, "pause")
    act(lake, alert, "skip")
    receiver.answer = always(200)
    lake.ada.correct(stated["id"], summary="Forty, in other words")
    process.clock.pass_by(hours=1)
    assert process.work() == 0


def test_everything_is_each_public_version(
    lake: Lake, receiver: Receiver, process: Process
) -> None:
    before = lake.ada.state()
    allow(lake, receiver)
    ask(lake.vic, receiver, tells="everything")
    lake.ada.correct(before["id"], summary="Forty, in other words")
    lake.ada.state(stated_on="2024-05-20", summary="said again")
    lake.ada.state(stated_on="2024-05-20", summary="of the same day")
    lake.ada.draft(summary="sturgeon")
    process.work()
    assert [c["what"] for g in receiver.got for c in g.changes] == [
        "corrected", "restated", "restated"
    ]  # fmt: skip
    assert b"sturgeon" not in b"".join(g.body for g in receiver.got)


def act(lake: Lake, alert: Any, do: str) -> Answer:
    return lake.vic.post(f"/alerts/{alert['id']}/act", {"do": do})


FILTERS: dict[str, tuple[dict[str, Any], int]] = {
    "party": ({"parties": ["north"]}, 3),
    "issue": ({"issues": ["dam"]}, 1),
    "both": ({"parties": ["south"], "issues": ["dam"]}, 0),
    "option": ({"options": ["quota/q30"]}, 1),
    "option that is left": ({"options": ["quota/q40"]}, 2),
    "kind": ({"kinds": ["moved"]}, 1),
    "kinds": ({"kinds": ["moved", "new"]}, 4),
    "words": ({"words": "farmers"}, 1),
    "phrase": ({"words": '"not one drop"'}, 3),
    "no words": ({"words": "sturgeon"}, 0),
}


@pytest.mark.parametrize("name", FILTERS)
def test_filters(lake: Lake, receiver: Receiver, process: Process, name: str) -> None:
    asked, wanted = FILTERS[name]
    allow(lake, receiver)
    made = ask(lake.vic, receiver, **asked).data
    lake.ada.state()
    lake.ada.state("north", "dam")
    lake.ada.state("north", stated_on="2024-05-20", attitudes={"q30": "prefers"})
    lake.ada.state(
        "south", stated_on="2024-05-21", summary=None, attitudes={"q20": "rejects"},
        quotes=[quote("an insult to every farmer in the valley")],
    )  # fmt: skip
    process.work()
    told = sum(len(g.changes) for g in receiver.got)
    assert told == wanted
    assert {k: made[k] for k in asked} == asked


def test_a_receiver_gone_for_an_hour_misses_nothing(
    lake: Lake, receiver: Receiver, process: Process, alert: Any
) -> None:
    """It comes back, and gets all in their order, each with one key at every attempt."""
    receiver.answer = always(503)
    stated = [lake.ada.state(stated_on=f"2024-05-{d}", attitudes={o: "prefers"})["id"]
              for d, o in ((14, "q40"), (15, "q30"), (16, "q20"))]  # fmt: skip
    for _ in range(60):
        process.work()
        process.clock.pass_by(minutes=1)
    assert len(set(receiver.keys)) == 1, "the second one waits for the first one"
    attempts = deliveries(lake.vic, alert["id"])[-1]["attempts"]
    assert [a["status"] for a in attempts] == [503] * 5  # at 0, 1, 3, 13, 43 minutes or so
    assert lake.vic.get(f"/alerts/{alert['id']}").data["failures"] == 5
    receiver.answer = always(200)
    for _ in range(60):
        process.work()
        process.clock.pass_by(minutes=1)
    told = [g.changes[0]["position"]["id"] for g in receiver.got if g.key not in receiver.keys[:1]]
    assert told == stated[1:]
    assert [d["state"] for d in deliveries(lake.vic, alert["id"])] == ["delivered"] * 3
    assert receiver.keys.count(receiver.keys[-1]) == 1
    assert lake.vic.get(f"/alerts/{alert['id']}").data["failures"] == 0


def test_pauses_grow_until_it_is_given_up_and_nothing_is_lost(
    lake: Lake, receiver: Receiver, process: Process, alert: Any
) -> None:
    receiver.answer = always(500)
    lake.ada.state()
    attempts = 0
    for _ in range(72):
        attempts += process.work()
        process.clock.pass_by(hours=1)
    assert attempts == len(queue.PAUSES) + 1
    lake.ada.state(stated_on="2024-06-01", attitudes={"q30": "prefers"})
    process.work()
    seen = lake.vic.get(f"/alerts/{alert['id']}").data
    assert (seen["state"], seen["stopped_for"]) == ("stopped", "unreachable")
    began = [a["began_at"] for a in deliveries(lake.vic, alert["id"])[0]["attempts"]]
    assert began == sorted(began) and len(receiver.got) == attempts
    receiver.answer = always(200)
    assert act(lake, alert, "resume").data["state"] == "active"
    assert process.work() == 2
    assert receiver.keys[-2] == receiver.keys[0]
    assert receiver.got[-1].changes[0]["what"] == "moved"


def test_what_was_missed_can_be_left_out(
    lake: Lake, receiver: Receiver, process: Process, alert: Any
) -> None:
    assert act(lake, alert, "pause").data["state"] == "paused"
    lake.ada.state()
    assert process.work() == 0
    act(lake, alert, "skip")
    assert process.work() == 0
    act(lake, alert, "pause")
    lake.ada.state(stated_on="2024-06-01", attitudes={"q30": "prefers"})
    act(lake, alert, "resume")
    assert process.work() == 1


def test_a_slow_receiver_is_left_in_time_and_asked_again(
    lake: Lake, receiver: Receiver, process: Process, alert: Any
) -> None:
    """It answers after we have left: the second attempt has the same key, so it can tell."""
    process.seconds = 0.3
    receiver.open.clear()
    lake.ada.state()
    process.work()
    [delivery] = deliveries(lake.vic, alert["id"])
    [attempt] = delivery["attempts"]
    assert (attempt["ok"], attempt["status"]) == (False, None)
    assert attempt["detail"] == "it did not answer within 0.3 seconds"
    receiver.open.set()
    process.seconds = 20
    process.clock.pass_by(minutes=1)
    process.work()
    assert receiver.keys == [delivery["id"]] * 2
    assert deliveries(lake.vic, alert["id"])[0]["state"] == "delivered"


def test_a_slow_receiver_delays_no_other(
    lake: Lake, receiver: Receiver, process: Process, alert: Any
) -> None:
    receiver.open.clear()
    ask(lake.bo, receiver)
    lake.ada.state()
    both = [Started(process.work), Started(Process(lake.database.url, process.clock).work)]
    wait_until(lambda: len(receiver.got) == 2)
    receiver.open.set()
    assert sum(one.result() for one in both) == 2
    assert len(set(receiver.keys)) == 2


def test_two_processes_tell_nothing_twice(
    lake: Lake, receiver: Receiver, process: Process, alert: Any
) -> None:
    for desk in (lake.bo, lake.ada, lake.root):
        ask(desk, receiver)
    for day in range(10, 20):
        lake.ada.state(stated_on=f"2024-05-{day}", attitudes={f"q{20 + day % 2 * 10}": "prefers"})
    many = [Started(Process(lake.database.url, process.clock).work) for _ in range(4)]
    assert sum(one.result() for one in many) + process.work() == 40
    assert len(receiver.keys) == len(set(receiver.keys)) == 40


def test_an_attempt_that_was_cut_off_is_made_again_under_its_key(
    lake: Lake, receiver: Receiver, process: Process, alert: Any
) -> None:
    """The process ends between the receiver's answer and the record of it."""
    lake.ada.state()

    async def ends_between(sender: Sender) -> None:
        await sending.follow(sender)
        turn = await sending.take(sender)
        assert turn is not None
        await sending._attempt(sender, turn)  # and nothing is recorded

    process.do(ends_between)
    assert len(receiver.got) == 1
    assert process.work() == 0, "another process waits, since the first one may still be at it"
    [delivery] = deliveries(lake.vic, alert["id"])
    assert (delivery["state"], delivery["attempts"][0]["ok"]) == ("waiting", None)
    process.clock.pass_by(minutes=3)
    assert process.work() == 1
    assert receiver.keys == [delivery["id"]] * 2
    [delivery] = deliveries(lake.vic, alert["id"])
    assert delivery["state"] == "delivered" and len(delivery["attempts"]) == 2
    assert delivery["attempts"][0]["ended_at"] is None


def test_a_late_answer_of_a_lost_turn_ends_only_its_own(
    lake: Lake, receiver: Receiver, process: Process, alert: Any
) -> None:
    lake.ada.state()

    async def takes(sender: Sender) -> queue.Turn:
        await sending.follow(sender)
        turn = await sending.take(sender)
        assert turn is not None
        return turn

    turn = process.do(takes)
    process.clock.pass_by(minutes=3)
    second = process.do(takes)
    assert second.number == turn.number + 1
    process.do(lambda sender: sending.send(sender, turn))
    with connect(lake.database.url) as connection:
        [(busy,)] = connection.execute("SELECT busy_until IS NOT NULL FROM alert").fetchall()
    assert busy, "the second one still has its turn"
    process.do(lambda sender: sending.send(sender, second))
    assert len(set(receiver.keys)) == 1
    process.clock.pass_by(days=1)
    assert process.work() == 0


REFUSALS = {
    "redirect": (302, {"Location": "http://127.0.0.1:1/"}, 1),
    "gone": (410, {}, 0),
    "not found": (404, {}, 1),
    "much later": (429, {"Retry_After": "7200"}, 0),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_answers_that_are_no_success(
    lake: Lake, receiver: Receiver, process: Process, alert: Any, name: str
) -> None:
    status, headers, again = REFUSALS[name]
    receiver.answer = always(status, **headers)
    lake.ada.state()
    process.work()
    [delivery] = deliveries(lake.vic, alert["id"])
    assert [a["status"] for a in delivery["attempts"]] == [status]
    process.clock.pass_by(minutes=1)
    assert process.work() == again
    if name == "gone":
        seen = lake.vic.get(f"/alerts/{alert['id']}").data
        assert (seen["state"], seen["stopped_for"]) == ("stopped", "gone")
    if name == "much later":
        process.clock.pass_by(hours=2)
        assert process.work() == 1


def test_what_is_redacted_before_it_is_sent_is_not_sent(
    lake: Lake, receiver: Receiver, process: Process, alert: Any
) -> None:
    receiver.answer = always(503)
    lake.ada.state(summary="sturgeon")
    process.work()
    with connect(lake.database.owner_url) as connection:
        connection.execute("SET parley.redacting = 'on'")
        connection.execute(
            "UPDATE log_revision SET snapshot = NULL, redacted_at = now(), redacted_for = 'x'"
            " WHERE kind = 'position'"
        )
    receiver.got.clear()
    receiver.answer = always(200)
    process.clock.pass_by(hours=1)
    process.work()
    assert receiver.got == []
    assert deliveries(lake.vic, alert["id"])[0]["state"] == "dropped"


def test_a_disabled_account_is_told_nothing_more(
    lake: Lake, receiver: Receiver, process: Process, alert: Any
) -> None:
    lake.ada.state()
    with connect(lake.database.url) as connection:
        connection.execute("UPDATE account SET disabled_at = now() WHERE name = 'vic'")
    process.work()
    with connect(lake.database.url) as connection:
        rows = connection.execute("SELECT state, stopped_for FROM alert").fetchall()
    assert rows == [("stopped", "account")] and receiver.got == []


def test_a_receiver_that_is_allowed_no_more_gets_nothing(
    lake: Lake, receiver: Receiver, process: Process, alert: Any
) -> None:
    with connect(lake.database.url) as connection:
        connection.execute("DELETE FROM webhook_receiver")
    lake.ada.state()
    process.work()
    assert receiver.got == []
    assert lake.vic.get(f"/alerts/{alert['id']}").data["stopped_for"] == "not_allowed"


def test_names_that_lead_inside_are_not_followed(
    lake: Lake, receiver: Receiver, process: Process
) -> None:
    allow(lake, receiver, inside=False)
    number = ask(lake.vic, receiver).data["id"]
    lake.ada.state()
    process.work()
    assert receiver.got == []
    [attempt] = deliveries(lake.vic, number)[0]["attempts"]
    assert "inside a network" in attempt["detail"]


def test_an_import_is_one_message_with_a_part_of_it(
    lake: Lake, receiver: Receiver, process: Process, alert: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "MOST_ITEMS", 2)
    with connect(lake.database.url) as connection:
        connection.execute("UPDATE alert SET seen_seq = -1")  # as if all came at once
    lake.ada.state()
    lake.ada.state("north", "dam")
    process.work()
    assert [len(g.changes) for g in receiver.got] == [1, 1]


def test_an_alert_that_ended_tells_nothing(
    lake: Lake, receiver: Receiver, process: Process, alert: Any
) -> None:
    lake.ada.state()
    receiver.answer = always(500)
    process.work()
    assert act(lake, alert, "end").data["state"] == "ended"
    receiver.got.clear()
    process.clock.pass_by(days=1)
    lake.ada.state(stated_on="2024-06-01", attitudes={"q30": "prefers"})
    assert process.work() == 0 and receiver.got == []


def test_a_test_says_that_it_is_one(
    lake: Lake, receiver: Receiver, process: Process, alert: Any
) -> None:
    for _ in range(3):  # pressed three times
        act(lake, alert, "test")
    assert process.work() == 1
    [got] = receiver.got
    assert got.json["type"] == "test" and got.is_signed_with(alert["secret"])


def test_a_new_secret_signs_from_then_on(
    lake: Lake, receiver: Receiver, process: Process, alert: Any
) -> None:
    secret = act(lake, alert, "secret").data["secret"]
    assert secret != alert["secret"]
    lake.ada.state()
    process.work()
    assert receiver.got[0].is_signed_with(secret)


def test_old_messages_are_forgotten(
    lake: Lake, receiver: Receiver, process: Process, alert: Any
) -> None:
    lake.ada.state()
    process.work()

    async def forget(sender: Sender) -> None:
        async with sender.sessions.begin() as session:
            await queue.forget(session, now=sender.now())

    process.do(forget)
    assert len(deliveries(lake.vic, alert["id"])) == 1
    process.clock.pass_by(days=400)
    process.do(forget)
    assert deliveries(lake.vic, alert["id"]) == []
    assert lake.vic.get(f"/alerts/{alert['id']}").status == 200
