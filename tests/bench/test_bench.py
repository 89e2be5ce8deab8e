"""Test what `make bench` prints and measures."""

import subprocess
import sys
from pathlib import Path

from bench.making import make_package

ROOT = Path(__file__).parents[2]


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_says_what_can_be_measured() -> None:
    said = bench()
    assert said.returncode == 0 and "import" in said.stdout and "export" in said.stdout
    for wrong in (("dance",), ("import", "many"), ("import", "0"), ("export", "1", "2")):
        refused = bench(*wrong)
        assert (refused.returncode, refused.stdout) == (2, "") and "make bench" in refused.stderr, (
            wrong
        )


def test_an_import_is_measured_and_changes_nothing_the_second_time() -> None:
    done = bench("import", "300")
    assert done.returncode == 0, done.stderr
    assert (
        "positions: 300 added" in done.stdout and "positions: 300 already in Parley" in done.stdout
    )
    assert done.stdout.count("another writer waited") == 2


def test_the_same_count_makes_the_same_package(tmp_path: Path) -> None:
    for name in ("one", "two"):
        make_package(tmp_path / name, 50)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
