"""Test that the form's fields and the API's body convert into each other.

Every fault is shown at its field.
"""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.dates import display
from app.core.errors import Fault
from app.position_form.field_changes import (
    add_quote,
    drop_quote,
    numbered_button,
    reject_others,
    requote,
    take_over,
)
from app.position_form.field_diff import Titles, choices, difference, merged
from app.position_form.fields import (
    field_errors,
    field_of,
    fill,
    numbered,
    own_faults,
    quote_blocks,
    read_form,
)

TODAY = date(2026, 11, 24)
slugs = st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)*", fullmatch=True).filter(lambda s: len(s) <= 20)
lines = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30).filter(
    lambda s: s.strip()
)
names = lines.map(str.strip).filter(bool)
days = st.dates(date(1900, 1, 1), date(2026, 1, 1)).map(str)
written_dates = st.one_of(days, days.map(lambda d: d[:7]), days.map(lambda d: d[:4]))
numbers = st.integers(1, 10**12)


def optional(**fields: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries({}, optional=fields)


speakers = st.one_of(
    names,
    st.fixed_dictionaries({"name": names}),
    st.fixed_dictionaries({"office": names}),
    st.fixed_dictionaries(
        {"name": names}, optional={"office": names, "party": st.one_of(st.none(), slugs)}
    ),
)
new_quotes = st.fixed_dictionaries(
    {"source_id": numbers, "exact": lines},
    optional={
        "prefix": lines,
        "suffix": lines,
        "kind": st.sampled_from(["direct", "reported"]),
        "language": st.sampled_from(["en", "uk-UA"]),
        "translated_from": st.just("ru"),
        "translation": lines,
        "said_on": written_dates,
        "speaker": speakers,
    },
)
quotes = st.one_of(st.fixed_dictionaries({"id": numbers}), new_quotes)
links = st.fixed_dictionaries(
    {
        "issue": slugs,
        "option": st.one_of(st.none(), slugs),
        "kind": st.sampled_from(["condition", "package", "sequence"]),
    }
)
lists = st.fixed_dictionaries(
    {
        "attitudes": st.dictionaries(
            slugs, st.sampled_from(["prefers", "accepts", "rejects"]), max_size=4
        ),
        "conditions": st.dictionaries(slugs, lines, max_size=3),
        "inferred": st.lists(slugs, unique=True, max_size=3),
        "links": st.lists(links, max_size=3),
        "quotes": st.lists(quotes, max_size=3),
    }
)
plain = optional(
    party=slugs,
    issue=slugs,
    act=st.sampled_from(["states", "withdraws"]),
    summary=lines,
    firmness=st.sampled_from(["red_line", "unclear"]),
    stated_on=written_dates,
    stated_from=days,
    stated_by=days,
    salience=st.integers(0, 100),
)


@given(plain, lists)
def test_what_is_filled_in_is_read_back(said: dict[str, object], more: dict[str, object]) -> None:
    body = said | more
    form = fill(body)
    assert read_form(form) == body
    assert read_form(fill(read_form(form))) == body
    assert not own_faults(form, TODAY)


@given(written_dates)
def test_dates_are_written_for_people_and_read_back(text: str) -> None:
    assert fill({"stated_on": text})["stated_on"] == display(text)


def test_what_is_left_empty_is_left_out() -> None:
    blank = {
        "party": "",
        "summary": "  ",
        "o-a": "",
        "c-a": " ",
        "l-0-to": "",
        "q-0-exact": "",
        "q-0-kind": "direct",
    }
    empty = {"attitudes": {}, "conditions": {}, "inferred": [], "links": [], "quotes": []}
    assert read_form(blank) == empty


@pytest.mark.parametrize(
    ("q", "speaker"),
    [
        ({}, None),
        ({"speaker": "Mara"}, "Mara"),
        ({"speaker": "Mara", "office": "Minister"}, {"name": "Mara", "office": "Minister"}),
        ({"office": "an official"}, {"office": "an official"}),
        ({"speaker": "Mara", "speaker_new": "1"}, {"name": "Mara"}),
        ({"speaker": "Mara", "speaker_party": "-"}, {"name": "Mara", "party": None}),
        ({"speaker": "Mara", "speaker_party": "south"}, {"name": "Mara", "party": "south"}),
        ({"speaker_party": "south"}, None),
    ],
)
def test_a_name_alone_is_one_on_file(q: dict[str, str], speaker: object) -> None:
    form = {"q-0-exact": "words"} | {f"q-0-{k}": v for k, v in q.items()}
    assert read_form(form)["quotes"][0].get("speaker") == speaker


FORM = {
    "q-0-id": "4", "q-0-keep": "", "q-2-id": "5", "q-2-keep": "1", "q-7-exact": "words",
    "q-7-source_id": "1", "l-3-to": "dam", "l-3-kind": "package", "i-open": "1",
}  # fmt: skip


@pytest.mark.parametrize(
    ("pointer", "field"),
    [
        ("/quotes/0/said_on", "q-2-keep"),
        ("/quotes/1/exact", "q-7-exact"),
        ("/quotes/1/source_id", "q-7-source"),
        ("/quotes/1/speaker/party", "q-7-speaker_party"),
        ("/quotes/1", "q-7-exact"),
        ("/quotes/9/exact", "q-7-exact"),
        ("/quotes", "q-7-exact"),
        ("/links/0/option", "l-3-to"),
        ("/attitudes/open", "o-open"),
        ("/attitudes", "attitudes"),
        ("/conditions/open", "c-open"),
        ("/inferred/0", "i-open"),
        ("/stated_by", "stated_by"),
        ("/status", "form"),
        ("", "form"),
    ],
)
def test_every_fault_finds_its_field(pointer: str, field: str) -> None:
    assert field_of(pointer, FORM) == field


def test_messages_name_their_field_and_several_are_joined() -> None:
    faults = [Fault("/stated_on", "is wrong"), Fault("/stated_on", "is late"), Fault("", "No.")]
    assert field_errors(faults, {}) == {
        "stated_on": "Date stated: is wrong; is late",
        "form": "No.",
    }


@pytest.mark.parametrize(
    ("form", "pointers"),
    [
        ({"stated_on": "3/4/2025"}, ["/stated_on"]),
        ({"stated_on": "13/3/2025"}, []),
        ({"salience": "much"}, ["/salience"]),
        ({"salience": "101"}, ["/salience"]),
        ({"salience": "0"}, []),
        ({"q-0-exact": "words"}, ["/quotes/0/source_id"]),
        ({"q-0-exact": "words", "q-0-new_title": "A paper"}, []),
        ({"q-0-source": "somewhere"}, ["/quotes/0/exact", "/quotes/0/source_id"]),
        ({"q-0-speaker": "Mara", "q-0-more": "1"}, []),
        (
            {"q-0-exact": "w", "q-0-source_id": "1", "q-0-said_on": "yesterday"},
            ["/quotes/0/said_on"],
        ),
    ],
)
def test_what_a_form_lacks_is_said_in_its_own_words(
    form: dict[str, str], pointers: list[str]
) -> None:
    assert [f.where for f in own_faults(form, TODAY)] == pointers


@pytest.mark.parametrize("name", ["q-9999999-exact", "q-x-exact", "q--exact", "q-1", "q-1-"])
def test_odd_names_are_no_blocks(name: str) -> None:
    assert numbered({name: "x"}, "q") == []


def test_another_quote_comes_from_the_same_mouth_and_says_nothing_until_it_has_words() -> None:
    form, focus = add_quote(
        {"q-0-exact": "words", "q-0-speaker": "Mara", "q-0-source": "Talks [1]"}
    )
    assert (focus, form["q-1-speaker"], form["q-1-source"], form["q-1-exact"]) == (
        "q-1-exact",
        "Mara",
        "Talks [1]",
        "",
    )
    assert quote_blocks(form) == [0]
    assert quote_blocks(form | {"q-1-exact": "more"}) == [0, 1]
    assert drop_quote(form, 1)[0] == {
        "q-0-exact": "words",
        "q-0-speaker": "Mara",
        "q-0-source": "Talks [1]",
    }


def test_a_quote_on_file_is_corrected_by_a_new_one() -> None:
    kept = {"q-3-id": "9", "q-3-keep": "1", "summary": "x"}
    form, focus = requote(
        kept,
        3,
        {"exact": "words", "source_id": 2, "speaker": {"name": "M", "office": None, "party": "n"}},
    )
    assert focus == "q-3-exact"
    assert read_form(form)["quotes"] == [
        {"exact": "words", "source_id": 2, "speaker": {"name": "M", "party": "n"}}
    ]
    assert form["summary"] == "x"


def test_small_steps() -> None:
    assert reject_others({"o-a": "prefers"}, ["a", "b"])[0] == {"o-a": "prefers", "o-b": "rejects"}
    assert (
        take_over({"q-0-exact": "wrong", "q-0-prefix": "p"}, 0, "right")[0]["q-0-exact"] == "right"
    )
    assert numbered_button("drop-12") == ("drop", 12)
    assert numbered_button("reject-others") == ("reject-others", None)
    assert numbered_button("drop-²") == ("drop-²", None)


BASE = {"summary": "old", "firmness": "open", "o-a": "prefers", "q-0-id": "1", "q-0-keep": "1"}


def test_what_one_has_changed_is_taken_from_that_one() -> None:
    mine = BASE | {"summary": "mine", "q-1-exact": "new words", "q-1-source_id": "1"}
    theirs = BASE | {"firmness": "demand", "o-a": "accepts", "q-1-id": "2", "q-1-keep": "1"}
    found = {c.key: c.pick for c in choices(BASE, mine, theirs, Titles())}
    assert found == {
        "firmness": "theirs", "o-a": "theirs", "summary": "mine", "quote-2": "theirs",
        "new-1": "mine",
    }  # fmt: skip
    both = read_form(merged(mine, theirs, found))
    assert both["summary"] == "mine"
    assert both["firmness"] == "demand"
    assert both["attitudes"] == {"a": "accepts"}
    assert both["quotes"] == [{"id": 1}, {"exact": "new words", "source_id": 1}, {"id": 2}]


@given(plain, lists, plain, lists)
def test_whoever_takes_all_of_theirs_has_theirs(
    mine: dict[str, object],
    more: dict[str, object],
    theirs: dict[str, object],
    others: dict[str, object],
) -> None:
    ours, other = (_of_one_cell(said) for said in (mine | more, theirs | others))
    other = {
        k: v for k, v in other.items() if not k.startswith("q-") or k.endswith(("-id", "-keep"))
    }
    picks = {c.key: "theirs" for c in choices({}, ours, other, Titles())}
    assert not difference(merged(ours, other, picks), other, Titles())
    assert not difference(merged(ours, other, dict.fromkeys(picks, "mine")), ours, Titles())


def _of_one_cell(said: dict[str, object]) -> dict[str, str]:
    """Return the fields of a body that names each quote once."""
    sent: list[dict[str, object]] = said["quotes"]
    once = {q.get("id", n + 10**15): q for n, q in enumerate(sent)}
    return fill(
        {k: v for k, v in said.items() if k not in ("party", "issue")}
        | {"quotes": list(once.values())}
    )
