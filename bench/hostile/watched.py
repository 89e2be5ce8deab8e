"""Serve as `parley serve` does, and write down what holds up the event loop, with its stack.

python -m bench.hostile.watched PORT LOG, with DATABASE_URL as the program reads it. A line of the
log is {"late": milliseconds, "stack": [frames, the innermost last]}.
"""

import asyncio
import json
import sys
import threading
import time
import traceback
from pathlib import Path
from types import FrameType

import uvicorn

from app.main import from_environment

EVERY = 0.005  # seconds between two beats of the loop
LATE = 0.05
FRAMES = 14


class Watchdog:
    """Look from a thread whether the event loop still beats."""

    def __init__(self, log: Path) -> None:
        self._beat = time.perf_counter()
        self._log = log.open("a", buffering=1)
        self._of = threading.get_ident()

    async def beat(self) -> None:
        """Beat as long as the loop runs."""
        while True:
            self._beat = time.perf_counter()
            await asyncio.sleep(EVERY)

    def look(self) -> None:
        """Write down each time that the loop is late, with what it did at first."""
        while True:
            time.sleep(EVERY)
            since = self._beat
            if time.perf_counter() - since < LATE:
                continue
            stack = _shown(sys._current_frames().get(self._of))
            while self._beat == since:
                time.sleep(EVERY)
            late = (self._beat - since) * 1000
            self._log.write(json.dumps({"late": round(late), "stack": stack}) + "\n")


def _shown(frame: FrameType | None) -> list[str]:
    found = traceback.extract_stack(frame)[-FRAMES:]
    return [f"{each.filename}:{each.lineno} {each.name}" for each in found]


async def serve(port: int, log: Path) -> None:
    """Serve until stopped."""
    config = uvicorn.Config(
        from_environment, factory=True, port=port, log_config=None, access_log=False
    )
    watchdog = Watchdog(log)
    beating = asyncio.create_task(watchdog.beat())
    threading.Thread(target=watchdog.look, daemon=True).start()
    await uvicorn.Server(config).serve()
    beating.cancel()


if __name__ == "__main__":
    loop = uvicorn.Config("app.main:from_environment").get_loop_factory()
    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
