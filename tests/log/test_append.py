"""Test that a commit is the same however many statements it takes."""

import pytest
from selectolax.lexbor import LexborHTMLParser

from app.log import append
from tests.support.fixtures import Lake
from tests.support.forms import fields
from tests.support.logged import verified


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
