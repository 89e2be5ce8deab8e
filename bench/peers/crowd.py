"""Let many readers ask at once for an answer that a write has just made anew."""

import re
import statistics
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bench.fidelity.programs import say
from bench.peers.rounds import Plan
from bench.peers.serving import Answer, System, request
from bench.peers.specs import WRITE, Operation

READERS = 16
READ = ("matrix page", "matrix json")


@dataclass(frozen=True)
class Crowd:
    """What the readers of one system got."""

    operation: str
    system: str
    asked: int
    answered: int  # with 200
    alone_ms: float  # for one reader, right after a write
    slowest_ms: float  # of the readers at once, median of the rounds

    @property
    def ratio(self) -> float:
        """Return the slowest of many over one alone."""
        return self.slowest_ms / self.alone_ms


def measure(systems: Sequence[System], plan: Plan) -> list[Crowd]:
    """Measure each system that both writes and shows the matrix."""
    found = []
    for name in READ:
        for system in systems:
            operations = system.spec.operations
            if WRITE in operations and name in operations and re.search(plan.only, name):
                found.append(_measure(system, name, plan.rounds))
                say(f"  {READERS} readers after a write: {name}, {system.name}")
    return found


def _measure(system: System, name: str, rounds: int) -> Crowd:
    operation = system.spec.operations[name]
    alone, slowest, answered = [], [], 0
    for turn in range(rounds):
        _write(system, turn)
        alone.append(request(system.base, operation, system.drawn[0]).seconds)
        _write(system, turn)
        answers = _at_once(system, operation)
        answered += sum(answer.status == operation.status for answer in answers)
        slowest.append(max(answer.seconds for answer in answers))
    return Crowd(
        name,
        system.name,
        READERS * rounds,
        answered,
        statistics.median(alone) * 1_000,
        statistics.median(slowest) * 1_000,
    )


def _write(system: System, turn: int) -> None:
    operation = system.spec.operations[WRITE]
    answer = request(system.base, operation, system.drawn[turn])
    if answer.status != operation.status:
        raise RuntimeError(f"{system.name} {operation.url}: {answer.status} {answer.body[:300]!r}")


def _at_once(system: System, operation: Operation) -> list[Answer]:
    ready = threading.Barrier(READERS)

    def read(_number: int) -> Answer:
        ready.wait()
        began = time.perf_counter()
        try:
            return request(system.base, operation, system.drawn[0])
        except OSError:  # no answer at all
            return Answer(0, b"", time.perf_counter() - began, "")

    with ThreadPoolExecutor(READERS) as readers:
        return list(readers.map(read, range(READERS)))
