"""Test the quotes as a Web Annotation collection and as a REFI-QDA project, read back by others."""

import io
import json
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pyrefiqda import RefiProject

from tests.support.factories import OTHER_WORDS, WORDS, Desk, quote
from tests.support.fixtures import Lake

DAY = "2025-03-31"
MARKER = "zebrawood"


def evidence(desk: Desk, negotiation: str, **query: Any) -> list[tuple[Any, Any]]:
    """Return each position with each of its quotes, as the JSON export has them."""
    got = desk.page(f"/n/{negotiation}/export.json", **query).json()["data"]["positions"]
    return [(position, quote) for position in got for quote in position["quotes"]]


def test_each_quote_of_each_position_is_an_annotation(practice: Desk) -> None:
    got = practice.page("/n/practice/export.jsonld", as_of=DAY)
    assert got.headers["content-type"].startswith("application/ld+json")
    made = json.loads(got.content)
    items = made["first"]["items"]
    expected = evidence(practice, "practice", as_of=DAY)
    assert made["type"] == "AnnotationCollection" and made["total"] == len(items) == len(expected)
    assert len({item["id"] for item in items}) == len(items)
    for item, (position, quoted) in zip(items, expected, strict=True):
        link, said, *_ = item["body"]
        assert link["id"].endswith(position["url"]) and item["via"].endswith(f"/{quoted['id']}")
        targets = item["target"] if isinstance(item["target"], list) else [item["target"]]
        for target in targets:
            assert target["selector"][0]["exact"] in quoted["exact"]
        if len(targets) == 1:
            [first, *_] = targets[0]["selector"]
            assert first["exact"] == quoted["exact"]
        assert ("According to " in said["value"]) == bool(position["attributed_by"])
        assert said["value"].count("only if") == len(position["conditions"])


def test_filters_and_times_hold_for_annotations(practice: Desk) -> None:
    asked = {"as_of": "2024-05-31", "party": "dorrin", "issue": "lake-level"}
    for form in ("jsonld", "qdpx"):
        whole = practice.page(f"/n/practice/export.{form}", as_of=DAY).content
        few = practice.page(f"/n/practice/export.{form}", **asked).content
        assert 0 < len(few) < len(whole)
    items = practice.page("/n/practice/export.jsonld", **asked).json()["first"]["items"]
    assert len(items) == len(evidence(practice, "practice", **asked)) > 0


def project(desk: Desk, folder: Path, **query: Any) -> tuple[Any, Path]:
    """Read the REFI-QDA project by the package that others read it with."""
    file, opened = folder / "made.qdpx", folder / "opened"
    file.write_bytes(desk.page("/n/practice/export.qdpx", **query).content)
    return RefiProject.load(file, opened), opened


def test_the_project_reads_back_as_it_is(practice: Desk, tmp_path: Path) -> None:
    made, opened = project(practice, tmp_path, as_of=DAY)
    expected = evidence(practice, "practice", as_of=DAY)
    quotes = {quoted["uid"]: quoted for _, quoted in expected}
    names = _names(made.code_book.codes.code)
    found: Counter[tuple[str, str]] = Counter()
    for source in made.sources.text_source:
        path = RefiProject.resolve_source_path(source.plain_text_path, opened)
        text = path.read_bytes().decode()
        assert text == "\n\n".join(
            q["exact"] for q in sorted(quotes.values(), key=lambda q: q["id"])
            if q["source"]["uid"] == source.guid
        )  # fmt: skip
        for selection in source.plain_text_selection:
            words = text[selection.start_position : selection.end_position]
            assert words == quotes[selection.guid]["exact"]
            for coding in selection.coding:
                found[selection.guid, names[coding.code_ref.target_guid]] += 1
    assert set(quotes) == {guid for guid, _ in found} and set(found.values()) == {1}
    issues = {i["slug"]: i for i in practice.get("/negotiations/practice").data["issues"]}
    assert set(found) == {
        (quoted["uid"], code)
        for position, quoted in expected
        for code in _codes_of(position, issues[position["issue"]])
    }
    cases = {case.name: {ref.target_guid for ref in case.selection_ref} for case in made.cases.case}
    parties = {p["slug"]: p["name"] for p in practice.get("/negotiations/practice").data["parties"]}
    assert cases == {
        parties[party]: {q["uid"] for p, q in expected if p["party"] == party}
        for party in {p["party"] for p, _ in expected}
    }


def _names(codes: Any, before: str = "") -> dict[str, str]:
    found = {}
    for code in codes:
        name = f"{before}{code.name}"
        found |= {code.guid: name} | _names(code.code, f"{name} > ")
    return found


def _codes_of(position: Any, issue: Any) -> list[str]:
    labels = {option["slug"]: option["label"] for option in issue["options"]}
    return [
        f"{issue['title']} > {labels[option]} > {attitude}"
        + (", on a condition" if option in position["conditions"] else "")
        for option, attitude in position["attitudes"].items()
    ] or [issue["title"]]


@pytest.mark.parametrize("form", ["jsonld", "qdpx"])
def test_files_hold_no_draft_and_no_text_of_a_source(lake: Lake, form: str) -> None:
    lake.ada.state(quotes=[quote(WORDS), quote(OTHER_WORDS, speaker="Tol Ibarra")])
    lake.ada.draft(summary=MARKER, quotes=[quote("The dam stays closed until")])
    for desk in (lake.stranger, lake.ada):
        content = desk.page(f"/n/lake/export.{form}").content
        if form == "qdpx":
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                content = b"\n".join(archive.read(name) for name in archive.namelist())
        text = content.decode()
        assert WORDS in text and OTHER_WORDS in text
        assert MARKER not in text and "The dam stays closed" not in text
        assert "Asked again" not in text


@pytest.mark.parametrize("form", ["jsonld", "qdpx"])
def test_the_same_address_is_the_same_bytes(lake: Lake, form: str) -> None:
    lake.ada.state(summary="Снова о воде", quotes=[quote(WORDS)])
    at = lake.ada.known_now()
    first = lake.stranger.page(f"/n/lake/export.{form}", as_of="2024-06-01", known_at=at)
    lake.ada.correct(1, summary="changed")
    again = lake.stranger.page(f"/n/lake/export.{form}", as_of="2024-06-01", known_at=at)
    assert first.content == again.content


def test_an_empty_negotiation_makes_whole_files(lake: Lake, tmp_path: Path) -> None:
    made = json.loads(lake.stranger.page("/n/lake/export.jsonld").content)
    assert made["total"] == 0 and made["first"]["items"] == []
    file = tmp_path / "made.qdpx"
    file.write_bytes(lake.stranger.page("/n/lake/export.qdpx").content)
    empty = RefiProject.load(file, tmp_path / "opened")
    assert empty.sources is None and empty.code_book.codes.code
