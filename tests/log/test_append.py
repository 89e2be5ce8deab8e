"""Test that a commit is the same however many statements it takes."""

from datetime import timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser

from app.core.clock import instant
from app.log import append
from app.log.entry import ChainHash
from tests.support.fixtures import Lake
from tests.support.forms import fields
from tests.support.logged import verified
from tests.support.statements import statements
from tests.support.worlds import connect


@pytest.mark.parametrize("at_once", [1, 2, 3, 1_000])
def test_many_new_versions_go_into_one_commit(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """A merge of options follows on several positions, and brings a new version of each."""
    cells = [("north", "quota"), ("south", "quota"), ("council", "quota")]
    numbers = [lake.ada.state(*cell, attitudes={"q20": "prefers"})["id"] for cell in cells]
    monkeypatch.setattr(append, "AT_ONCE", at_once)
    merge = "/n/lake/code-book/issues/quota/options/q20/merge"
    preview = LexborHTMLParser(lake.ada.page(merge, into="q30").text)
    form = fields(preview.css_first("#field-form")) | {"reason": "They are the same"}
    answer = lake.ada.browse("POST", merge, data=form)
    assert answer.status_code == 303, answer.text[-2000:]
    versions = [lake.ada.get(f"/positions/{number}").data for number in numbers]
    assert [(p["version"], p["action"], p["attitudes"]) for p in versions] == [
        (2, "recoded", {"q30": "prefers"})
    ] * 3
    assert lake.ada.cell("north", "quota")["position"]["version"] == 2
    assert verified(lake) == []


@pytest.mark.parametrize("after", [999_999, 0, 1, 499_999])
def test_the_database_hashes_as_we_do(lake: Lake, after: int) -> None:
    """At a whole second, Python writes a fraction of an instant that the database leaves out."""
    with connect(lake.database.owner_url) as owner:
        [seq, last, previous] = owner.execute(
            "SELECT seq, at, hash FROM log_commit ORDER BY seq DESC LIMIT 1"
        ).fetchone()
        at = (last + timedelta(hours=1)).replace(microsecond=after)
        mine = ChainHash(previous, seq + 1, at, 'Ж "q"', None).digest()
        # No writer may do that, but a clock that is set back looks like it.
        owner.execute("SET session_replication_role = replica")
        owner.execute(
            "INSERT INTO log_commit (seq, at, by, previous, hash) VALUES (%s, %s, %s, %s, %s)",
            [seq + 1, at, 'Ж "q"', previous, mine],
        )
    made = lake.ada.state()
    with connect(lake.database.owner_url) as owner:
        [stored] = owner.execute("SELECT max(at) FROM log_commit").fetchone()
    assert stored == at + timedelta(microseconds=1)
    assert instant(stored) == lake.ada.get(f"/positions/{made['id']}").data["recorded_at"]
    faults = verified(lake)
    assert faults
    assert [fault for fault in faults if "lies in the future" not in fault] == []


def test_a_save_is_committed_with_its_entry(lake: Lake) -> None:
    """Nothing is read under the log's lock, so that others wait for one message only."""
    lake.ada.state()  # by now the process knows the code book
    with statements(lake.app.state.engine) as sent:
        made = lake.ada.state()
    assert [i for i, s in enumerate(sent) if "next_in_log" in s] == [len(sent) - 1]
    assert lake.stranger.get(f"/positions/{made['id']}").data == made
