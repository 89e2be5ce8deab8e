"""Follow the log and send what is due while a process serves."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from app.alerts import queue
from app.alerts.queue import Turn
from app.alerts.sending import Sender, follow, send, take
from app.core.logs import log
from app.db.engine import transaction
from app.db.notifier import Bell

AT_ONCE = 8  # attempts in one process
LONGEST_WAIT = 60.0  # seconds, in case that other processes have ended in the middle of theirs
SHORTEST_WAIT = 0.2
TOGETHER = 0.2  # seconds after a save in which others are waited for, to look at all of them once
AFTER_FAULT = 10.0
GRACE = 10.0  # seconds for attempts under way when the process stops
FORGET_EVERY = timedelta(hours=6)


@contextlib.asynccontextmanager
async def telling(
    sender: Sender, bells: Sequence[Bell], stopping: asyncio.Event
) -> AsyncIterator[None]:
    """Send alerts while the block runs; attempts under way at its end are given some seconds.

    The first of the bells is woken when the process stops.
    """
    worker = Worker(sender, bells, stopping)
    task = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        stopping.set()
        done, _ = await asyncio.wait((task,), timeout=GRACE)
        if not done:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


class Worker:
    """One process's part in sending: several attempts at a time, each an own task."""

    def __init__(self, sender: Sender, bells: Sequence[Bell], stopping: asyncio.Event) -> None:
        self.sender, self.bells, self.stopping = sender, bells, stopping
        self.under_way: set[asyncio.Task[None]] = set()
        self.forgot_at: datetime | None = None

    async def run(self) -> None:
        """Work until the process stops."""
        try:
            while not self.stopping.is_set():
                times = [bell.times for bell in self.bells]
                try:
                    await follow(self.sender)
                    await self._begin()
                    await self._forget()
                    seconds = await self._pause()
                except (SQLAlchemyError, OSError) as error:
                    # The database is away, or restarts: what is due stays so.
                    log.warning("alerts wait", error=type(error).__name__)
                    seconds = 1.0
                except Exception as error:  # so that no fault of ours ends them for good
                    log.error("alerts failed", error=type(error).__name__, exc_info=error)
                    seconds = AFTER_FAULT
                await self._wait(times, seconds)
                await asyncio.sleep(TOGETHER)
            if self.under_way:
                await asyncio.wait(self.under_way)
        finally:
            for task in self.under_way:
                task.cancel()

    async def _begin(self) -> None:
        while len(self.under_way) < AT_ONCE and not self.stopping.is_set():
            turn = await take(self.sender)
            if turn is None:
                return
            task = asyncio.create_task(self._send(turn))
            self.under_way.add(task)
            task.add_done_callback(self.under_way.discard)

    async def _send(self, turn: Turn) -> None:
        try:
            await send(self.sender, turn)
        except Exception as error:
            # It is due again when its time is over; the other alerts go on.
            log.error("alert failed", alert=turn.alert.id, error=type(error).__name__)

    async def _forget(self) -> None:
        now = self.sender.now()
        if self.forgot_at is not None and now - self.forgot_at < FORGET_EVERY:
            return
        async with transaction(self.sender.sessions) as session:
            await queue.forget(session, now=now)
        self.forgot_at = now

    async def _pause(self) -> float:
        """Return after how many seconds something is due."""
        if len(self.under_way) >= AT_ONCE:
            return LONGEST_WAIT  # until one of them ends
        async with self.sender.sessions() as session:
            due = await queue.next_due(session)
        if due is None:
            return LONGEST_WAIT
        seconds = (due - self.sender.now()).total_seconds()
        return min(max(seconds, SHORTEST_WAIT), LONGEST_WAIT)

    async def _wait(self, times: Sequence[int], seconds: float) -> None:
        """Wait until a bell rings, an attempt ends, or the time is over."""
        heard = {
            asyncio.create_task(bell.heard(rung, seconds, unless=self.stopping))
            for bell, rung in zip(self.bells, times, strict=True)
        }
        await asyncio.wait(heard | self.under_way, return_when=asyncio.FIRST_COMPLETED)
        for one in heard:
            one.cancel()
