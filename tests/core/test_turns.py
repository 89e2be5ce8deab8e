"""Test that clients take turns, that nobody who left keeps a place, and that lines are bounded."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from app.core.errors import Unavailable
from app.core.gently import Passing, gently, gives_way_to
from app.core.turns import Turns


class Ground:
    """Clients at some places, and in which order they got one."""

    def __init__(self, places: int, most_waiting: int = 100) -> None:
        self.turns = Turns(places, most_waiting)
        self.served: list[str] = []
        self.leaving: dict[str, asyncio.Event] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def come(self, name: str) -> None:
        """Let a request come: the first letter is its client."""
        self.leaving[name] = asyncio.Event()
        self.tasks[name] = asyncio.create_task(self._stay(name))
        await settle()

    async def _stay(self, name: str) -> None:
        async with self.turns.place(name[0]):
            self.served.append(name)
            await self.leaving[name].wait()

    async def leave(self, *names: str) -> None:
        """Let requests end, one after the other."""
        for name in names:
            self.leaving[name].set()
            await settle()


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def test_clients_take_turns() -> None:
    async def work() -> None:
        ground = Ground(1)
        for name in ("a1", "a2", "a3", "a4", "b1", "c1", "b2"):
            await ground.come(name)
        assert (ground.served, ground.turns.waiting) == (["a1"], 6)
        await ground.leave("a1", "a2", "b1", "c1", "a3", "b2", "a4")
        assert ground.served == ["a1", "a2", "b1", "c1", "a3", "b2", "a4"]
        assert (ground.turns.free, ground.turns.waiting) == (1, 0)

    run(work())


def test_no_more_than_the_places_are_taken() -> None:
    async def work() -> None:
        ground = Ground(2)
        for name in ("a1", "b1", "c1"):
            await ground.come(name)
        assert ground.served == ["a1", "b1"]
        await ground.leave("b1")
        assert ground.served == ["a1", "b1", "c1"]

    run(work())


def test_who_leaves_the_line_is_passed_over() -> None:
    async def work() -> None:
        ground = Ground(1)
        for name in ("a1", "b1", "c1"):
            await ground.come(name)
        ground.tasks["b1"].cancel()
        await settle()
        await ground.leave("a1", "c1")
        assert ground.served == ["a1", "c1"]
        assert (ground.turns.free, ground.turns.waiting) == (1, 0)

    run(work())


def test_a_place_given_to_who_just_left_goes_to_the_next() -> None:
    async def work() -> None:
        ground = Ground(1)
        for name in ("a1", "b1", "c1"):
            await ground.come(name)
        ground.leaving["a1"].set()
        ground.tasks["a1"].add_done_callback(lambda _done: ground.tasks["b1"].cancel())
        await settle()
        await settle()
        assert "b1" in ground.served or "c1" in ground.served
        await ground.leave("c1")
        assert (ground.turns.free, ground.turns.waiting) == (1, 0)

    run(work())


def test_an_error_gives_the_place_back() -> None:
    async def work() -> None:
        turns = Turns(1, 1)
        with pytest.raises(ZeroDivisionError):
            async with turns.place("a"):
                raise ZeroDivisionError
        assert turns.free == 1

    run(work())


def test_of_too_many_the_last_of_the_longest_line_is_refused() -> None:
    async def work() -> None:
        ground = Ground(1, most_waiting=3)
        for name in ("a1", "a2", "a3", "a4"):
            await ground.come(name)
        await ground.come("b1")
        refused = ground.tasks["a4"].exception()
        assert isinstance(refused, Unavailable) and refused.retry_after > 0
        assert ground.turns.waiting == 3
        await ground.come("a5")
        assert isinstance(ground.tasks["a5"].exception(), Unavailable)
        await ground.leave("a1", "a2", "b1")
        assert ground.served == ["a1", "a2", "b1", "a3"]

    run(work())


def test_who_leaves_just_as_it_would_be_refused_harms_nobody() -> None:
    async def work() -> None:
        ground = Ground(1, most_waiting=2)
        for name in ("a1", "b1", "b2"):
            await ground.come(name)
        coming = asyncio.create_task(ground.come("c1"))
        await asyncio.sleep(0)  # the task of c1 is made, but has not begun
        ground.tasks["b2"].cancel()
        await coming
        await ground.leave("a1", "b1", "c1")
        assert ground.served == ["a1", "b1", "c1"]
        assert (ground.turns.free, ground.turns.waiting) == (1, 0)

    run(work())


def test_of_equally_short_lines_the_newcomer_is_refused() -> None:
    async def work() -> None:
        ground = Ground(1, most_waiting=2)
        for name in ("a1", "b1", "c1", "d1"):
            await ground.come(name)
        assert isinstance(ground.tasks["d1"].exception(), Unavailable)
        assert not ground.tasks["b1"].done() and not ground.tasks["c1"].done()

    run(work())


def test_dear_work_lets_others_pass_between_its_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.core.gently.AT_A_STRETCH", 0)
    monkeypatch.setattr("app.core.gently.MOST_WAITED", 3_600)
    done: list[object] = []

    async def count(passing: Passing | None) -> None:
        gives_way_to.set(passing)
        async for number in gently(range(3)):
            done.append(number)

    async def work() -> None:
        passing = Passing()
        with passing.one():
            dear = asyncio.create_task(count(passing))
            await settle()
            with passing.one():
                assert await asyncio.create_task(count(None)) is None
            assert done == [0, 0, 1, 2]  # what is not dear waits for nobody
            assert not dear.done()
        await dear
        assert done == [0, 0, 1, 2, 1, 2]

    run(work())


def test_dear_work_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.core.gently.MOST_WAITED", 0.001)

    async def work() -> None:
        passing = Passing()
        with passing.one():
            await passing.let_pass()

    run(work())
