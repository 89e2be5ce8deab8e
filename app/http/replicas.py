"""Read from standbys that have everything which this process has heard of.

A write that is answered here, or that NOTIFY tells of, drops the cache of answers (see
`app/http/page_cache.py`) and thereby begins a new generation. A replica is read from only once it
has replayed what the primary had written by then. So what a stranger reads from a replica is never
older than what they would get from the cache, and may be kept there like an answer of the primary.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, LiteralString

import psycopg

from app.core.clock import now
from app.core.counters import REPLICA_READS
from app.core.logs import log
from app.db.connections import ANSWER_SECONDS, end, give_up
from app.db.dsn import conninfo, driver_url, parse
from app.db.engine import make_engine
from app.http.kept_answers import Cache

LOOK_SECONDS = 1.0  # between two looks when nothing is written
CATCH_UP_SECONDS = 0.01  # between two looks at a replica that is behind, at first
PRIMARY = """
SELECT epoch::text, pg_current_wal_flush_lsn()::text, timeline <> server_timeline() FROM log_epoch
"""
# The epoch tells whether it follows the same server: positions in the WAL of others mean nothing.
STANDBY = """
SELECT pg_is_in_recovery() AND epoch = %s::uuid AND pg_last_wal_replay_lsn() >= %s::pg_lsn,
  (SELECT at FROM log_commit
   WHERE seq = (SELECT max(seq) FROM log_revision WHERE public))
