"""Test the script that proposes what was annotated elsewhere, against a real server."""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pyrefiqda import RefiProject
from pyrefiqda.models import (
    CodeRefType,
    CodingType,
    PlainTextSelectionType,
    Project,
    ProjectCodeBookType,
    ProjectCodesType,
    ProjectCodeType,
    ProjectType,
    SourcesType,
    TextSourceType,
)

from docs import annotations
from tests.support.factories import NOWHERE, OTHER_WORDS, TEXT, TWICE, WORDS, quote
from tests.support.live import Live

URL = "https://news.example/lake"
MEANINGS = {
    "north": {"party": "north", "speaker": "Mara Venn"},
    "quota 40": {"issue": "quota", "option": "q40", "attitude": "prefers"},
    "to do": "ignore",
}
Run = Callable[..., tuple[int, str, str]]


def hypothesis(*rows: dict[str, Any]) -> dict[str, Any]:
    """Return annotations as Hypothesis exports them."""
    return {"export_date": "2024-06-01", "annotations": [
        {
            "user": "acct:mira@hypothes.is", "uri": row.get("uri", URL),
            "text": row.get("text", ""), "tags": row["tags"],
            "document": {"title": ["Talks resume"]},
            "target": [{"source": URL, "selector": [
                {"type": "RangeSelector", "startContainer": "/p[1]"},
                {"type": "TextQuoteSelector", **row["quote"]},
            ] if "quote" in row else []}],
        }
        for row in rows
    ]}  # fmt: skip


@pytest.fixture
def run(live: Live, tmp_path: Path, monkeypatch: Any, capsys: Any) -> Run:
    """Run the script on a file of this content as a viewer."""
    monkeypatch.setenv("API_TOKEN", live.desks["vic"].token)

    def run(content: Any, *options: str) -> tuple[int, str, str]:
        file = tmp_path / "notes"
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        file.write_bytes(data)
        mapping = str(tmp_path / "mapping.json")
        told = ["--negotiation", "lake", "--mapping", mapping, "--server", live.url]
        status = annotations.main([str(file), *told, *options])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def keep(folder: Path, meanings: dict[str, Any]) -> None:
    """Write the mapping."""
    (folder / "mapping.json").write_text(json.dumps(meanings), encoding="utf-8")


def proposed(live: Live) -> list[dict[str, Any]]:
    """Return what waits in the inbox, the oldest first."""
    found = live.ada.get("/proposals", negotiation="lake").data
    return sorted(found, key=lambda proposal: proposal["id"])


def test_annotations_become_proposals(live: Live, run: Run, tmp_path: Path) -> None:
    mended = WORDS.replace("forty", "sixty")
    notes = hypothesis(
        {"quote": {"exact": WORDS, "prefix": "“", "suffix": ",” said"}, "text": "Look here",
         "tags": ["north", "quota 40", "to do"]},
        {"quote": {"exact": mended}, "tags": ["north", "quota 40"]},
        {"quote": {"exact": TWICE}, "tags": ["to do"]},
        {"quote": {"exact": WORDS}, "tags": ["north", "quota 40"], "uri": "https://other.example/"},
        {"text": "A note about the whole page", "tags": ["north"]},
    )  # fmt: skip
    status, out, _ = run(notes)
    assert status == 1 and all(f"\n  {name}" in out for name in MEANINGS)
    kept = json.loads((tmp_path / "mapping.json").read_text())
    assert kept == dict.fromkeys(MEANINGS)
    keep(tmp_path, MEANINGS)

    status, out, err = run(notes)
    assert status == 1 and "4 annotations: 2 could be proposed, 2 left out" in out
    assert "no party or no issue" in err and "not in Parley: https://other.example/" in err
    assert proposed(live) == []

    for _ in range(2):  # the same again is the same proposal
        status, out, err = run(notes, "--send")
        assert "4 annotations: 1 proposed, 3 left out" in out
        assert f"“{mended}”" in err and f"closest: “{WORDS}" in err
        [one] = proposed(live)
    assert one["note"] == "Look here" and one["proposed_by"] == {"person": "mira"}
    position = one["request"]["position"]
    assert (position["party"], position["issue"]) == ("north", "quota")
    assert position["attitudes"] == {"q40": "prefers"}
    [words] = position["quotes"]
    assert (words["exact"], words["speaker"], words["source_id"]) == (WORDS, "Mara Venn", 1)


