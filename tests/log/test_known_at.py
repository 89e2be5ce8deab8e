"""Test rule 6 of docs/rules.md: an address with both times gives the same bytes for ever.

That holds whatever is edited.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.factories import OTHER_WORDS, TEXT, quote
from tests.support.fixtures import Lake

AS_OF = "2024-12-31"
# The first addresses show what nearly every edit changes; the others are requested at the end.
SHOWING_MOST = 6


@dataclass(frozen=True)
class Filled:
    """The lake with something of every kind.

    A condition, hearsay, a look, a speaker, a source without text.
    """

    lake: Lake
    position: int
    hearsay: int
    retracted: int
    source: int
    speaker: int
    quote: int


@pytest.fixture
def filled(lake: Lake) -> Filled:
    """Fill the lake with something of every kind."""
    ada = lake.ada
    source = ada.source(published_on="2024-05-10", publisher="Orin Post")["id"]
    said = quote(OTHER_WORDS, source, speaker="Mara Venn")
    held = {
        "attitudes": {"q20": "rejects", "q40": "prefers"},
        "conditions": {"q40": "only if paid for"},
    }
    links = [{"issue": "dam", "option": "open", "kind": "package"}]
    stated = ada.state(**held, firmness="demand", links=links, quotes=[quote(), said])
    hearsay = ada.state("south", quotes=[quote("every farmer in the valley", speaker="Mara Venn")])
    gone = ada.state("south", "dam")["id"]
    assert ada.retract(gone).status == 200
    ada.draft("north", "dam", summary="zebrawood")
    look = {"party": "council", "issue": "quota", "looked_on": "2024-06-01", "where": "archive"}
    assert ada.post("/negotiations/lake/looks", look).status == 201
    return Filled(lake, stated["id"], hearsay["id"], gone, source, 1, stated["quotes"][1]["id"])


def addresses(filled: Filled) -> list[tuple[str, dict[str, Any]]]:
    both, cells = {"as_of": AS_OF}, "/negotiations/lake/matrix"
    return [
        (cells, both),
        ("/negotiations/lake", {}),
        (f"/positions/{filled.position}", {}),
        (f"/positions/{filled.hearsay}", {}),
        ("/positions", {}),
        (f"/sources/{filled.source}", {}),
        (cells, {**both, "firmness": "demand"}),
        (cells, {**both, "q": "farmer", "since": "2024-05-01"}),
        (cells, {**both, "party": ["north", "south"], "issue": "quota"}),
        ("/negotiations/lake/common-ground", both),
        ("/negotiations", {}),
        ("/negotiations/lake/parties", {}),
        ("/negotiations/lake/parties/north", {}),
        ("/negotiations/lake/issues", {}),
        ("/negotiations/lake/issues/quota", {}),
        ("/negotiations/lake/looks", {}),
        ("/parties", {}),
        ("/parties/north", {}),
        ("/speakers", {}),
        (f"/speakers/{filled.speaker}", {}),
        ("/sources", {}),
        (
            "/positions",
            {"negotiation": "lake", "sort": "recorded_at", "q": "farmer", "option": "q40"},
        ),
        (f"/positions/{filled.position}/versions", {}),
        (f"/positions/{filled.position}/versions/1", {}),
        (f"/positions/{filled.retracted}", {}),
        (f"/quotes/{filled.quote}", {}),
    ]


def amend(path: str, change: Callable[[Filled], Any] | dict[str, Any]) -> Callable[[Filled], Any]:
    def edit(f: Filled) -> Any:
        at = path.format(f=f)
        return f.lake.ada.patch(at, change(f) if callable(change) else change)

    return edit


def add_party(f: Filled) -> Any:
    f.lake.ada.party("latecomer")
    return f.lake.ada.post("/negotiations/lake/parties", {"party": "latecomer", "order": -5})


EDITS: dict[str, Callable[[Filled], Any]] = {
    "negotiation retitled": amend(
        "/negotiations/lake", {"title": "Other", "status": "suspended", "summary": "New"}
    ),
    "party renamed": amend(
        "/parties/north", {"name": "Other", "short_name": "O", "aliases": ["x"], "kind": "state"}
    ),
    "party's part changed": amend(
        "/negotiations/lake/parties/north",
        {"role": "observer", "consent_required": False, "order": 99},
    ),
    "party added": add_party,
    "issue retitled": amend(
        "/negotiations/lake/issues/quota",
        {"title": "Other", "group": "G", "order": 99, "question": "Why?"},
    ),
    "issue no longer a scale": amend("/negotiations/lake/issues/quota", {"ordered": False}),
    "issue added": lambda f: f.lake.ada.post(
        "/negotiations/lake/issues", {"slug": "new", "title": "New", "order": -1}
    ),
    "option relabelled": amend(
        "/negotiations/lake/issues/quota", {"options": [{"slug": "q40", "label": "Other"}]}
    ),
    "option ranked anew": amend(
        "/negotiations/lake/issues/quota",
        {"options": [{"slug": "q40", "rank": 0.5, "status_quo": True}]},
    ),
    "option retired": amend(
        "/negotiations/lake/issues/quota", {"options": [{"slug": "q40", "retired": True}]}
    ),
    "option added": amend(
        "/negotiations/lake/issues/quota", {"options": [{"slug": "q5", "label": "5 %", "rank": 0}]}
    ),
    "speaker renamed": amend(
        "/speakers/{f.speaker}", {"name": "Other", "office": "Queen", "aliases": ["Y"]}
    ),
    "speaker changed sides": amend("/speakers/{f.speaker}", {"party": "south"}),
    "source corrected": amend(
        "/sources/{f.source}",
        {"title": "Other", "publisher": "X", "published_on": "2024-05", "url": "https://x.test/"},
    ),
    "text put on file": amend("/sources/{f.source}", {"text": TEXT}),
    "another text put on file": amend("/sources/1", {"text": f"Once more. {TEXT}"}),
    "position corrected": amend(
        "/positions/{f.position}", {"summary": "Other", "attitudes": {"q40": "accepts"}}
    ),
    "position dated anew": amend("/positions/{f.position}", {"stated_on": "2024"}),
    "quote replaced": amend(
        "/positions/{f.position}", lambda f: {"quotes": [quote("forty per cent")]}
    ),
    "position retracted": lambda f: f.lake.ada.retract(f.position),
    "position restored": amend("/positions/{f.retracted}", {"status": "published"}),
    "position stated": lambda f: f.lake.ada.post(
        "/positions",
        {"negotiation": "lake", "party": "north", "issue": "quota", "quotes": [quote()]},
    ),
    "draft published": amend("/positions/4", {"status": "published"}),
    "look noted": lambda f: f.lake.ada.post(
        "/negotiations/lake/looks",
        {"party": "council", "issue": "quota", "looked_on": "2024-07-01"},
    ),
}


def test_whatever_is_edited_later(filled: Filled, subtests: pytest.Subtests) -> None:
    known_at = filled.lake.stranger.known_now()
    asked = addresses(filled)
    pinned = [filled.lake.stranger.get(path, **query, known_at=known_at) for path, query in asked]
    unpinned = [filled.lake.stranger.get(path, **query) for path, query in asked]
    for (path, _), one, other in zip(asked, pinned, unpinned, strict=True):
        assert one.raw_data == other.raw_data, path  # the present is read in the same way
        assert one.meta["known_at"] == known_at, path
    assert b"zebrawood" not in b"".join(a.body for a in pinned)
    for what, edit in EDITS.items():
        with subtests.test(what):
            assert edit(filled).status in (200, 201)
            for (path, query), was in list(zip(asked, pinned, strict=True))[:SHOWING_MOST]:
                assert (
                    filled.lake.stranger.get(path, **query, known_at=known_at).raw_data
                    == was.raw_data
                ), path
    for (path, query), was in zip(asked, pinned, strict=True):
        assert (
            filled.lake.stranger.get(path, **query, known_at=known_at).raw_data == was.raw_data
        ), path
        # The test is only meaningful if the edits change these addresses.
        assert filled.lake.stranger.get(path, **query).raw_data != was.raw_data, path


def test_a_pinned_view_says_what_has_been_corrected_since(filled: Filled) -> None:
    lake, known_at = filled.lake, filled.lake.stranger.known_now()

    def changed(**query: Any) -> int:
        return int(
            lake.stranger.get("/negotiations/lake/matrix", known_at=known_at, **query).meta[
                "changed_since"
            ]
        )

    assert "changed_since" not in lake.stranger.get("/negotiations/lake/matrix").meta
    lake.ada.draft("north", "quota")
    assert changed() == 0
    lake.ada.correct(filled.position, summary="one")
    lake.ada.correct(filled.position, summary="two")
    assert (changed(), changed(party="south")) == (1, 0)
    lake.ada.retract(filled.hearsay)
    assert (changed(), changed(party="south")) == (2, 1)


def test_a_version_is_shown_with_the_names_of_the_instant(filled: Filled) -> None:
    lake = filled.lake
    before = lake.stranger.known_now()
    lake.ada.patch(f"/sources/{filled.source}", {"title": "Renamed"})
    path = f"/positions/{filled.position}/versions/1"
    titles = [
        [q["source"]["title"] for q in lake.stranger.get(path, **query).data["quotes"]]
        for query in ({}, {"known_at": before})
    ]
    assert titles[0][1] == "Renamed" and titles[1][1] != "Renamed"


def test_a_quote_keeps_the_office_and_party_of_when_it_was_said(filled: Filled) -> None:
    ada = filled.lake.ada
    assert (
        ada.patch(f"/speakers/{filled.speaker}", {"office": "President", "party": "south"}).status
        == 200
    )
    speaker = ada.get(f"/quotes/{filled.quote}").data["speaker"]
    assert speaker == {"name": "Mara Venn", "office": "Minister", "party": "north"}


@pytest.mark.parametrize(
    "path",
    [
        "/n/lake",
        "/n/lake/cells/north/quota",
        "/n/lake/issues/quota",
        "/n/lake/parties/north",
        "/parties/north",
        "/n/lake/common-ground",
    ],
)
def test_pages_take_both_times_too(filled: Filled, path: str) -> None:
    lake, known_at = filled.lake, filled.lake.stranger.known_now()

    def read() -> str:
        got = lake.stranger.page(path, as_of=AS_OF, known_at=known_at)
        assert got.status_code == 200
        return str(got.text)

    before = read()
    assert "Renamed" not in before
    for address in ("/negotiations/lake", "/negotiations/lake/issues/quota"):
        assert lake.ada.patch(address, {"title": "Renamed"}).status == 200
    assert lake.ada.patch("/parties/north", {"name": "Renamed"}).status == 200
    assert read() == before
    assert "Renamed" in lake.stranger.page(path).text
