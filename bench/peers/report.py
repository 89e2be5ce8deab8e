"""Write what was measured as tables."""

from collections.abc import Sequence

from bench.peers.crowd import READERS, Crowd
from bench.peers.rounds import UNCHANGED, Floor, Measured
from bench.peers.serving import System

OPERATIONS = (
    "| operation | system | bytes | counted | requests/s | median ms | alone ms | of bare ASGI"
    " | spread | failed |"
)


def operations(measured: Measured) -> list[str]:
    """Return the table of all operations."""
    lines = [OPERATIONS, "| --- | --- |" + " ---: |" * 8]
    for row in measured.rows:
        found = row.probe
        cells = (
            row.operation,
            row.system,
            f"{found.bytes:,}",
            "" if found.count is None else f"{found.count:,}",
            f"{row.per_second:,.1f}" + (" (1 conn.)" if row.slow else ""),
            f"{row.median_ms:,.1f}",
            f"{found.alone_ms:,.1f}",
            f"{row.per_second / measured.floor[row.body].per_second:.2%}",
            f"{row.spread:.2f}",
            str(row.failed),
        )
        lines.append(f"| {' | '.join(cells)} |")
    if measured.left_out:
        lines += ["", f"No ETag, hence no 304: {'; '.join(measured.left_out)}."]
    return lines


def bare(floor: Floor) -> list[str]:
    """Return the table of the bare server."""
    heads = [body if body == UNCHANGED else f"{int(body):,} B" for body in floor]
    rates = [f"{found.per_second:,.0f}" for found in floor.values()]
    medians = [f"{found.median_ms:.2f}" for found in floor.values()]
    return [
        f"| bare ASGI, body of | {' | '.join(heads)} |",
        "| --- |" + " ---: |" * len(heads),
        f"| requests/s | {' | '.join(rates)} |",
        f"| median ms | {' | '.join(medians)} |",
    ]


def sizes(measured: Measured, small: str, large: str) -> list[str]:
    """Return the table of one system at two sizes, by what their names end with."""
    lines = [
        f"| operation | {small}: bytes | {large}: bytes | {small}: ms alone | {large}: ms alone"
        f" | ratio | {small}: requests/s | {large}: requests/s | ratio |",
        "| --- |" + " ---: |" * 8,
    ]
    of_large = {(row.operation, row.system.removesuffix(large)): row for row in measured.rows}
    for row in measured.rows:
        other = of_large.get((row.operation, row.system.removesuffix(small)))
        if other is None or other is row:
            continue
        alone = row.probe.alone_ms, other.probe.alone_ms
        rates = row.per_second, other.per_second
        cells = (
            row.operation,
            *(f"{found.bytes:,}" for found in (row.probe, other.probe)),
            *(f"{each:,.1f}" for each in alone),
            f"{alone[1] / alone[0]:.2f}",
            *(f"{each:,.1f}" for each in rates),
            f"{rates[0] / rates[1]:.2f}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def crowds(found: Sequence[Crowd]) -> list[str]:
    """Return the table of many readers at once."""
    lines = [
        f"| {READERS} readers right after a write | system | answers 200 | one alone, ms"
        f" | slowest of {READERS}, ms | slowest / alone |",
        "| --- | --- |" + " ---: |" * 4,
    ]
    for crowd in found:
        cells = (
            crowd.operation,
            crowd.system,
            f"{crowd.answered} of {crowd.asked}",
            f"{crowd.alone_ms:,.1f}",
            f"{crowd.slowest_ms:,.1f}",
            f"{crowd.ratio:.1f}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def memory(systems: Sequence[System]) -> str:
    """Return a line with the memory of each server."""
    found = "; ".join(f"{system.name} {system.idle}, {system.most}" for system in systems)
    return f"Resident memory of the servers without PostgreSQL, MiB (idle, most seen): {found}."