def test_highlights_from_zotero(live: Live, run: Run, tmp_path: Path) -> None:
    highlight = {
        "annotationType": "highlight", "annotationText": WORDS, "annotationComment": "p. 1",
        "annotationAuthorName": "Mira", "tags": [{"tag": "north"}, {"tag": "quota 40"}],
    }  # fmt: skip
    item = {"itemType": "newspaperArticle", "title": "Talks resume", "url": URL}
    nested = {"items": [{**item, "attachments": [{"annotations": [highlight]}]}]}
    listed = [
        {"key": "A", "data": {"key": "A", **item}},
        {"key": "B", "data": {"key": "B", "itemType": "attachment", "parentItem": "A"}},
        {
            "key": "C",
            "data": {"key": "C", "itemType": "annotation", "parentItem": "B", **highlight},
        },
    ]
    keep(tmp_path, MEANINGS)
    for form in (nested, listed):
        assert run(form, "--send")[0] == 0
    [one] = proposed(live)
    assert one["note"] == "p. 1" and one["proposed_by"] == {"person": "Mira"}


def test_our_own_project_comes_back(live: Live, run: Run, tmp_path: Path) -> None:
    live.ada.state(quotes=[quote(WORDS, speaker="Mara Venn")], attitudes={"q40": "prefers"})
    live.ada.state(
        "south", "dam", attitudes={"closed": "accepts", "open": "rejects"},
        conditions={"closed": "only if it is shared"}, quotes=[quote(OTHER_WORDS, kind="reported")],
    )  # fmt: skip
    project = live.ada.client.get("/n/lake/export.qdpx").content
    notes = annotations.read(project)
    assert [(note.exact, note.names) for note in notes] == [
        (WORDS, ["Water quota > 40 % > prefers", "case: Northshore"]),
        (
            OTHER_WORDS,
            ["The dam > Closed > accepts, on a condition", "The dam > Open > rejects",
             "case: Southshore"],
        ),
    ]  # fmt: skip
    assert run(project)[0] == 1
    keep(tmp_path, {
        "case: Northshore": {"party": "north"}, "case: Southshore": {"party": "south"},
        "Water quota > 40 % > prefers": MEANINGS["quota 40"],
        "The dam > Closed > accepts, on a condition":
            {"issue": "dam", "option": "closed", "attitude": "accepts"},
        "The dam > Open > rejects": {"issue": "dam", "option": "open", "attitude": "rejects"},
    })  # fmt: skip
    status, out, err = run(project, "--send")
    assert status == 0, err
    assert "2 annotations: 2 proposed, 0 left out" in out
    first, second = (one["request"]["position"] for one in proposed(live))
    assert first["attitudes"] == {"q40": "prefers"} and first["quotes"][0]["exact"] == WORDS
    assert second["attitudes"] == {"closed": "accepts", "open": "rejects"}


def test_a_project_of_others_brings_its_texts(live: Live, run: Run, tmp_path: Path) -> None:
    """A text that Parley does not have comes along, and its words are checked against it."""
    text = f"Second report. {TEXT}"
    project = made_elsewhere(text, {WORDS: "north", NOWHERE: "north", OTHER_WORDS: "south"})
    status, out, _ = run(project)
    assert status == 1 and "\n  source: Second report" in out
    about = {"published_on": "2024-05-15", "url": "https://news.example/second"}
    keep(tmp_path, {
        "north": {"party": "north"}, "south": "ignore", "40": MEANINGS["quota 40"],
        "source: Second report": about,
    })  # fmt: skip
    status, out, err = run(project, "--send")
    assert "2 annotations: 1 proposed, 1 left out" in out and OTHER_WORDS in err
    [one] = proposed(live)
    source = one["request"]["source"]
    assert (source["title"], source["url"]) == ("Second report", about["url"])
    assert one["request"]["position"]["quotes"] == [{"exact": WORDS}]


def made_elsewhere(text: str, passages: dict[str, str]) -> bytes:
    """Return a REFI-QDA project with passages of a text, each coded with `40` and another code."""
    codes = {"40": uuid4(), **{name: uuid4() for name in passages.values()}}
    project = ProjectType(
        name="Elsewhere",
        code_book=ProjectCodeBookType(codes=ProjectCodesType(code=[
            ProjectCodeType(guid=str(guid), name=name, is_codable=True)
            for name, guid in codes.items()
        ])),
        sources=SourcesType(text_source=[TextSourceType(
            guid=str(uuid4()), name="Second report", plain_text_content=text,
            plain_text_selection=[
                PlainTextSelectionType(
                    guid=str(uuid4()),
                    start_position=text.find(words), end_position=text.find(words) + len(words),
                    coding=[
                        CodingType(guid=str(uuid4()), code_ref=CodeRefType(target_guid=str(guid)))
                        for guid in (codes["40"], codes[name])
                    ],
                )
                for words, name in passages.items() if words in text
            ],
        )]),
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "elsewhere.qdpx")
        RefiProject.save(Project(**dict(project)), path)
        return path.read_bytes()


def test_other_files_are_refused() -> None:
    with pytest.raises(ValueError, match="no export of Hypothesis or Zotero"):
        annotations.read(b'{"name": "something else"}')
