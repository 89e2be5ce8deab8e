"""Test that the practice package is what its builder makes of texts and coding files."""

import runpy
import shutil
from pathlib import Path

from tests.practice.sheet import PACKAGE

ROOT = Path(__file__).resolve().parents[2]


def test_the_tables_are_made_from_texts_and_coding(tmp_path: Path) -> None:
    for name in ("texts", "coding"):
        shutil.copytree(PACKAGE / name, tmp_path / name)
    runpy.run_path(str(ROOT / "tools" / "practice.py"))["build"](tmp_path)
    made = {p.name: p.read_bytes() for p in tmp_path.iterdir() if p.is_file()}
    assert made == {
        p.name: p.read_bytes() for p in PACKAGE.iterdir() if p.suffix in (".csv", ".json")
    }, "run make practice"
