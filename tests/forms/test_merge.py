"""Two editors at one form: who changed what, and nothing that was typed is lost."""

from hypothesis import given
from hypothesis import strategies as st

from app.forms.fields import Field, Kind
from app.forms.merge import Side, three_way
from app.forms.sheet import Sheet, merge

NAMES = ("title", "question", "notes")
FIELDS = tuple(Field(name, name.capitalize()) for name in NAMES)
texts = st.fixed_dictionaries({name: st.sampled_from(["", "a", "b", "c"]) for name in NAMES})


@given(texts, texts, texts)
def test_what_one_side_changed_is_taken_and_what_both_changed_is_shown(
    base: dict[str, str], mine: dict[str, str], theirs: dict[str, str]
) -> None:
    sides = three_way(base, mine, theirs)
    sheet = Sheet(FIELDS, dict(mine), 2)
    merge(sheet, FIELDS, base, theirs)
    for name in NAMES:
        was, here, there = base[name], mine[name], theirs[name]
        if here == there:
            assert name not in sides and sheet.values[name] == here
        elif here == was:
            assert sides[name] is Side.THEIRS and sheet.values[name] == there
        elif there == was:
            assert sides[name] is Side.MINE and sheet.values[name] == here
        else:
            assert sides[name] is Side.BOTH
            assert (sheet.values[name], sheet.theirs[name]) == (here, there)
        assert (name in sheet.theirs) == (sides.get(name) is Side.BOTH)
        assert (name in sheet.taken) == (sides.get(name) is Side.THEIRS)


@given(texts, texts)
def test_without_a_base_every_difference_is_shown(
    mine: dict[str, str], theirs: dict[str, str]
) -> None:
    sheet = Sheet(FIELDS, dict(mine), 2)
    merge(sheet, FIELDS, None, theirs)
    assert sheet.values == mine
    assert sheet.theirs == {name: theirs[name] for name in NAMES if mine[name] != theirs[name]}


def test_another_spelling_of_the_same_is_no_change() -> None:
    day = (Field("day", "Day", Kind.DATE),)
    sheet = Sheet(day, {"day": " 2025-03-17 "}, 2)
    merge(sheet, day, {"day": "17 March 2025"}, {"day": "18 March 2025"})
    assert (sheet.values, sheet.taken, sheet.theirs) == ({"day": "18 March 2025"}, ["day"], {})
