"""What is declared once: how a field is read, shown again, and what is said of it."""

from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field as Limits

from app.core.errors import Fault
from app.core.input_models import Input, Line, Name, Prose, Slug
from app.forms.fields import (
    Field,
    Form,
    Kind,
    by_field,
    message,
    read,
    refused,
    settled,
    shown,
    typed,
)


class Dam(Input):
    title: Name
    slug: Slug
    height: Annotated[float | None, Limits(ge=0)] = None
    built_on: Line | None = None
    notes: Prose | None = None
    open: bool = False
    gates: list[Name] = []


DAM = Form(
    (
        Field("title", "Title"),
        Field("slug", "Short name", suggest=str.lower, wrong="use small letters"),
        Field("height", "Height", Kind.NUMBER),
        Field("built_on", "Built on", Kind.DATE),
        Field("notes", "Notes", Kind.PROSE),
        Field("open", "It is open", Kind.CHECK),
        Field("gates", "Gates", Kind.LINES),
    ),
    Dam,
)
words = st.text("abc d", min_size=1, max_size=12).map(lambda t: " ".join(t.split())).filter(bool)


@given(
    st.fixed_dictionaries(
        {
            "title": words,
            "slug": st.from_regex(r"[a-z]{1,9}", fullmatch=True),
            "height": st.none() | st.integers(0, 999) | st.sampled_from([0.5, 12.25]),
            "built_on": st.none() | st.sampled_from(["1931", "1931-05", "1931-05-04"]),
            "notes": st.none() | words.map(lambda t: f"{t}\n\n{t}"),
            "open": st.booleans(),
            "gates": st.lists(words, max_size=3),
        }
    )
)
def test_what_is_shown_is_read_back(held: dict[str, Any]) -> None:
    texts = shown(DAM.fields, held)
    assert read(DAM, texts) == (held, {})
    assert settled(DAM.fields, texts) == texts


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        ({}, {"title": "Enter a title"}),
        ({"title": "Dam", "slug": "Big dam"}, {"slug": "Short name: use small letters"}),
        ({"title": "dam", "height": "high"}, {"height": "Height: “high” is not a number"}),
        ({"title": "dam", "height": "inf"}, {"height": "Height: “inf” is not a number"}),
        ({"height": "x", "notes": "\0"}, {"title", "height", "notes"}),
        ({"title": "dam", "built_on": "3/4/1931"}, {"built_on"}),
    ],
)
def test_everything_wrong_is_said_at_once_at_its_field(
    given: dict[str, str], errors: dict[str, str] | set[str]
) -> None:
    values, found = read(DAM, typed(DAM.fields, given))
    assert values == {}
    assert (found if isinstance(errors, dict) else set(found)) == errors


def test_a_fault_finds_its_field_or_the_first() -> None:
    fields = (Field("title", "Title"), Field("rank", "Rank", also=("options",)))
    faults = [Fault("/options/2/rank", "is there twice"), Fault("", "Somebody has this name.")]
    assert by_field(fields, faults, refused) == {
        "rank": "Rank: is there twice", "title": "Somebody has this name.",
    }  # fmt: skip


def test_words_after_a_question_begin_a_sentence() -> None:
    assert message(Field("reason", "Why?", wrong="say why"), "must not be empty") == "Why? Say why"
