"""Test that a set of one bit per number equals an ordinary set."""

from hypothesis import given
from hypothesis import strategies as st

from app.datapackage.number_set import Numbers

SOME = st.lists(st.integers(0, 20_000) | st.integers(0, 2**62), max_size=50)


@given(SOME, SOME)
def test_it_is_a_set_in_order(put: list[int], asked: list[int]) -> None:
    numbers = Numbers()
    for number in put:
        numbers.add(number)
    assert list(numbers) == sorted(set(put))
    assert [n in numbers for n in [*put, *asked]] == [n in put for n in [*put, *asked]]
