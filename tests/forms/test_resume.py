"""What was typed travels through a sign-in, every text of it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.forms.posted import Posted
from app.forms.resume import carried, signed_out

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=9)
lists = st.dictionaries(texts.filter(lambda n: n != "do"), st.lists(texts, min_size=1, max_size=3))


@given(lists)
def test_every_text_of_each_name_comes_back(typed: dict[str, list[str]]) -> None:
    sent = Posted({n: t[-1] for n, t in typed.items()}, "publish", {**typed, "do": ["publish"]})
    assert carried(signed_out(sent).carry) == typed


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "[1]", "3", json.dumps({"a": 1})])
def test_what_cannot_be_read_carries_nothing(text: str) -> None:
    assert carried(text) == {}
