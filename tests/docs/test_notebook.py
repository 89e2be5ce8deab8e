"""Test that the notebook runs against a live server, and that it has no stored results."""

from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest

from tests.support.live import Live
from tests.support.patience import PATIENCE

NOTEBOOK = Path(__file__).parents[2] / "docs" / "matrix.ipynb"


def outputs(book: Any, kind: str) -> list[str]:
    found = [o["data"] for cell in book.cells for o in cell.get("outputs", []) if "data" in o]
    return ["".join(data[kind]) for data in found if kind in data]


def test_the_notebook_loads_the_matrix_and_draws_it(
    live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.ada.state("north", "quota", firmness="red_line", conditions={"q40": "it rains"})
    live.ada.state("south", "dam", attitudes={"open": "accepts", "closed": "rejects"})
    live.ada.post(
        "/negotiations/lake/looks", {"party": "south", "issue": "quota", "looked_on": "2024-05-15"}
    )
    for name, value in {
        "PARLEY_URL": live.url,
        "PARLEY_NEGOTIATION": "lake",
        "MPLCONFIGDIR": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)
    book = nbformat.read(NOTEBOOK, as_version=4)
    nbclient.NotebookClient(book, timeout=PATIENCE, kernel_name="python3").execute(
        cwd=str(tmp_path)
    )
    [picture] = outputs(book, "image/png")
    assert len(picture) > 5_000
    tables = " ".join(outputs(book, "text/html"))
    for words in (
        "red_line",
        "40 %, only if it rains",
        "accepts Open; rejects Closed",
        "nothing found",
        "not yet looked",
        "blocked",
        "prefer another",
    ):
        assert words in tables, words


def test_the_notebook_is_kept_without_results() -> None:
    book = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(book)
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in book.cells)
