"""Test results that are grouped, filtered and counted, on the page and by the API."""

from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from app.search import results, snippets, statements
from tests.support.factories import Desk, quote
from tests.support.fixtures import Lake


def hits(desk: Desk, q: str, **more: Any) -> list[Any]:
    return list(desk.get("/search", q=q, grouped=True, **more).data)


@pytest.fixture
def archive(lake: Lake) -> Lake:
    """Add statements in two languages, of two parties, on two issues and of three years."""
    said = lake.ada.source(
        title="A long talk",
        language="en",
        text="The heron nests at the ferry. A heron is no reason. Der Reiher nistet am Ufer.",
    )["id"]
    for party, issue, firmness, words, language, day in (
        ("north", "quota", "red_line", "The heron nests at the ferry", "en", "2022-05-14"),
        ("south", "quota", "demand", "A heron is no reason", "en", "2023-05-14"),
        ("north", "dam", "demand", "Der Reiher nistet am Ufer", "de", "2024-05-14"),
    ):
        lake.ada.state(
            party, issue, firmness=firmness, stated_on=day, summary=f"Speaks of the heron in {day}",
            quotes=[quote(words, said, language=language, translation="A heron on the shore"
                          if language == "de" else None)],
        )  # fmt: skip
    return lake


def test_a_position_comes_once_with_its_quotes(archive: Lake) -> None:
    found = hits(archive.stranger, "heron")
    assert [hit["type"] for hit in found] == ["position"] * 3
    last, middle, first = found
    assert [q["snippet"] for q in first["quotes"]] == ["The heron nests at the ferry"]
    assert first["quotes"][0]["marks"] == [[4, 9]] == [[4, 4 + len("heron")]]
    assert [first["snippet"][start:end] for start, end in first["marks"]] == ["heron"]
    assert (first["party"], first["issue"], first["firmness"]) == ("north", "quota", "red_line")
    assert (first["negotiation"], first["stated_on"]) == ("lake", "2022-05-14")
    assert middle["quotes"][0]["source"] == "A long talk"
    # The German quote was found by its translation, which is not shown as what was said.
    assert last["quotes"][0]["snippet"] == "Der Reiher nistet am Ufer"
    assert last["quotes"][0]["marks"] == []
    assert last["quotes"][0]["translation"] == "A heron on the shore"


def test_what_a_source_reports_is_not_shown_as_the_speakers_own_words(lake: Lake) -> None:
    for kind, told in (("direct", False), ("reported", True)):
        said = quote("forty per cent", speaker="Mara Venn", kind=kind)
        lake.ada.state(stated_on="2024-05-14", quotes=[said])
        page = LexborHTMLParser(lake.stranger.page("/search", q="forty").text)
        caption = page.css_first(".results figcaption").text()
        assert "Mara Venn" in caption
        assert ("the source’s report" in caption) == told


def test_results_that_are_not_grouped_say_who_when_and_on_what(archive: Lake) -> None:
    found = archive.stranger.get("/search", q="ferry").data
    assert [hit["type"] for hit in found] == ["position", "quote"]
    told = found[1]
    assert (told["position"], told["party"], told["issue"]) == (1, "north", "quota")
    assert told["on"] == "Northshore on Water quota" and told["language"] == "en"
    assert told["snippet"][told["marks"][0][0] : told["marks"][0][1]] == "ferry"


def test_filters_narrow_and_say_what_each_other_value_would_leave(archive: Lake) -> None:
    for filters, days in (
        ({"party": "north"}, {"2022-05-14", "2024-05-14"}),
        ({"party": ["north", "south"], "issue": "quota"}, {"2022-05-14", "2023-05-14"}),
        ({"firmness": "demand"}, {"2023-05-14", "2024-05-14"}),
        ({"language": "de"}, {"2024-05-14"}),
        ({"kind": "reported"}, set()),
        ({"since": "2023-05-14"}, {"2023-05-14", "2024-05-14"}),
        ({"until": "2023-05-13", "negotiation": "lake"}, {"2022-05-14"}),
        ({"type": "source"}, set()),
        ({"type": "position"}, {"2022-05-14", "2023-05-14", "2024-05-14"}),
    ):
        answer = archive.stranger.get("/search", q="heron", grouped=True, counts=True, **filters)
        assert {hit["stated_on"] for hit in answer.data} == days, filters
        assert answer.meta["total"] == len(days)
        flat = archive.stranger.get("/search", q="heron", **filters).data
        assert {hit["stated_on"] for hit in flat if hit["type"] == "position"} == days
    counts = archive.stranger.get("/search", q="heron", counts=True, party="north").meta["counts"]
    told = {name: {c["value"]: c["count"] for c in values} for name, values in counts.items()}
    assert told["party"] == {"north": 2, "south": 1}
    assert told["issue"] == {"quota": 1, "dam": 1}
    assert told["language"] == {"en": 1, "de": 1}
    assert told["firmness"] == {"red_line": 1, "demand": 1}


