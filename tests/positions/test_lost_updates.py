"""Test rule 8 of docs/rules.md: of two concurrent writers one gets 412.

No write that was answered is lost.
"""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.factories import TEXT, Answer, position, quote
from tests.support.fixtures import Lake
from tests.support.forms import Sheet
from tests.support.waiting import Started, log_held, open_transaction
from tests.support.worlds import connect


def at_once(*works: Callable[[], Answer]) -> list[Answer]:
    """Start all actions at the same time."""
    barrier = threading.Barrier(len(works))

    def begin(work: Callable[[], Answer]) -> Callable[[], Answer]:
        def begun() -> Answer:
            barrier.wait()
            return work()

        return begun

    return [started.result() for started in [Started(begin(work)) for work in works]]


OBJECTS: dict[str, Any] = {
    "/positions/1": "summary",
    "/sources/1": "title",
    "/parties/north": "name",
    "/speakers/1": "office",
    "/negotiations/lake": "title",
    "/negotiations/lake/issues/quota": "title",
    "/negotiations/lake/parties/north": "order",
}


@pytest.mark.parametrize("path", OBJECTS)
def test_of_two_writers_at_once_one_is_told(lake: Lake, path: str) -> None:
    lake.ada.state()
    etag = lake.ada.get(path).etag
    values = (1001, 1002) if OBJECTS[path] == "order" else ("one", "two")
    desks = (lake.ada, lake.bo)
    got = at_once(
        *(
            lambda d=d, v=v: d.patch(path, {OBJECTS[path]: v}, etag=etag)
            for d, v in zip(desks, values, strict=True)
        )
    )
    assert sorted(a.status for a in got) == [200, 412]
    [won] = [v for a, v in zip(got, values, strict=True) if a.status == 200]
    assert lake.ada.get(path).data[OBJECTS[path]] == won


def test_of_two_forms_at_once_one_is_told(lake: Lake) -> None:
    """Both are past every check that needs no lock when the first one is saved."""
    lake.ada.state()
    forms = [Sheet.open(desk, "/positions/1/correct") for desk in (lake.ada, lake.bo)]
    with log_held(lake) as held:
        texts = ("one", "two")
        sent = [
            Started(lambda f=form, t=text: f.send("publish", summary=t, reason="was wrong"))
            for form, text in zip(forms, texts, strict=True)
        ]
        assert all(each.waits() for each in sent)
        held.commit()
        got = [each.result() for each in sent]
    assert sorted(each.status for each in got) == [303, 412]
    [(lost, typed)] = [(a, t) for a, t in zip(got, texts, strict=True) if a.status == 412]
    assert typed in lost.values.values()  # nothing typed is lost
    now = lake.ada.get("/positions/1").data
    assert (now["version"], now["summary"]) == (2, next(t for t in texts if t != typed))


def test_a_form_does_not_undo_a_retraction_that_it_has_not_seen(lake: Lake) -> None:
    lake.ada.state()
    etag = lake.ada.get("/positions/1").etag
    form = Sheet.open(lake.bo, "/positions/1/correct")
    with log_held(lake) as held:
        first = Started(lambda: lake.ada.retract(1, etag=etag))
        assert first.waits()
        second = Started(lambda: form.send("publish", summary="two", reason="was wrong"))
        assert second.waits()
        held.commit()
        assert first.result().status == 200
        assert second.result().status == 409
    assert lake.ada.get("/positions/1").data["status"] == "retracted"


def test_an_option_guards_its_issue(lake: Lake) -> None:
    path = "/negotiations/lake/issues/quota"
    etag = lake.ada.get(path).etag
    assert (
        lake.ada.patch(path, {"options": [{"slug": "q20", "label": "One fifth"}]}, etag=etag).status
        == 200
    )
    assert (
        lake.bo.patch(path, {"options": [{"slug": "q40", "label": "Two fifths"}]}, etag=etag).status
        == 412
    )


def test_a_retraction_and_a_correction_at_once(lake: Lake) -> None:
    lake.ada.state()
    etag = lake.ada.get("/positions/1").etag
    got = at_once(
        lambda: lake.ada.patch("/positions/1", {"summary": "one"}, etag=etag),
        lambda: lake.bo.retract(1, etag=etag),
    )
    assert sorted(a.status for a in got) == [200, 412]


