"""Keep answers in the process, until something is written or there are too many of them."""

import asyncio
import contextlib
import mmap
import os
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from app.core.counters import CACHE_ANSWERS, CACHE_BYTES
from app.http.conditional import matches, without_content

MOST_BYTES = 64 * 1024 * 1024
LARGEST = 16 * 1024 * 1024
MARK = 8  # bytes, changed by each write
OVERHEAD = 1_500  # bytes of an answer that is kept, beside its texts
OF_HEADER = 200  # bytes of a header, beside its texts
Key = bytes


def shared_mark(folder: str | None) -> mmap.mmap | None:
    """Return the bytes that the workers of one `parley serve` share in its folder.

    None for a process without other workers.
    """
    if folder is None:
        return None
    with open(os.open(f"{folder}/written", os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        file.truncate(MARK)
        return mmap.mmap(file.fileno(), MARK)


@dataclass(slots=True)
class Kept:
    """Cached response."""

    headers: list[tuple[bytes, bytes]]
    body: bytes
    etag: str | None
    route: str | None = None
    unchanged: list[tuple[bytes, bytes]] = field(init=False)  # the headers of its 304

    def __post_init__(self) -> None:
        self.unchanged = without_content(self.headers)

    def is_known_by(self, if_none_match: bytes) -> bool:
        """Tell whether a reader who sends this If-None-Match has it already."""
        if self.etag is None:
            return False
        sent = if_none_match.decode("latin-1")
        return sent == self.etag or matches(sent, self.etag)

    @property
    def size(self) -> int:
        """About how many bytes it takes in memory, with its key."""
        texts = sum(len(name) + len(value) + OF_HEADER for name, value in self.headers)
        return OVERHEAD + texts + len(self.body)


FAILED = Kept([], b"", None)  # in place of an answer that was not finished


class Cache:
    """Least-recently-used cache of one process; `generation` counts how often it was dropped."""

    def __init__(self, seen_by_all: mmap.mmap | None = None) -> None:
        self.seen_by_all = seen_by_all
        self.seen = b""
        self.listening = False
        self.generation = 0
        self.size = 0
        self.answers: OrderedDict[Key, Kept] = OrderedDict()
        self.when_dropped: Callable[[], None] | None = None
        self.under_way: dict[tuple[int, Key], asyncio.Future[Kept | None]] = {}

    def written(self) -> None:
        """Drop the cache, here and in the other workers."""
        if self.seen_by_all is not None:
            self.seen_by_all[:MARK] = os.urandom(MARK)
        self.drop()

    def look(self) -> None:
        """Drop the cache if another worker has written."""
        if self.seen_by_all is not None and self.seen_by_all[:MARK] != self.seen:
            self.drop()

    def drop(self) -> None:
        """Drop the cache of this process."""
        if self.seen_by_all is not None:
            self.seen = self.seen_by_all[:MARK]
        self.generation += 1
        if self.when_dropped is not None:
            self.when_dropped()
        self.answers.clear()
        self.size = 0
        self._measure()

    def _measure(self) -> None:
        CACHE_BYTES.set(self.size)
        CACHE_ANSWERS.set(len(self.answers))

    def get(self, key: Key) -> Kept | None:
        """Return the cached response, if it is still valid."""
        self.look()
        found = self.answers.get(key)
        if found is not None:
            self.answers.move_to_end(key)
        return found

    def keep(self, key: Key, answer: Kept, generation: int) -> None:
        """Cache a response, unless something was written since its request began."""
        self.look()
        if not self.listening or generation != self.generation or len(answer.body) > LARGEST:
            return
        before = self.answers.pop(key, None)
        self.size += answer.size - (before.size if before else 0)
        self.answers[key] = answer
        while self.size > MOST_BYTES:
            _, oldest = self.answers.popitem(last=False)
            self.size -= oldest.size
        self._measure()

    async def begun(self, key: Key) -> Kept | None:
        """Wait for the same answer where another request is making it since the last write.

        None where nobody is, or where that answer cannot be shared. If the other request fails or
        its reader leaves, the first of those who wait makes the answer.
        """
        while (other := self.under_way.get((self.generation, key))) is not None:
            made = await asyncio.shield(other)
            if made is not FAILED:
                return made
        return None

    @contextlib.contextmanager
    def beginning(self, key: Key) -> Iterator[Callable[[Kept | None], None]]:
        """Let others wait for an answer that is made in the block; call what it gives with it."""
        begun = (self.generation, key)
        future: asyncio.Future[Kept | None] = asyncio.get_running_loop().create_future()

        def end(made: Kept | None) -> None:
            if self.under_way.get(begun) is future:
                del self.under_way[begun]
            if not future.done():
                future.set_result(made)

        self.under_way[begun] = future
        try:
            yield end
        finally:
            end(FAILED)
