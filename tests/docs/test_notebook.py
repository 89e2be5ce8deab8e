"""Test that the notebook runs against a live server, and that it has no stored results."""

from pathlib import Path
from typing import Any

import httpx2
import nbclient
import nbformat
import pytest

from tests.support.live import Live
from tests.support.patience import PATIENCE

NOTEBOOK = Path(__file__).parents[2] / "docs" / "matrix.ipynb"


def outputs(book: Any, kind: str) -> list[str]:
    found = [o["data"] for cell in book.cells for o in cell.get("outputs", []) if "data" in o]
    return ["".join(data[kind]) for data in found if kind in data]


def run(live: Live, negotiation: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run the notebook for a negotiation, and return it with its results."""
    monkeypatch.setenv("PARLEY_URL", live.url)
    monkeypatch.setenv("PARLEY_NEGOTIATION", negotiation)
    monkeypatch.setenv("MPLCONFIGDIR", str(folder))
    book = nbformat.read(NOTEBOOK, as_version=4)
    nbclient.NotebookClient(book, timeout=PATIENCE, kernel_name="python3").execute(cwd=str(folder))
    return book


def test_the_notebook_loads_the_matrix_and_draws_it(
    live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.ada.state("north", "quota", firmness="red_line", conditions={"q40": "it rains"})
    live.ada.state("south", "dam", attitudes={"open": "accepts", "closed": "rejects"})
    live.ada.post(
        "/negotiations/lake/looks", {"party": "south", "issue": "quota", "looked_on": "2024-05-15"}
    )
    book = run(live, "lake", tmp_path, monkeypatch)
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


def test_it_shows_the_practice_negotiation(
    live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A position by hearsay, one under a condition, and a party that never says a word."""
    cookies = {"parley_session": live.cookie("root")}
    sent = httpx2.post(
        f"{live.url}/practice", cookies=cookies, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert sent.status_code == 303, sent.text[:500]
    tables = " ".join(outputs(run(live, "practice", tmp_path, monkeypatch), "text/html"))
    for words in ("only if the weir follows", "Duchy of Hallin", "nothing found", "qualified"):
        assert words in tables, words


def test_the_notebook_is_kept_without_results() -> None:
    book = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(book)
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in book.cells)
