"""Give each node a network of its own, which can be cut off, joined by a bridge.

Only for root on Linux. The names begin with `parley-`, so that nothing else is touched.
"""

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

BRIDGE = "parley-br"
PREFIX = "10.88.0"
LOOKS_ON = b"bench.cluster.probe"
HERE = f"{PREFIX}.1"  # the address of what runs outside of the nodes


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


def address(node: int) -> str:
    """Return the address of a node."""
    return f"{PREFIX}.{10 + node}"


def namespace(node: int) -> str:
    """Return the name of a node's namespace."""
    return f"parley-{node}"


def inside(node: int) -> list[str]:
    """Return the beginning of a command that runs on a node."""
    return ["ip", "netns", "exec", namespace(node)]


@contextlib.contextmanager
def networks(nodes: Sequence[int]) -> Iterator[None]:
    """Make the bridge and the namespaces, and remove them at the end."""
    _remove(nodes)
    try:
        _ip("link", "add", BRIDGE, "type", "bridge")
        _ip("address", "add", f"{HERE}/24", "dev", BRIDGE)
        _ip("link", "set", BRIDGE, "up")
        for node in nodes:
            name, line = namespace(node), f"parley-v{node}"
            _ip("netns", "add", name)
            _ip("link", "add", line, "type", "veth", "peer", "name", "eth0", "netns", name)
            _ip("link", "set", line, "master", BRIDGE, "up")
            _ip("-n", name, "address", "add", f"{address(node)}/24", "dev", "eth0")
            _ip("-n", name, "link", "set", "eth0", "up")
            _ip("-n", name, "link", "set", "lo", "up")
        yield
    finally:
        for node in nodes:
            end_all(node, signal.SIGKILL)
        _remove(nodes)


def _remove(nodes: Sequence[int]) -> None:
    for node in nodes:
        subprocess.run(["ip", "netns", "delete", namespace(node)], capture_output=True)
        # It would stay while a process of the namespace does.
        subprocess.run(["ip", "link", "delete", f"parley-v{node}"], capture_output=True)
    subprocess.run(["ip", "link", "delete", BRIDGE], capture_output=True)


def cut_off(node: int) -> None:
    """Let nothing pass between a node and everything else."""
    _ip("link", "set", f"parley-v{node}", "down")


def join(node: int) -> None:
    """Let a node that was cut off talk again."""
    _ip("link", "set", f"parley-v{node}", "up")


def processes(node: int) -> list[int]:
    """Return the processes that run on a node, but those that only look on."""
    found = subprocess.run(
        ["ip", "netns", "pids", namespace(node)], capture_output=True, text=True
    ).stdout
    return [int(number) for number in found.split() if not _looks_on(number)]


def _looks_on(process: str) -> bool:
    with contextlib.suppress(OSError):
        return LOOKS_ON in Path(f"/proc/{process}/cmdline").read_bytes()
    return False


def end_all(node: int, how: signal.Signals) -> None:
    """Send a signal to all processes of a node, as if its machine stopped."""
    for process in processes(node):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, how)
