"""Recall how things read at a moment, from what the process keeps (docs/decisions/0045)."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.memory import Key, Memory
from app.db.engine import MEMORY, may_remember, memory_of
from app.log.writer import Moment


@dataclass(frozen=True, slots=True)
class Recall:
    """The part of the memory for one state of the log; empty, and kept empty, where there is none.

    A key says what is meant; that it is meant as it read in this state is added here.
    """

    memory: Memory | None
    state: Key
    reads_only: bool = False  # in a transaction that has written

    def get(self, *key: object) -> Any | None:
        """Return what is kept by a key, or None."""
        return None if self.memory is None else self.memory.get((*self.state, *key))

    def keep(self, *key: object, value: Any, size: int) -> None:
        """Keep a value of about `size` bytes."""
        if not self.reads_only:
            self.keep_state(*key, value=value, size=size)

    def keep_state(self, *key: object, value: Any, size: int) -> None:
        """Keep a value that follows from the state alone, also in a transaction that has written.

        Such a transaction has a state only while it has not changed that state.
        """
        if self.memory is not None:
            self.memory.keep((*self.state, *key), value, size)


def recall(session: AsyncSession, at: Moment, shelf: str = MEMORY) -> Recall:
    """Return what the process keeps of how things read at a moment."""
    memory = None if at.context is None else memory_of(session, shelf)
    state = (at.epoch, at.context, at.redactions)
    return Recall(memory, state, reads_only=not may_remember(session))
