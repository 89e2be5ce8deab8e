"""Test the matrix as CSV and JSON: exactly the requested rows, letter by letter."""

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exports.columns import as_it_is, guarded
from app.exports.csv_export import write_rows
from tests.support.factories import OTHER_WORDS, quote
from tests.support.fixtures import Lake

HOSTILE = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "＝1+1", "'=1"]
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


def rows(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))


def exported(lake: Lake, **query: Any) -> list[dict[str, str]]:
    return rows(lake.stranger.page("/n/lake/export.csv", **query))


@pytest.mark.parametrize(
    "texts", [HOSTILE, ["Київ", "a,b", 'say "no"', "two\nlines", "", " a ", "\r\n"]]
)
def test_the_exact_file_gives_every_text_back(texts: list[str]) -> None:
    assert (
        next(csv.reader(io.StringIO(write_rows([texts], as_it_is).decode(), newline=""))) == texts
    )


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=4), min_size=1, max_size=4))
def test_the_exact_file_round_trips(table: list[list[str]]) -> None:
    assert list(csv.reader(io.StringIO(write_rows(table, as_it_is).decode(), newline=""))) == table


@given(TEXTS)
def test_no_cell_of_the_other_begins_like_a_formula(text: str) -> None:
    made = guarded(text)
    assert made in (text, f"'{text}")
    assert made[:1] not in tuple("=+-@\t\r\0")


@pytest.mark.parametrize("text", HOSTILE[:-1])
def test_what_a_spreadsheet_would_run_is_told_by_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"


def test_a_row_per_quote_of_every_position(lake: Lake) -> None:
    first = lake.ada.state(stated_on="2024-05-12", summary="Київ, “так”\nдва")
    two = [quote(), quote(OTHER_WORDS, speaker="Tol Ibarra", kind="reported")]
    last = lake.ada.state(
        quotes=two, firmness="demand", salience=70, conditions={"q40": "only if it rains"}
    )
    found = exported(lake)
    assert [(r["position_id"], r["current"]) for r in found] == [
        (str(first["id"]), "false"),
        (str(last["id"]), "true"),
        (str(last["id"]), "true"),
    ]
    assert found[0]["summary"] == "Київ, “так”\nдва"
    row = found[2]
    assert (row["exact"], row["kind"], row["speaker_name"], row["speaker_party"]) == (
        OTHER_WORDS, "reported", "Tol Ibarra", "south"
    )  # fmt: skip
    assert (row["party"], row["party_name"], row["issue"], row["issue_title"]) == (
        "north", "Northshore", "quota", "Water quota"
    )  # fmt: skip
    assert (row["prefers"], row["prefers_label"], row["accepts"], row["salience"]) == (
        "q40",
        "40 %",
        "",
        "70",
    )
    assert json.loads(row["conditions"]) == {"q40": "only if it rains"}
    assert (row["source_published_on"], row["translation"], row["verification"]) == (
        "2024-05-14",
        "",
        "verified",
    )
    assert row["stance"] == "prefers 40 %, only if it rains"
    assert row["position_url"] == f"http://testserver/positions/{last['id']}"
    assert row["as_of"] == lake.stranger.get("/negotiations/lake/matrix").meta["as_of"]


def test_formulas_are_kept_from_running_unless_the_exact_file_is_asked_for(lake: Lake) -> None:
    lake.ada.state(
        summary="=1+1", quotes=[quote("-  but not a drop", source_id=lake.ada.source()["id"])]
    )
    [row] = exported(lake)
    assert (row["summary"], row["exact"]) == ("'=1+1", "'-  but not a drop")
    [row] = exported(lake, exact=1)
    assert (row["summary"], row["exact"]) == ("=1+1", "-  but not a drop")


def test_excel_gets_its_mark_when_asked(lake: Lake) -> None:
    assert lake.stranger.page("/n/lake/export.csv", bom=1).content.startswith(
        b"\xef\xbb\xbfnegotiation,"
    )
    assert lake.stranger.page("/n/lake/export.csv").content.endswith(b"\r\n")


