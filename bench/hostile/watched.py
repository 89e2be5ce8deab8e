"""Serve as `parley serve` does, and write down what holds up the event loop, with its stack.

python -m bench.hostile.watched PORT LOG, with DATABASE_URL as the program reads it. A line of the
log is {"late": milliseconds, "worked": those of the processor since it was noticed, "stack":
[frames, the innermost last]}; what is late without work was held up by other programs.
"""

import asyncio
import gc
import json
import sys
import threading
import time
import traceback
from pathlib import Path
from types import FrameType

import uvicorn

from app.main import from_environment
from app.server.connections import ImpatientProtocol

EVERY = 0.005  # seconds between two beats of the loop
LATE = 0.05
FRAMES = 14


class Watchdog:
    """Look from a thread whether the event loop still beats."""

    def __init__(self, log: Path) -> None:
        self._beat = time.perf_counter()
        self._clock = time.pthread_getcpuclockid(threading.get_ident())
        self._log = log.open("a", buffering=1)
        self._of = threading.get_ident()

    async def beat(self) -> None:
        """Beat as long as the loop runs."""
        while True:
            self._beat = time.perf_counter()
            await asyncio.sleep(EVERY)

    def collected(self, phase: str, about: dict[str, int]) -> None:
        """Write down how long garbage collection took."""
        if phase == "start":
            self._collecting, self._worked = time.perf_counter(), time.thread_time()
            return
        took = time.perf_counter() - self._collecting
        if took > LATE / 2:
            worked = time.thread_time() - self._worked
            self._say(took, worked, [f"gc {about['generation']}"])

    def look(self) -> None:
        """Write down each time that the loop is late, with what it did at first."""
        while True:
            time.sleep(EVERY)
            since = self._beat
            if time.perf_counter() - since < LATE:
                continue
            worked = time.clock_gettime(self._clock)
            stack = _shown(sys._current_frames().get(self._of))
            while self._beat == since:
                time.sleep(EVERY)
            worked = time.clock_gettime(self._clock) - worked + LATE
            self._say(self._beat - since, worked, stack)

    def _say(self, late: float, worked: float, stack: list[str]) -> None:
        line = {"late": round(late * 1000), "worked": round(worked * 1000), "stack": stack}
        self._log.write(json.dumps(line) + "\n")


def _shown(frame: FrameType | None) -> list[str]:
    found = traceback.extract_stack(frame)[-FRAMES:]
    return [f"{each.filename}:{each.lineno} {each.name}" for each in found]


async def serve(port: int, log: Path) -> None:
    """Serve until stopped."""
    config = uvicorn.Config(
        from_environment,
        factory=True,
        port=port,
        http=ImpatientProtocol,
        log_config=None,
        access_log=False,
    )
    watchdog = Watchdog(log)
    beating = asyncio.create_task(watchdog.beat())
    gc.callbacks.append(watchdog.collected)
    threading.Thread(target=watchdog.look, daemon=True).start()
    await uvicorn.Server(config).serve()
    beating.cancel()


if __name__ == "__main__":
    loop = uvicorn.Config("app.main:from_environment").get_loop_factory()
    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
