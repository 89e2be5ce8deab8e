"""Test that texts which are hard for readers of tables come through unchanged.

tools/open_exports.py tests more readers.
"""

import csv
import io
from collections.abc import Iterable
from typing import Any

import openpyxl
import pandas
from openpyxl.utils.escape import unescape

from tests.support.fixtures import Lake
from tools.consumers import nasty
from tools.consumers.truth import differences, quote_rows

KEY = ("position_id", "quote_id")
ONLY_OF_POSITIONS = {
    "act",
    "summary",
    "firmness",
    "salience",
    "stated_on",
    "stated_by",
    "party_name",
    "issue_title",
}


def sheet(data: bytes, name: str) -> Iterable[dict[str, Any]]:
    head, *rows = openpyxl.load_workbook(io.BytesIO(data), read_only=True)[name].iter_rows(
        values_only=True
    )
    for row in rows:
        yield {
            str(n): unescape(v) if isinstance(v, str) else v for n, v in zip(head, row, strict=True)
        }


def test_every_text_is_read_as_it_was_stated(lake: Lake) -> None:
    nasty.fill(lambda path, body: dict(lake.root.post(path, body).data))
    positions = lake.stranger.get("/positions", negotiation=nasty.SLUG, limit=500).data
    truth = {
        "positions": positions,
        "matrix": lake.stranger.get(f"/negotiations/{nasty.SLUG}/matrix").data,
    }
    assert {q["exact"] for p in positions for q in p["quotes"]} >= {*nasty.TEXTS, nasty.ELIDED}

    def fetch(name: str, **query: Any) -> bytes:
        return bytes(lake.stranger.page(f"/n/{nasty.SLUG}/export.{name}", **query).content)

    for query, guard in (({"exact": 1}, False), ({}, True), ({"bom": 1}, True)):
        data, wanted = fetch("csv", **query), quote_rows(truth, guard=guard)
        rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        assert differences(rows, wanted, KEY) == []
        frame = pandas.read_csv(io.BytesIO(data), dtype=str, keep_default_na=False)
        assert differences(frame.to_dict("records"), wanted, KEY) == []
    wanted = [
        {n: v for n, v in row.items() if n not in ONLY_OF_POSITIONS} for row in quote_rows(truth)
    ]
    assert differences(sheet(fetch("xlsx"), "Quotes"), wanted, KEY) == []
    found = lake.stranger.page(f"/n/{nasty.SLUG}/export.json").json()["data"]["positions"]
    assert {p["id"]: {n: v for n, v in p.items() if n != "current"} for p in found} == {
        p["id"]: p for p in positions
    }
