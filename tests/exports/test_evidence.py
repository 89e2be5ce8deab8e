"""Test that exports say what positions rest on where they are asked to, and only there."""

import csv
import io
from typing import Any

import openpyxl
import pytest

from app.exports.evidence_columns import EVIDENCE_COLUMNS
from tests.support.factories import OTHER_WORDS, quote
from tests.support.fixtures import Lake

FILE = "/n/lake/export"


@pytest.fixture
def talks(lake: Lake) -> Lake:
    """State a position that rests on four quotes of two sources, and one that rests on one."""
    paper = lake.ada.source(publisher='The “Sarn", Courier', published_on="2024-06-01")["id"]
    lake.ada.state(
        quotes=[
            quote(speaker="Mara Venn", said_on="2024-05-14"),
            quote("She said so,\r\nagain", paper, speaker="Mara Venn"),
            quote("as the paper has it", paper, kind="reported", said_on="2024-05-20"),
            quote(OTHER_WORDS, speaker="Tol Ibarra", said_on="2024-05-14"),
        ],
        stated_on="2024-05-20",
    )
    lake.ada.state("south", quotes=[quote("=1+1", paper)], stated_on="2024-05-20")
    return lake


def rows(lake: Lake, **query: Any) -> list[dict[str, str]]:
    text = lake.stranger.page(f"{FILE}.csv", **query).content.decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


FACTS = {
    "evidence_quotes": "4",
    "evidence_direct": "3",
    "evidence_own_words": "2",
    "evidence_checked": "2",
    "evidence_mismatched": "0",
    "evidence_redacted": "0",
    "evidence_sources": "2",
    "evidence_offices": "Minister",
    "evidence_newest": "2024-06-01",
}


def test_the_csv_has_them_at_the_end_of_each_row_of_a_position(talks: Lake) -> None:
    plain, weighed = rows(talks), rows(talks, evidence=1)
    assert len(plain) == len(weighed) == 5
    for row, more in zip(plain, weighed, strict=True):
        assert list(more)[-len(EVIDENCE_COLUMNS) :] == list(EVIDENCE_COLUMNS)
        assert {name: more[name] for name in row} == row
        assert list(more)[: len(row)] == list(row)
    for row in weighed[:4]:
        assert {name: row[name] for name in FACTS} == FACTS
        assert 'The “Sarn", Courier' in row["evidence_publishers"].split("; ")
    assert weighed[4]["evidence_checked"] == "0"


def test_json_and_workbook_have_the_same(talks: Lake) -> None:
    data = talks.stranger.page(f"{FILE}.json", evidence=1).json()["data"]
    plain = talks.stranger.page(f"{FILE}.json").json()["data"]
    facts = [one.pop("evidence") for one in data["positions"]]
    assert data == plain
    assert facts[0]["offices"] == ["Minister"]
    counted = {f"evidence_{name}": str(value) for name, value in facts[0].items()}
    assert {name: counted[name] for name in FACTS if name != "evidence_offices"} == {
        name: value for name, value in FACTS.items() if name != "evidence_offices"
    }
    for asked in ({}, {"evidence": 1}):
        file = io.BytesIO(talks.stranger.page(f"{FILE}.xlsx", **asked).content)
        head, first, *_ = openpyxl.load_workbook(file)["Positions"].iter_rows(values_only=True)
        named = dict(zip(head, map(str, first), strict=True))
        found = {name: named[name] for name in FACTS if name in named}
        assert found == (FACTS if asked else {})


def test_facts_of_positions_do_not_go_with_the_shape_of_the_matrix(talks: Lake) -> None:
    got = talks.stranger.page(f"{FILE}.csv", evidence=1, shape="matrix")
    assert got.status_code == 422 and "evidence" in got.text
    for other in ("zip", "graphml"):  # which have no positions to say it of
        assert talks.stranger.page(f"{FILE}.{other}", evidence=1).status_code == 422
