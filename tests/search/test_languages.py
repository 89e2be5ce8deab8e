"""Test by the table of docs/search.md what is found in six languages, and what is not."""

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.support.fixtures import Lake

PAGE = Path(__file__).parents[2] / "docs/search.md"


def rows_of(columns: int) -> list[list[str]]:
    """Return the rows of the table with so many columns, without its head."""
    lines = [line.strip("|\n ") for line in PAGE.read_text("utf-8").splitlines() if line[:1] == "|"]
    rows = [[cell.strip(" `") for cell in re.split(r" \| |^\| ", line)] for line in lines]
    return [row for row in rows if len(row) == columns and not row[0].startswith("---")]


ON_FILE = dict(rows_of(2)[1:])
SEARCHES = [
    (typed, set() if finds == "nothing" else set(finds.split()))
    for typed, finds, _ in rows_of(3)[1:]
]


def test_the_table_is_read_whole() -> None:
    assert (len(ON_FILE), len(SEARCHES)) == (19, 61)


@pytest.fixture
def library(lake: Lake) -> tuple[TestClient, dict[str, str]]:
    """Put the quotes on file; return a client, and the name of each quote by its words."""
    speaker = {
        "name": "Volodymyr Zelenskyy", "party": "south",
        "aliases": ["Zelensky", "Володимир Зеленський"],
    }  # fmt: skip
    lake.ada.post("/speakers", speaker)
    names = {}
    for language in dict.fromkeys(name[:2] for name in ON_FILE):
        texts = {name: words for name, words in ON_FILE.items() if name[:2] == language}
        source = lake.ada.source(text="\n\n".join(texts.values()), title=f"In {language.upper()}")
        for name, words in texts.items():
            said = {"source_id": source["id"], "exact": words, "language": language}
            lake.ada.state(summary="Said so", quotes=[said])
            names[words] = name
    return lake.stranger.client, names


def test_each_language_is_searched_by_its_words(
    library: tuple[TestClient, dict[str, str]], subtests: pytest.Subtests
) -> None:
    client, names = library
    for typed, expected in SEARCHES:
        with subtests.test(typed):
            hits = client.get("/api/v1/search", params={"q": typed, "limit": 500}).json()["data"]
            numbers = [hit["id"] for hit in hits if hit["type"] == "quote"]
            words = [client.get(f"/api/v1/quotes/{n}").json()["data"]["exact"] for n in numbers]
            assert {names[one] for one in words} == expected