def test_what_a_filter_does_not_know_is_named(archive: Lake) -> None:
    for wrong in (
        {"party": "nobody"}, {"issue": "weather"}, {"negotiation": "sea"}, {"firmness": "soft"},
        {"kind": "x"}, {"language": "Deutsch!"}, {"since": "2024"}, {"type": "text"},
    ):  # fmt: skip
        assert archive.stranger.get("/search", q="heron", **wrong).faults == set(wrong), wrong
        assert archive.stranger.page("/search", q="heron", **wrong).status_code == 422


def test_what_is_excluded_is_nowhere_on_the_page(lake: Lake) -> None:
    source = lake.ada.source(text="The otter sleeps. The badger digs.")["id"]
    lake.ada.state(quotes=[quote("The otter sleeps", source), quote("The badger digs", source)])
    lake.ada.state("south", quotes=[quote("The otter sleeps", source)], summary="Otters first")
    page = results_of(lake.stranger, q="otter -badger")
    assert len(page.css("ul.results > li")) == 2
    assert "badger" not in page.css_first("main").text()


@pytest.mark.parametrize("most", [1, 2])
def test_of_too_many_the_newest_are_searched(
    archive: Lake, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    from app.search import queries

    monkeypatch.setattr(queries, "FEW", most)
    monkeypatch.setattr(results, "FEW", most)
    answer = archive.stranger.get("/search", q="heron", grouped=True, counts=True)
    assert [hit["stated_on"] for hit in answer.data][:1] == ["2024-05-14"]
    assert len(answer.data) == most and answer.meta["more"]
    assert all(hit["quotes"] for hit in answer.data)
    south = archive.stranger.get("/search", q="heron", grouped=True, party="south")
    assert [hit["stated_on"] for hit in south.data] == ["2023-05-14"]
    assert statements.INDEXED == ("negotiation", "party", "issue")


def test_a_walk_over_groups_sees_each_once(archive: Lake) -> None:
    seen: list[int] = []
    answer = archive.stranger.get("/search", q="heron", grouped=True, limit=1, party="north")
    while True:
        seen += [hit["id"] for hit in answer.data]
        following = answer.meta["next"]
        if following is None:
            break
        archive.ada.state(summary="heron again", stated_on="2024-06-01")
        answer = archive.stranger.get(
            "/search", q="heron", grouped=True, limit=1, party="north", cursor=following
        )
    assert sorted(seen) == [1, 3]
    wrong = archive.stranger.get("/search", q="heron", limit=1, grouped=True)
    assert archive.stranger.get("/search", q="heron", cursor=wrong.meta["next"]).faults == {
        "cursor"
    }


def test_drafts_and_texts_count_nowhere(archive: Lake) -> None:
    archive.ada.draft(summary="A heron in a draft", firmness="open")
    archive.ada.source(title="Unread", text="Another heron; a xylophone.")
    for desk in (archive.stranger, archive.ada):
        meta = desk.get("/search", q="heron", grouped=True, counts=True).meta
        assert meta["total"] == 3 and all(c["value"] != "open" for c in meta["counts"]["firmness"])
        meant = desk.get("/search", q="xylophon", counts=True).meta
        assert (meant["total"], meant["suggestions"]) == (0, [])


def test_a_past_instant_is_searched_as_it_was(archive: Lake) -> None:
    then = archive.ada.known_now()
    archive.ada.retract(2)
    now = archive.stranger.get("/search", q="heron", grouped=True, counts=True)
    past = archive.stranger.get("/search", q="heron", grouped=True, counts=True, known_at=then)
    assert (now.meta["total"], past.meta["total"]) == (2, 3)


def results_of(desk: Desk, **query: Any) -> LexborHTMLParser:
    page = desk.page("/search", **query)
    assert page.status_code == 200
    return LexborHTMLParser(page.text)


def test_the_page_has_filters_with_counts_and_marks(archive: Lake) -> None:
    page = results_of(archive.stranger, q="heron")
    assert page.css_first("h1").text() == "3 results"
    assert {mark.text() for mark in page.css("mark")} == {"heron"}
    links = {a.text().strip(): a.attributes["href"] for a in page.css(".facets a")}
    assert links["Northshore"] == "/search?q=heron&party=north"
    narrowed = results_of(archive.stranger, q="heron", party="north")
    assert narrowed.css_first("h1").text() == "2 results"
    chosen = narrowed.css_first(".facets a[aria-current]")
    assert chosen.attributes["href"] == "/search?q=heron"
    assert narrowed.css_first("input[type=hidden][name=party]").attributes["value"] == "north"
    without_words = results_of(archive.stranger, firmness="demand")
    assert without_words.css_first("h1").text() == "2 results"


def test_words_of_the_interface_are_offered_as_filters(archive: Lake) -> None:
    page = results_of(archive.stranger, q="heron red line")
    assert "/search?q=heron&firmness=red_line" in [
        a.attributes["href"] for a in page.css(".offer a")
    ]
    page = results_of(archive.stranger, q="Northshore heron in German")
    offered = [a.attributes["href"] for a in page.css(".offer a")]
    assert "/search?q=heron+in+German&party=north" in offered
    assert "/search?q=Northshore+heron&language=de" in offered
    assert not results_of(archive.stranger, q='"red line"').css(".offer")


def test_no_result_is_no_dead_end_and_no_silence(archive: Lake) -> None:
    page = results_of(archive.stranger, q="heron bicycle")
    assert "Nothing was found" in page.css_first("#found").text()
    apart = {li.text(strip=True) for li in page.css("#found .rows li")}
    assert apart == {"heron3 results", "bicycleno result"}
    page = results_of(archive.stranger, q="heron", kind="reported")
    assert page.css_first(".notice a").attributes["href"] == "/search?q=heron"
    assert "does not mean that a party has said nothing" in page.css_first("#found").text()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("herron", "heron"), ("hreon", "heron"), ("Nortshore", "Northshore"), ("reihher", "reiher"),
        ("Зеленскй", "Зеленський"), ("Zelennsky", "Zelensky"), ("Зеленскый", "Зеленський"),
        ("زيلينسكي", "Zelensky"), ("Zelenskiy heron", None), ("xqzwv", None),
    ],
)  # fmt: skip
def test_what_may_have_been_meant(archive: Lake, typed: str, meant: str | None) -> None:
    archive.ada.post(
        "/speakers",
        {"name": "Volodymyr Zelensky", "party": "south", "aliases": ["Володимир Зеленський"]},
    )
    meta = archive.stranger.get("/search", q=typed, counts=True).meta
    assert meta["total"] == 0
    found = [one["q"] for one in meta["suggestions"] if one["total"]]
    assert (meant in found) if meant else not found, found


