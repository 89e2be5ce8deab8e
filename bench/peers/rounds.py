"""Let the systems take turns on each operation; the median of the rounds counts."""

import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bench.fidelity.programs import say
from bench.peers.loading import Load, Probe, is_slow, load, one_by_one, probe
from bench.peers.serving import System, etag_of
from bench.peers.specs import ORDER, Operation

UNCHANGED = "304"
Floor = Mapping[str, Load]  # of the bare server, by the size of the body


@dataclass(frozen=True)
class Plan:
    """How long and how often is measured."""

    seconds: int
    rounds: int
    connections: int
    only: str = ""


@dataclass
class Row:
    """What one system did in one operation."""

    operation: str
    system: str
    probe: Probe
    unchanged: bool = False
    slow: bool = False
    runs: list[Load] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """Return the median of the rounds."""
        return statistics.median(run.per_second for run in self.runs)

    @property
    def median_ms(self) -> float:
        """Return the median of the rounds' medians."""
        return statistics.median(run.median_ms for run in self.runs)

    @property
    def spread(self) -> float:
        """Return the fastest round over the slowest."""
        rates = [run.per_second for run in self.runs]
        return max(rates) / max(1e-9, min(rates))

    @property
    def failed(self) -> int:
        """Return how many answers failed in all rounds."""
        return sum(run.failed for run in self.runs)

    @property
    def body(self) -> str:
        """Return which body of the bare server is like its answers."""
        return UNCHANGED if self.unchanged else str(bucket(self.probe.bytes))


@dataclass(frozen=True)
class Measured:
    """Everything that was measured under load."""

    rows: Sequence[Row]
    floor: Floor
    left_out: Sequence[str]  # operations of systems whose answers have no ETag


def bucket(size: int) -> int:
    """Round a number of bytes to two digits."""
    return int(float(f"{size:.2g}"))


def measure(bare: System, systems: Sequence[System], plan: Plan) -> Measured:
    """Measure each operation of each system, and the bare server beside them."""
    rows, left_out = _probed(systems, plan)
    bodies = sorted({row.body for row in rows}, key=lambda body: (body == UNCHANGED, int(body)))
    floor: dict[str, list[Load]] = {body: [] for body in bodies}
    by_name = {system.name: system for system in systems}
    for turn in range(plan.rounds):
        for body, runs in floor.items():
            url = f"/{body}" if body == UNCHANGED else f"/bytes/{body}"
            runs.append(load(bare, Operation(url), max(1, plan.seconds // 2), plan.connections))
        # The other order every second round.
        for row in sorted(
            rows[:: -1 if turn % 2 else 1], key=lambda row: ORDER.index(row.operation)
        ):
            row.runs.append(_run(row, by_name[row.system], plan))
            say(f"  round {turn + 1}: {row.operation}, {row.system}: {row.runs[-1].per_second:.1f}")
    return Measured(rows, {body: median(runs) for body, runs in floor.items()}, left_out)


def median(runs: Sequence[Load]) -> Load:
    """Return the median of the rounds."""
    return Load(
        statistics.median(run.per_second for run in runs),
        statistics.median(run.median_ms for run in runs),
    )


def _probed(systems: Sequence[System], plan: Plan) -> tuple[list[Row], list[str]]:
    rows, left_out = [], []
    for name in (name for name in ORDER if re.search(plan.only, name)):
        for system in systems:
            operation = system.spec.operations.get(name)
            if operation is not None and operation.unchanged and not etag_of(system, operation):
                left_out.append(f"{name} of {system.name}")
            elif operation is not None:
                found = probe(system, operation)
                slow = is_slow(found.alone_ms, plan.seconds, plan.connections)
                rows.append(Row(name, system.name, found, operation.unchanged, slow))
    return rows, left_out


def _run(row: Row, system: System, plan: Plan) -> Load:
    operation = system.spec.operations[row.operation]
    if row.slow:
        return one_by_one(system, operation, plan.seconds)
    return load(system, operation, plan.seconds, plan.connections)
