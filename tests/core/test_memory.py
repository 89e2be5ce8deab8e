"""Test that a memory stays within its size, and that the least recently used goes first."""

from hypothesis import given
from hypothesis import strategies as st

from app.core.memory import Aside, Memory

names = st.sampled_from("abcde")


@given(st.lists(st.tuples(names, st.integers(1, 60) | st.none())))
def test_it_keeps_what_was_used_last(steps: list[tuple[str, int | None]]) -> None:
    """Each step keeps a value of a size, or without one asks for it; a list is the model."""
    memory, model = Memory(100), list[tuple[str, int]]()
    for number, (name, size) in enumerate(steps):
        at = next((i for i, (known, _) in enumerate(model) if known == name), None)
        if size is None:
            assert (memory.get((name,)) is None) == (at is None)
            if at is not None:
                model.append(model.pop(at))
            continue
        memory.keep((name,), number, size)
        if at is not None:
            del model[at]
        model.append((name, size))
        while sum(size for _, size in model) > 100:
            del model[0]
        assert memory.get((name,)) == number
    assert memory.size == sum(size for _, size in model)


def test_what_would_fill_it_alone_is_not_kept() -> None:
    memory = Memory(100)
    memory.keep(("small",), "small", 10)
    memory.keep(("huge",), "huge", 101)
    assert (memory.get(("huge",)), memory.get(("small",)), memory.size) == (None, "small", 10)


def test_what_a_long_answer_keeps_drives_nothing_out() -> None:
    memory = Memory(100)
    memory.keep(("hot",), "hot", 60)
    aside = Aside(memory, 50)
    for number in range(20):
        aside.keep((number,), number, 10)
    assert (aside.get((19,)), aside.get((0,)), aside.get(("hot",))) == (19, None, "hot")
    assert (memory.get((19,)), memory.get(("hot",)), memory.size) == (None, "hot", 60)