def test_while_somebody_types(archive: Lake) -> None:
    ask = {"HX-Request": "true", "HX-Request-Type": "partial"}
    for q, number in (("her", 3), ("heron fer", 1), ("he", 0), ("xq", 0), ("-her", 0), ('"her', 0)):
        got = archive.stranger.client.get("/search", params={"q": q, "typing": "1"}, headers=ask)
        page = LexborHTMLParser(got.text)
        assert got.status_code == 200 and "<html" not in got.text
        assert len(page.css("ul.results > li")) == number, q
        assert not page.css(".facets")
    # By address it is an ordinary search, of whole words.
    assert not results_of(archive.stranger, q="her", typing="1").css("ul.results")


def test_snippets_have_whole_words_and_marks_where_they_belong() -> None:
    long = " ".join(f"word{n}" for n in range(100))
    found = snippets.cut("ord50 \ue000word51\ue001 wor", long)
    assert found.text.split()[0] == "word46" and found.text.split()[-1] == "word52"
    assert [found.text[start:end] for start, end in found.marks] == ["word51"]
    assert (found.cut_start, found.cut_end) == (True, True)
    whole = snippets.cut("a \ue000heron\ue001", "a heron")
    assert (whole.text, whole.marks, whole.cut_start, whole.cut_end) == (
        "a heron",
        ((2, 7),),
        False,
        False,
    )
    assert snippets.cut("\ue000水\ue001水", "水" * 300).text.startswith("水水")
