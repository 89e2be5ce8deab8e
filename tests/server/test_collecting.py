"""Test that garbage is collected at set times, and that what is kept is not looked at again."""

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest

from app.server import collecting


class Knot:
    """An object that only the collector can free."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def unfrozen() -> Iterator[None]:
    """Give the objects of other tests back to the collector."""
    yield
    gc.unfreeze()
    assert gc.isenabled()


@pytest.mark.parametrize("idle", [True, False])
def test_knots_are_freed(idle: bool) -> None:
    gc.disable()
    try:
        gone = weakref.ref(Knot())
        collecting.collect(idle=idle)
        assert gone() is None
    finally:
        gc.enable()


def test_what_is_left_when_idle_is_kept() -> None:
    before, kept = gc.get_freeze_count(), Knot()
    collecting.collect(idle=False)
    assert gc.get_freeze_count() == before
    collecting.collect(idle=True)
    assert gc.get_freeze_count() > before and kept.itself is kept


def test_what_was_kept_is_freed_when_all_is_looked_at() -> None:
    gc.disable()
    try:
        knot = Knot()
        gone = weakref.ref(knot)
        assert not collecting.collect(idle=True)  # it is in use, and so it is kept
        del knot
        assert not collecting.collect(idle=True)
        assert gone() is not None
        assert not collecting.collect(idle=False, thorough=True)
        assert gone() is not None  # while others wait for an answer, it can wait
        assert collecting.collect(idle=True, thorough=True)
        assert gone() is None
    finally:
        gc.enable()


def test_all_are_looked_at_in_an_idle_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "EVERY", 0.001)
    monkeypatch.setattr(collecting, "THOROUGHLY", 0.0)

    async def work() -> None:
        gone, knot = asyncio.Event(), Knot()
        weakref.finalize(knot, gone.set)
        collecting.collect(idle=True)
        async with collecting.collecting(lambda: True):
            del knot
            await gone.wait()

    asyncio.run(work())


def test_nothing_is_collected_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "EVERY", 0.001)

    async def work() -> None:
        async with collecting.collecting(lambda: False):
            assert not gc.isenabled()
            gone = asyncio.Event()
            weakref.finalize(Knot(), gone.set)
            await gone.wait()

    asyncio.run(work())


def test_all_are_looked_at_now_and_then_however_busy_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "EVERY", 0.001)
    monkeypatch.setattr(collecting, "MOST_BUSY", 2)

    async def work() -> None:
        gone, knot = asyncio.Event(), Knot()
        weakref.finalize(knot, gone.set)
        gc.collect()  # by now it is old
        async with collecting.collecting(lambda: False):
            del knot
            await gone.wait()

    asyncio.run(work())
