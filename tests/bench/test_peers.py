"""Test the bench beside peers without them: its data, its arithmetic, and what it says."""

import csv
import hashlib
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from bench.peers import others, report
from bench.peers.alone import script
from bench.peers.checkout import ANALYSES, CREATE, EXPORTS, MATRIX, READS, WINDOW
from bench.peers.crowd import Crowd
from bench.peers.data import SIZES, generate
from bench.peers.drawing import ADDRESSES, draw
from bench.peers.loading import Load, Probe, is_slow, one_by_one, probe, read
from bench.peers.rounds import Measured, Row, bucket, median
from bench.peers.serving import System, running
from bench.peers.specs import ORDER, Ground, Operation, fill
from bench.peers.statements import STATEMENTS

ROOT = Path(__file__).parents[2]
# Of the names and bytes of all files, in the order of their names.
SMALL = "a718495d7051b66dd310fb982c8178a31a9d98b862e5d657749a1a9f2100f63c"
WRK = """\
    Latency    12.10ms    3.20ms  60.00ms   90.00%
     50%  {median}
  1200 requests in 2.00s, 3.00MB read
{errors}Requests/sec:    600.50
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    generate("S", folder)
    return folder


def bench(*arguments: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench", "peers", *arguments],
        cwd=ROOT,
        env=None if path is None else {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_size_is_always_the_same_bytes(small: Path) -> None:
    digest = hashlib.sha256()
    for path in sorted(small.glob("*.csv")):
        digest.update(path.name.encode() + path.read_bytes())
    assert digest.hexdigest() == SMALL


def test_addresses_are_drawn_the_same_for_all_and_fit_the_data(small: Path) -> None:
    drawn = draw("S", small)
    assert drawn == draw("S", small) and len(drawn) == ADDRESSES
    with open(small / "quote.csv", newline="", encoding="utf-8") as file:
        position_of = {row["id"]: row["position_id"] for row in csv.DictReader(file)}
    assert all(position_of[str(one["quote"])] == str(one["position"]) for one in drawn)
    assert str(drawn[0]["window"]).startswith("party=p1&") and "p9" not in str(drawn[0]["window"])


def test_every_address_can_be_filled_in(small: Path) -> None:
    values = {**draw("S", small)[0], "token": "parley_x", "past": "known_at=2026-01-01T00:00:00Z"}
    ours = MATRIX | READS | ANALYSES | EXPORTS | CREATE | WINDOW
    for operations in (ours, others.DATASETTE, others.DJANGO):
        assert set(operations) <= set(ORDER)
        for name, operation in operations.items():
            for text in (operation.url, *operation.headers.values()):
                assert "{" not in fill(text, values), name


def test_the_table_has_medians_and_what_they_are_of_the_bare_server() -> None:
    row = Row("matrix page", "Parley", Probe(12.34, 601_608, 2160))
    row.runs += [Load(100, 8.0), Load(300, 4.0, failed=2), Load(250, 5.0, failed=1)]
    floor = {"600000": median([Load(900, 1.0), Load(1_100, 3.0)])}
    [line] = report.operations(Measured([row], floor, []))[2:]
    assert cells(line) == [
        "matrix page", "Parley", "601,608", "2,160", "250.0", "5.0", "12.3", "25.00%", "3.00", "3",
    ]  # fmt: skip
    assert [cells(line)[1] for line in report.bare(floor)] == ["600,000 B", "---:", "1,000", "2.00"]


def test_the_table_marks_what_is_asked_one_by_one_and_names_what_is_left_out() -> None:
    row = Row("matrix json, 304", "Parley", Probe(40, 0, None), unchanged=True, slow=True)
    row.runs.append(Load(25, 40))
    found = Measured([row], {"304": Load(1_000, 1)}, ["matrix page, 304 of Parley"])
    _, _, line, _, left_out = report.operations(found)
    assert cells(line)[3:5] == ["", "25.0 (1 conn.)"] and cells(line)[7] == "2.50%"
    assert left_out == "No ETag, hence no 304: matrix page, 304 of Parley."


def test_the_table_of_many_readers_compares_the_slowest_with_one_alone() -> None:
    line = report.crowds([Crowd("matrix page", "Parley", 32, 31, 1_300.0, 9_750.0)])[-1]
    assert cells(line)[2:] == ["31 of 32", "1,300.0", "9,750.0", "7.5"]


def test_what_is_too_slow_for_a_rate_is_asked_one_by_one() -> None:
    assert not is_slow(31, 4, 16) and is_slow(32, 4, 16)
    assert [bucket(size) for size in (0, 76, 691, 5_967_681)] == [0, 76, 690, 6_000_000]


@pytest.mark.parametrize(
    ("median", "milliseconds"), [("980.00us", 0.98), ("12.50ms", 12.5), ("1.20s", 1_200)]
)
def test_what_wrk_prints_is_read(median: str, milliseconds: float) -> None:
    errors = (
        "  Socket errors: connect 0, read 1, write 2, timeout 3\n  Non-2xx or 3xx responses: 40\n"
    )
    assert read(WRK.format(median=median, errors="")) == Load(600.5, milliseconds)
    assert read(WRK.format(median=median, errors=errors)).failed == 46
    with pytest.raises(RuntimeError, match="unable to connect"):
        read("unable to connect to 127.0.0.1:1")


def test_each_statement_is_ended_as_pgbench_wants_it() -> None:
    made = script(STATEMENTS["insert, a position and its quote, committed"], SIZES["S"])
    lines = made.splitlines()
    assert lines[:3] == [
        "\\set party random(1, 8)", "\\set issue random(1, 12)", "\\set word random(1, 500)",
    ]  # fmt: skip
    assert lines[3] == "BEGIN;" and lines[-1] == "COMMIT;"
    assert lines[4].endswith("RETURNING id \\gset") and lines[5].endswith(";")


def test_a_server_is_started_asked_measured_and_ended(tmp_path: Path) -> None:
    ground = Ground("S", tmp_path, tmp_path, "", "", None)
    system = System(others.bare(ground), [{"n": 10}, {"n": 20}])
    with running([system], tmp_path / "log"):
        operation = Operation("/bytes/{n}0", "xx")
        assert (probe(system, operation).bytes, probe(system, operation).count) == (200, 100)
        assert one_by_one(system, operation, 1).failed == 0
        assert one_by_one(system, Operation("/bytes/1", status=201), 1).failed > 2
        with pytest.raises(RuntimeError, match="304"):
            probe(system, Operation("/304"))
        assert system.idle > 0 and system.most >= system.idle
    with pytest.raises(OSError, match="refused"):
        one_by_one(system, operation, 1)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["X"], "'X' is none of S, M, W, L"),
        (["--only", "("], "no regular expression"),
        (["--systems", "oracle"], "none of datasette, drf, parley"),
        (["--rounds", "0"], "no number above 0"),
    ],
)
def test_it_says_what_is_wrong_with_a_command(wrong: Sequence[str], said: str) -> None:
    refused = bench(*wrong)
    assert refused.returncode == 2 and said in refused.stderr


def test_without_wrk_it_says_how_to_install_it(tmp_path: Path) -> None:
    refused = bench("S", path=str(tmp_path))
    assert refused.returncode == 1 and "apt-get install wrk" in refused.stderr
    assert not refused.stdout