FROM log_epoch
"""
FOLLOW = "SELECT follow_timeline()"
Connection = psycopg.AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class Written:
    """What the primary had written at a time, as a place in its WAL."""

    epoch: str
    lsn: str
    generation: int  # of the cache, when the primary was asked
    at: float  # by the process's clock
    when: datetime  # the same, for readers


class Replica:
    """One standby: its connections, and how far it is known to be."""

    def __init__(self, url: str, pool_size: int, wait_seconds: float) -> None:
        self.address = conninfo(url)
        self.engine = make_engine(url, pool_size=pool_size, pool_wait_seconds=wait_seconds)
        self.generation = -1  # of the cache: the last one by whose beginning it has everything
        self.newest: datetime | None = None  # instant of the newest public entry that it has

        self.news = asyncio.Event()  # set when the primary has written more

    def leave(self) -> None:
        """Read from it no more until it is looked at again."""
        self.generation = -1

    def hangs(self) -> None:
        """Leave it, and let everything that waits for it fail."""
        self.leave()
        give_up(self.engine)


def split(url: str) -> list[str]:
    """Return a URL for each host of one that names several."""
    made = driver_url(url)
    found = parse(url)
    hosts, ports = found.get("host", "").split(","), found.get("port", "").split(",")
    ports = ports * len(hosts) if len(ports) == 1 else ports
    rest = {n: v for n, v in made.query.items() if n not in ("host", "port")}
    return [
        made.set(host=None, port=None)
        .set(query={**rest, "host": h, "port": p or "5432", "target_session_attrs": "any"})
        .render_as_string(hide_password=False)
        for h, p in zip(hosts, ports, strict=True)
    ]


class Replicas:
    """The standbys of one process, and what they must have to be read from."""

    def __init__(
        self, cache: Cache, primary: str, replicas: Sequence[Replica], away_seconds: float
    ) -> None:
        self._cache, self._primary, self._away = cache, primary, away_seconds
        self.all = replicas
        self._written: Written | None = None
        self._dropped = asyncio.Event()
        self._is_away = True  # the primary
        self._next = 0

    def choose(self, known_at: str | None = None) -> Replica | None:
        """Return a replica that has everything, each in turn; None if there is none.

        For an instant only one that has entries from after it: others may be on their way.
        """
        self._cache.look()
        for _ in self.all:
            self._next = (self._next + 1) % len(self.all)
            replica = self.all[self._next]
            if replica.generation == self._cache.generation and (
                known_at is None or _is_before(known_at, replica.newest)
            ):
                REPLICA_READS.labels("replica").inc()
                return replica
        REPLICA_READS.labels("primary").inc()
        return None

    def heard_of_until(self) -> datetime | None:
        """Return up to when replicas have everything, if nothing newer can be heard of."""
        written = self._written
        return written.when if self._is_away and written is not None else None

    def can_answer(self) -> bool:
        """Tell whether a replica can be read from at the moment."""
        return any(replica.generation == self._cache.generation for replica in self.all)

    @contextlib.asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Look at the primary and at each replica while the block runs."""
        self._cache.when_dropped = self._note_drop
        tasks = [asyncio.create_task(self._watch_primary())]
        tasks += [asyncio.create_task(self._watch(replica)) for replica in self.all]
        try:
            yield
        finally:
            self._cache.when_dropped = None
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for replica in self.all:
                await replica.engine.dispose()

    def _note_drop(self) -> None:
        if self._is_away:
            self._go_on_without()
        self._dropped.set()

    async def _watch_primary(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._primary, autocommit=True
                ) as connection:
                    while True:
                        await self._ask_primary(connection)
                        await _heard(self._dropped)
            except (psycopg.Error, OSError) as error:
                log.warning("the primary does not answer", error=type(error).__name__)
                self._is_away = True
                self._go_on_without()
                await asyncio.sleep(LOOK_SECONDS)

    async def _ask_primary(self, connection: Connection) -> None:
        self._cache.look()
        self._dropped.clear()
        generation = self._cache.generation
        epoch, lsn, promoted = await _ask(connection, PRIMARY)
        if promoted:
            await _ask(connection, FOLLOW)
            epoch, lsn, _ = await _ask(connection, PRIMARY)
        self._is_away = False
        self._expect(Written(epoch, lsn, generation, time.monotonic(), now()))

    def _go_on_without(self) -> None:
        """Let replicas answer with what the primary was last known to have, for a while."""
        last = self._written
        if last is None or time.monotonic() - last.at > self._away:
            self._expect(None)
            return
        further = replace(last, generation=self._cache.generation)
        for replica in self.all:
            if replica.generation == last.generation:  # it has what is wanted, as before
                replica.generation = further.generation
        self._expect(further)

    def _expect(self, written: Written | None) -> None:
        self._written = written
        for replica in self.all:
            replica.news.set()

    async def _watch(self, replica: Replica) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    replica.address, autocommit=True
                ) as connection:
                    while True:
                        await self._look(connection, replica)
            except (psycopg.Error, OSError) as error:
                log.warning("a replica does not answer", error=type(error).__name__)
            finally:
                replica.leave()
            await asyncio.sleep(LOOK_SECONDS)

    async def _look(self, connection: Connection, replica: Replica) -> None:
        """Find out whether a replica has what it must have, and wait until that may change."""
        pause = CATCH_UP_SECONDS
        replica.news.clear()
        while (wanted := self._written) is not None:
            has_all, replica.newest = await _ask(
                connection, STANDBY, wanted.epoch, wanted.lsn, hung=replica.hangs
            )
            if has_all:
                replica.generation = wanted.generation
                break
            replica.leave()
            await asyncio.sleep(pause)
            pause = min(pause * 2, LOOK_SECONDS)
        else:
            replica.leave()
        await _heard(replica.news)


async def _heard(news: asyncio.Event) -> None:
    """Wait for news, or until it is time to look anyway."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LOOK_SECONDS):
            await news.wait()


async def _ask(
    connection: Connection,
    statement: LiteralString,
    *values: str,
    hung: Callable[[], None] | None = None,
) -> Any:
    """Return the row of a statement that costs next to nothing.

    If the server does not answer, end the connection and call `hung`.
    """

    def late() -> None:
        end(connection)
        if hung is not None:
            hung()

    waiting = asyncio.get_running_loop().call_later(ANSWER_SECONDS, late)
    try:
        row = await (await connection.execute(statement, values)).fetchone()
    finally:
        waiting.cancel()
    if row is None:
        raise psycopg.DataError("the log has no epoch")
    return row


def _is_before(known_at: str, newest: datetime | None) -> bool:
    """Tell whether an instant, as it is asked for, is certainly not after the newest entry."""
    try:
        asked = datetime.fromisoformat(known_at)
    except ValueError:
        return False
    return newest is not None and asked.tzinfo is not None and asked <= newest
