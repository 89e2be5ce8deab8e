"""Put a system under load by one operation: with wrk, or one by one where it is slow."""

import json
import re
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass

from bench.peers.serving import System, etag_of, headers_of, request
from bench.peers.specs import Operation, fill

# With fewer answers per connection, the edges of the time decide: then they are asked one by one.
ANSWERS = 8
ASKED = 6  # times for the probe, the first not counted
LUA = """local urls, bodies, n = {{{urls}}}, {{{bodies}}}, 0
wrk.method = {method}
{headers}
request = function()
  n = n % #urls + 1
  return wrk.format(nil, urls[n], nil, bodies[n])
end
"""
MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1_000.0, "m": 60_000.0}


@dataclass(frozen=True)
class Probe:
    """What one answer is, before its speed counts."""

    alone_ms: float
    bytes: int
    count: int | None  # of the text that occurs once per row


@dataclass(frozen=True)
class Load:
    """What a system did in one round."""

    per_second: float
    median_ms: float
    failed: int = 0


def probe(system: System, operation: Operation) -> Probe:
    """Ask some times alone; fail if an answer is not of the right status."""
    seen, etag = [], etag_of(system, operation)
    for turn, values in enumerate(system.drawn[:ASKED]):
        answer = request(system.base, operation, values, etag)
        if answer.status != operation.status:
            told = f"{answer.status} {answer.body[:300]!r}"
            raise RuntimeError(f"{system.name} {operation.url}: {told}")
        seen.append(answer)
        if turn and answer.seconds > 5:
            break
    counted = seen[1:]
    return Probe(
        statistics.median(answer.seconds for answer in counted) * 1_000,
        int(statistics.median(len(answer.body) for answer in counted)),
        int(statistics.median(answer.body.count(operation.count.encode()) for answer in counted))
        if operation.count
        else None,
    )


def is_slow(alone_ms: float, seconds: int, connections: int) -> bool:
    """Return whether the time is too short for a rate with several connections."""
    return alone_ms / 1_000 * connections * ANSWERS > seconds


def load(system: System, operation: Operation, seconds: int, connections: int) -> Load:
    """Ask with several connections; wrk's time of an answer is from request to last byte."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_script(system, operation))
        script.flush()
        options = ["-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "--latency"]
        told = subprocess.run(
            ["wrk", *options, "-s", script.name, system.base],
            capture_output=True,
            text=True,
            timeout=seconds + 60,
            check=False,
        ).stdout
    system.see_memory()
    return read(told)


def one_by_one(system: System, operation: Operation, seconds: int) -> Load:
    """Ask on one connection after another, at least three times."""
    times: list[float] = []
    failed, etag, until = 0, etag_of(system, operation), time.perf_counter() + seconds
    while len(times) < 3 or (time.perf_counter() < until and len(times) < 50):
        values = system.drawn[len(times) % len(system.drawn)]
        answer = request(system.base, operation, values, etag)
        failed += answer.status != operation.status
        times.append(answer.seconds)
    system.see_memory()
    return Load(len(times) / sum(times), statistics.median(times) * 1_000, failed)


def read(told: str) -> Load:
    """Read what wrk prints."""
    rate = re.search(r"Requests/sec:\s+([\d.]+)", told)
    median = re.search(r"50%\s+([\d.]+)(us|ms|s|m)\b", told)
    if rate is None or median is None:
        raise RuntimeError(f"wrk printed {told!r}")
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", told)
    lost = re.search(r"connect (\d+), read (\d+), write (\d+), timeout (\d+)", told)
    failed = [found for match in (refused, lost) if match for found in match.groups()]
    milliseconds = float(median[1]) * MILLISECONDS[median[2]]
    return Load(float(rate[1]), milliseconds, sum(map(int, failed)))


def _script(system: System, operation: Operation) -> str:
    urls = [fill(operation.url, values) for values in system.drawn]
    bodies = [fill(operation.body, values) for values in system.drawn if operation.body]
    headers = headers_of(operation, system.drawn[0], etag_of(system, operation))
    return LUA.format(
        urls=",".join(map(_quoted, urls)),
        bodies=",".join(map(_quoted, bodies)),
        method=_quoted(operation.method),
        headers="\n".join(
            f"wrk.headers[{_quoted(name)}] = {_quoted(value)}" for name, value in headers.items()
        ),
    )


def _quoted(text: str) -> str:
    return json.dumps(text).replace("\\u", "\\\\u")