def test_as_of_leaves_out_what_was_said_later_and_known_at_what_was_recorded_later(
    lake: Lake,
) -> None:
    early = lake.ada.state(stated_on="2024-05-12")
    instant = lake.ada.known_now()
    late = lake.ada.state(stated_on="2024-05-14")
    lake.ada.correct(early["id"], summary="corrected")
    assert [(r["position_id"], r["current"]) for r in exported(lake, as_of="2024-05-13")] == [
        (str(early["id"]), "true")
    ]
    [row] = exported(lake, known_at=instant)
    assert (row["summary"], row["version"], row["known_at"]) == (early["summary"], "1", instant)
    lake.ada.retract(late["id"])
    assert [r["summary"] for r in exported(lake)] == ["corrected"]


def test_a_filter_hides_cells_by_their_current_position(lake: Lake) -> None:
    lake.ada.state(stated_on="2024-05-12", firmness="red_line", summary="sturgeon")
    lake.ada.state(stated_on="2024-05-14", firmness="demand")
    south = lake.ada.state(
        "south", "dam", firmness="red_line", summary="sturgeon", attitudes={"open": "prefers"}
    )
    for query in ({"firmness": "red_line"}, {"q": "sturgeon"}):
        assert {r["position_id"] for r in exported(lake, **query)} == {str(south["id"])}
        cells = lake.stranger.page("/n/lake/export.json", **query).json()["data"]["cells"]
        assert [(c["party"], c["issue"]) for c in cells] == [("south", "dam")]
    assert len(exported(lake, firmness="demand")) == 2
    assert {r["party"] for r in exported(lake, party="south")} == {"south"}
    assert {r["issue"] for r in exported(lake, issue="quota")} == {"quota"}
    wide = exported(lake, shape="matrix", firmness="red_line")
    assert [(r["issue"], r["north"], r["south"], r["council"]) for r in wide] == [
        ("quota", "", "", ""),
        ("dam", "", "prefers Open (red line, 14 May 2024)", ""),
    ]


def test_the_wide_table_says_why_a_cell_is_empty(lake: Lake) -> None:
    lake.ada.state(conditions={"q40": "only if it rains"}, firmness="demand")
    lake.ada.post(
        "/negotiations/lake/looks", {"party": "south", "issue": "quota", "looked_on": "2024-05-14"}
    )
    [quota, _] = exported(lake, shape="matrix")
    assert list(quota) == ["issue", "issue_title", "group", "north", "south", "council"]
    assert quota["north"] == "prefers 40 %, only if it rains (demand, 14 May 2024)"
    assert (quota["south"], quota["council"]) == (
        "nothing found, searched 14 May 2024",
        "not yet looked",
    )


def test_since_marks_what_changed(lake: Lake) -> None:
    lake.ada.state(stated_on="2024-05-12")
    lake.ada.state("south", stated_on="2024-05-14")
    found = exported(lake, since="2024-05-13")
    assert {r["party"]: r["changed"] for r in found} == {"north": "false", "south": "true"}


def test_drafts_are_in_no_export_whoever_asks(lake: Lake) -> None:
    lake.ada.draft(summary="sturgeon")
    for kind in ("csv", "json", "zip", "graphml"):
        for desk in (lake.stranger, lake.ada):
            got = desk.page(f"/n/lake/export.{kind}")
            assert got.status_code == 200
            assert b"sturgeon" not in got.content
    assert lake.stranger.page("/n/lake/export.csv").headers["x-total-positions"] == "0"


