"""Run a benchmark: python -m bench KIND [COUNT], or make bench ARGS="import 1000000".

COUNT is the number of positions.
"""

import importlib
import sys

KINDS = {
    "import": (
        "imports",
        "by phase: time; memory, and how long others wait to write; twice, the second changes"
        " nothing; beside COPY of the same rows",
    ),
    "texts": ("texts", "an import with the texts of its sources, beside the same without: time"),
    "export": ("exports", "each format: time and memory"),
    "quotes": ("quotes", "checking quotations where that is hardest: time"),
    "fidelity": (
        "fidelity.measure",
        "which sentences of documents with known words are verified; 1 where a goal is not reached",
    ),
    "hostile": (
        "hostile.measure",
        "whether one reader holds up others, or fills the memory; --minutes N of that",
    ),
    "search": ("searches", "searches among 30,000 quotes, also while somebody types: time"),
    "streams": (
        "streams",
        "very many open pages that follow a negotiation: memory, and when a save is told",
    ),
    "peers": (
        "peers.measure",
        "Parley beside Datasette, Django REST framework, PostgreSQL alone and a bare server",
    ),
    "cluster": (
        "cluster.measure",
        "three servers under Patroni whose leader is taken away: what is lost, and for how long;"
        " cluster reads: with more replicas; cluster walk upgrade|restore|recover: as the docs say",
    ),
}
COUNTED = {"import": 100_000, "export": 100_000, "texts": 16_842}
USAGE = """\
Say what to measure, and of import, export and texts how many positions:
make bench ARGS="import 1000000"
"""


def main(arguments: list[str]) -> int:
    """Run the benchmark that the arguments name; return exit code 2 if there is no such one."""
    kind, *rest = arguments or [""]
    counts = all(n.isdecimal() and int(n) for n in rest) and len(rest) <= 1
    if kind not in KINDS or (kind in COUNTED and not counts):
        kinds = "".join(f"  {name:<10}{what}\n" for name, (_, what) in KINDS.items())
        print(USAGE + kinds, end="", file=sys.stderr if arguments else sys.stdout)
        return 2 if arguments else 0
    measure = importlib.import_module(f"bench.{KINDS[kind][0]}")
    if kind in COUNTED:
        measure.run(int(rest[0]) if rest else COUNTED[kind])
    else:
        sys.argv[1:] = rest
        return int(measure.main() or 0)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