def test_every_write_that_was_answered_is_in_the_history(lake: Lake) -> None:
    """Four writers correct one position as fast as they can; after a 412 they read it again."""
    lake.ada.state(summary="begun")
    written: list[str] = []

    def write(name: str) -> Callable[[], Answer]:
        def work() -> Answer:
            desk = lake.desks[name]
            for n in range(6):
                for _ in range(40):
                    summary = f"{name} {n}"
                    got = desk.patch("/positions/1", {"summary": summary})
                    assert got.status in (200, 412), got.json
                    if got.status == 200:
                        written.append(summary)
                        break
            return got

        return work

    at_once(*(write(name) for name in ("ada", "bo", "root")))
    versions = lake.ada.get("/positions/1/versions").data
    assert [v["version"] for v in versions] == list(range(1, len(versions) + 1))
    assert Counter(v["summary"] for v in versions) == Counter([*written, "begun"])
    assert len(written) == 18
    at = [v["recorded_at"] for v in versions]
    assert at == sorted(set(at))


# --- two transactions, each right by itself -------------------------------------------------------


def test_a_text_and_a_quote_put_on_file_at_once_are_checked_against_each_other(lake: Lake) -> None:
    source = lake.ada.source()
    with log_held(lake) as held:
        text = Started(lambda: lake.ada.patch(f"/sources/{source['id']}", {"text": TEXT}))
        assert text.waits()
        stated = Started(
            lambda: lake.bo.post("/positions", position(quotes=[quote(source_id=source["id"])]))
        )
        assert stated.waits()
        held.commit()
        assert text.result().status == 200
        number = stated.result().data["id"]
    [found] = lake.ada.get(f"/positions/{number}").data["quotes"]
    assert found["verification"] == "verified"


def test_a_quote_and_a_text_put_on_file_at_once_are_checked_against_each_other(lake: Lake) -> None:
    source = lake.ada.source()
    with log_held(lake) as held:
        stated = Started(
            lambda: lake.bo.post("/positions", position(quotes=[quote(source_id=source["id"])]))
        )
        assert stated.waits()
        text = Started(lambda: lake.ada.patch(f"/sources/{source['id']}", {"text": TEXT}))
        assert text.waits()
        held.commit()
        assert text.result().status == 200
        number = stated.result().data["id"]
    [found] = lake.ada.get(f"/positions/{number}").data["quotes"]
    assert found["verification"] == "verified"


def test_two_drafts_that_name_the_same_new_speaker_are_published_at_once(lake: Lake) -> None:
    for _ in range(2):
        lake.ada.draft(quotes=[quote(speaker={"name": "Somebody New"})])
    with log_held(lake) as held:
        both = [
            Started(lambda d=desk, n=number: d.patch(f"/positions/{n}", {"status": "published"}))
            for desk, number in ((lake.ada, 1), (lake.bo, 2))
        ]
        assert all(one.waits() for one in both)
        held.commit()
        assert [one.result().status for one in both] == [200, 200]
    assert lake.stranger.get("/speakers/3").data["name"] == "Somebody New"


def test_two_positions_that_name_the_same_new_speaker_are_stated_at_once(lake: Lake) -> None:
    new = [quote(speaker={"name": "Somebody New"})]
    with log_held(lake) as held:
        both = [
            Started(lambda d=desk: d.post("/positions", position(quotes=new)))
            for desk in (lake.ada, lake.bo)
        ]
        assert all(one.waits() for one in both)
        held.commit()
        assert [one.result().status for one in both] == [201, 201]
    assert len(lake.stranger.get("/speakers").data) == 3


def test_of_two_sources_with_one_address_the_second_is_told_the_first(lake: Lake) -> None:
    same = {"url": "https://news.example/same", "title": "Same"}
    with log_held(lake) as held:
        both = [Started(lambda d=desk: d.post("/sources", same)) for desk in (lake.ada, lake.bo)]
        assert all(one.waits() for one in both)
        held.commit()
        got = sorted((one.result() for one in both), key=lambda a: a.status)
    assert [a.status for a in got] == [201, 409]
    assert got[1].json["source"]["id"] == got[0].data["id"]


def test_a_row_held_too_long_is_told_to_ask_again(lake: Lake) -> None:
    lake.ada.state()
    etag = lake.ada.get("/positions/1").etag
    with open_transaction(lake) as other:
        other.execute("SELECT FROM position WHERE id = 1 FOR UPDATE")
        got = lake.ada.patch("/positions/1", {"summary": "one"}, etag=etag)
        assert (got.status, got.headers["retry-after"]) == (503, "2")
    assert lake.ada.patch("/positions/1", {"summary": "one"}, etag=etag).status == 200


def test_numbers_have_no_gap_after_a_refusal(lake: Lake) -> None:
    before = lake.ada.get("/negotiations").meta["revision"]
    assert lake.ada.post("/positions", position(quotes=[])).status == 422
    lake.ada.state()
    with connect(lake.database.url) as connection:
        [newest] = connection.execute("SELECT max(seq) FROM log_commit").fetchone() or [None]
    assert newest == before + 1
