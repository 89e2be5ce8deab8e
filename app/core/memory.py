"""Keep in the process what never changes, by a key that says which of its states is meant."""

from collections import OrderedDict
from typing import Any

Key = tuple[object, ...]


class Memory:
    """Values by key, up to a size in bytes; the least recently used go first.

    Nothing here is ever out of date: whoever keeps a value puts into its key everything that the
    value depends on, so that another state has another key.
    """

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.size = 0
        self._values: OrderedDict[Key, tuple[Any, int]] = OrderedDict()

    def get(self, key: Key) -> Any | None:
        """Return the value of a key, or None."""
        found = self._values.get(key)
        if found is None:
            return None
        self._values.move_to_end(key)
        return found[0]

    def keep(self, key: Key, value: Any, size: int) -> None:
        """Keep a value of about `size` bytes, unless it alone would fill the memory."""
        before = self._values.pop(key, None)
        self.size -= before[1] if before else 0
        if size > self.most_bytes:
            return
        self._values[key] = (value, size)
        self.size += size
        while self.size > self.most_bytes:
            _, (_, gone) = self._values.popitem(last=False)
            self.size -= gone


class Aside(Memory):
    """What one long answer keeps for itself, so that it does not drive out what others ask for."""

    def __init__(self, shared: Memory, most_bytes: int) -> None:
        super().__init__(most_bytes)
        self._shared = shared

    def get(self, key: Key) -> Any | None:
        """Return the value of a key that this answer or the process keeps, or None."""
        own = super().get(key)
        return self._shared.get(key) if own is None else own
