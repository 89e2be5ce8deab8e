"""What can be measured: python -m bench, or make bench; ARGS="import 1000000" says what, and how many positions."""

import importlib
import sys

KINDS = {
    "import": ("imports", "time by phase, memory, and how long other writers wait; twice, the second changes nothing"),
    "export": ("exports", "time and memory of each format"),
}


def usage() -> str:
    lines = [f"  {name:<8}{what}" for name, (_, what) in KINDS.items()]
    return "\n".join(['Say what to measure, and how many positions (100000): make bench ARGS="import 1000000"', *lines])


def main(arguments: list[str]) -> int:
    """Measure what the arguments say; exit code 2, and what there is on standard error, where they say nothing."""
    kind, *count = arguments or [""]
    if kind not in KINDS or len(count) > 1 or not all(n.isdecimal() and int(n) for n in count):
        print(usage(), file=sys.stdout if not arguments else sys.stderr)
        return 2 if arguments else 0
    importlib.import_module(f"bench.{KINDS[kind][0]}").main(int(count[0]) if count else 100_000)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