def test_json_is_the_matrix_of_the_api_and_every_position(lake: Lake) -> None:
    old = lake.ada.state(stated_on="2024-05-12")
    new = lake.ada.state()
    api = lake.stranger.get("/negotiations/lake/matrix")
    got = lake.stranger.page("/n/lake/export.json").json()
    assert got["data"]["cells"] == api.data["cells"]
    assert got["data"]["negotiation"] == api.data["negotiation"]
    for kind in ("parties", "issues"):
        for ours, theirs in zip(got["data"][kind], api.data[kind], strict=True):
            assert theirs.items() <= ours.items()
    assert [(p["id"], p.pop("current")) for p in got["data"]["positions"]] == [
        (old["id"], False),
        (new["id"], True),
    ]
    assert got["data"]["positions"][1] == lake.stranger.get(f"/positions/{new['id']}").data
    assert got["counts"] == {"cells": 6, "positions": 2, "quotes": 2}
    meta = got["meta"]
    assert (meta["as_of"], meta["known_at"]) == (api.meta["as_of"], api.meta["known_at"])
    assert lake.stranger.client.get(meta["permalink"]).status_code == 200


def test_pinned_it_is_the_same_for_ever(lake: Lake) -> None:
    first = lake.ada.state()
    pins = {"as_of": "2024-06-01", "known_at": lake.ada.known_now()}
    before = {
        kind: lake.stranger.page(f"/n/lake/export.{kind}", **pins)
        for kind in ("csv", "json", "xlsx", "zip")
    }
    lake.ada.correct(first["id"], summary="other")
    pins_zip = {"known_at": pins["known_at"]}
    before["zip"] = lake.stranger.page("/n/lake/export.zip", **pins_zip)
    for kind, was in before.items():
        now = lake.stranger.page(f"/n/lake/export.{kind}", **(pins_zip if kind == "zip" else pins))
        assert (now.content, now.headers["etag"]) == (was.content, was.headers["etag"]), kind


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json", "zip", "graphml"])
def test_files_are_attachments_with_a_name_and_an_etag(lake: Lake, kind: str) -> None:
    got = lake.stranger.page(f"/n/lake/export.{kind}")
    assert got.status_code == 200
    assert got.headers["content-disposition"].startswith('attachment; filename="lake_')
    assert got.headers["content-disposition"].endswith(f'.{kind}"')
    again = lake.stranger.client.get(
        f"/n/lake/export.{kind}", headers={"If-None-Match": got.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("csv?colour=red", "colour"),
        ("csv?transpose=1", "transpose"),
        ("csv?cursor=x", "cursor"),
        ("csv?party=nobody", "party"),
        ("csv?firmness=soft", "firmness"),
        ("csv?as_of=yesterday", "as_of"),
        ("csv?known_at=2999-01-01T00:00:00Z", "known_at"),
        ("csv?shape=round", "shape"),
        ("xlsx?exact=1", "exact"),
        ("json?bom=1", "bom"),
        ("zip?party=north", "party"),
        ("zip?as_of=2024-05-14", "as_of"),
    ],
)
def test_what_is_not_known_is_refused_by_name(lake: Lake, path: str, named: str) -> None:
    got = lake.stranger.client.get(f"/n/lake/export.{path}", headers={"Accept": "application/json"})
    assert (got.status_code, [e["parameter"] for e in got.json()["errors"]]) == (422, [named])


@pytest.mark.parametrize(
    "path", ["/n/nowhere/export.csv", "/n/nowhere/export.zip", "/n/lake/export.pdf"]
)
def test_what_is_not_there_is_404(lake: Lake, path: str) -> None:
    assert lake.stranger.page(path).status_code == 404


def test_every_column_stands_under_its_name(lake: Lake) -> None:
    """Rows are written without names, so their order must be that of the head."""
    stated = lake.ada.state(
        quotes=[quote(), quote(OTHER_WORDS)], conditions={"q40": "only if it rains"}, salience=70
    )
    got = lake.stranger.get(f"/positions/{stated['id']}").data
    found = exported(lake)
    for row, said in zip(found, got["quotes"], strict=True):
        for name in (
            "version",
            "act",
            "summary",
            "firmness",
            "salience",
            "stated_by",
            "recorded_at",
            "action",
        ):
            assert row[name] == str(got[name]), name
        for name in ("exact", "prefix", "suffix", "kind", "verification", "start", "end", "link"):
            assert row[name] == ("" if said[name] is None else str(said[name])), name
        for name in ("id", "uid", "url", "title", "published_on"):
            assert row[f"source_{name}"] == str(said["source"][name]), name
