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


def test_nothing_is_collected_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "EVERY", 0.001)

    async def work() -> None:
        async with collecting.collecting(lambda: False):
            assert not gc.isenabled()
            gone = asyncio.Event()
            weakref.finalize(Knot(), gone.set)
            await gone.wait()

    asyncio.run(work())
