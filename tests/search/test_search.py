"""Test what a search finds, in which spelling and when, and that no input breaks it."""

from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from app.search import queries
from tests.support.factories import Desk, quote
from tests.support.fixtures import Lake


def found(desk: Desk, q: str, **more: Any) -> set[tuple[str, str]]:
    return {(hit["type"], hit["title"]) for hit in desk.get("/search", q=q, **more).data}


@pytest.fixture
def kyiv(lake: Lake) -> Lake:
    """Add a speaker whose name has several spellings, with a statement."""
    lake.ada.post(
        "/speakers",
        {
            "name": "Volodymyr Zelensky",
            "office": "President",
            "party": "south",
            "aliases": ["Zelenskyy", "Зеленський"],
        },
    )
    said = lake.ada.source(
        title="Kyiv answers", publisher="Orin Post", text="“Only quarkstone will do,” he said."
    )
    words = quote("Only quarkstone will do", said["id"], speaker="Volodymyr Zelensky")
    lake.ada.state(
        "south",
        "dam",
        summary="Wants zebrawood sluices",
        attitudes={"open": "prefers"},
        quotes=[words],
    )
    return lake


def test_a_speaker_is_found_in_any_spelling_with_what_he_said(kyiv: Lake) -> None:
    for q in ("Зеленський", "зеленський", "Zelensky", "ZELENSKYY", "president"):
        assert {("speaker", "Volodymyr Zelensky"), ("quote", "Volodymyr Zelensky")} <= found(
            kyiv.stranger, q
        )


def test_each_type_is_found_with_its_words_around_and_its_address(kyiv: Lake) -> None:
    for q, type, title, url, words in (
        ("zebrawood", "position", "Southshore on The dam", "/positions/1", "zebrawood"),
        ("quarkstone", "quote", "Volodymyr Zelensky", "/quotes/1", "Only quarkstone will do"),
        ('"kyiv answers"', "source", "Kyiv answers", "/sources/2", "Kyiv answers"),
        ("council", "party", "Basin Council", "/n/lake/parties/council", "Basin Council"),
        ("the north", "party", "Northshore", "/n/lake/parties/north", "The North"),
        ("envoy", "speaker", "Tol Ibarra", "/n/lake/parties/south", "Envoy"),
        ("water quota", "issue", "Water quota", "/n/lake/issues/quota", "Water quota"),
        ("shared", "issue", "The dam", "/n/lake/issues/dam", "Shared"),
        ("treaty", "negotiation", "Lake treaty", "/n/lake", "Lake treaty"),
    ):
        hits = [h for h in kyiv.stranger.get("/search", q=q).data if h["type"] == type]
        assert [(h["title"], h["url"]) for h in hits] == [(title, url)], q
        assert words in hits[0]["snippet"]
        assert kyiv.stranger.client.get(hits[0]["url"]).status_code == 200


@pytest.mark.parametrize("few", [0, 1, 3])
def test_many_matches_are_found_like_few(
    kyiv: Lake, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """More matches than can be listed are read by their words, with or without a transaction."""
    asked = ("zelensky", "quarkstone", "dam", "open", "lake", "north or south", "-dam", "Orin")
    desks = (kyiv.stranger, kyiv.ada)
    listed = {q: kyiv.stranger.get("/search", q=q).data for q in asked}
    assert sum(map(len, listed.values())) >= 9
    monkeypatch.setattr(queries, "FEW", few)
    for q, hits in listed.items():
        for desk in desks:
            answer = desk.get("/search", q=q, limit=2)
            walked = list(answer.data)
            while following := answer.json["meta"]["next"]:
                answer = desk.get("/search", q=q, limit=2, cursor=following)
                walked += answer.data
            assert sorted(h["url"] for h in walked) == sorted(h["url"] for h in hits), q


def test_a_snippet_from_within_a_condition_says_that_it_is_one(lake: Lake) -> None:
    lake.ada.state(
        summary=None,
        conditions={"q40": f"rain falls {'and the lake rises ' * 20} up to the zebrawood"},
    )
    [hit] = lake.stranger.get("/search", q="zebrawood").data
    assert hit["snippet"].startswith("only if … ") and "rain" not in hit["snippet"]
    [hit] = lake.stranger.get("/search", q='"rain falls"').data
    assert hit["snippet"].startswith("only if rain falls")


def test_words_phrases_or_and_not(lake: Lake) -> None:
    lake.ada.state(summary="A canal with three locks")
    lake.ada.state("south", summary="Three canals and no locks")
    for q, parties in (
        ("canal locks", {"north", "south"}),
        ('"three locks"', {"north"}),
        ("canal -without", {"north", "south"}),
        ("three -canal", set()),
        ("bridge or locks", {"north", "south"}),
        ("lock", {"north", "south"}),
        ("bridge", set()),
    ):
        hits = lake.stranger.get("/search", q=q).data
        positions = {
            lake.stranger.get(f"/positions/{h['id']}").data["party"]
            for h in hits
            if h["type"] == "position"
        }
        assert positions == parties, q


def test_only_what_is_public_and_counts_is_found(lake: Lake) -> None:
    draft = lake.ada.draft(summary="zebrawood", quotes=[quote(speaker={"name": "Ines Okafor"})])[
        "id"
    ]
    for q in ("zebrawood", "Okafor", "forty"):
        assert lake.ada.get("/search", q=q).data == []
    lake.ada.patch(f"/positions/{draft}", {"status": "published"})
    before = lake.ada.known_now()
    assert {t for t, _ in found(lake.stranger, "forty")} == {"position", "quote"}
    lake.ada.retract(draft)
    assert found(lake.stranger, "zebrawood") == found(lake.stranger, "forty") == set()
    assert {t for t, _ in found(lake.stranger, "forty", known_at=before)} == {"position", "quote"}


def test_texts_of_sources_are_never_searched(lake: Lake) -> None:
    lake.ada.source(title="A report", text="The gnomon stands in the valley.")
    assert lake.ada.get("/search", q="gnomon").data == []


def test_what_was_known_then_is_found_as_it_was_then(lake: Lake) -> None:
    then = lake.ada.known_now()
    lake.ada.patch("/parties/north", {"name": "Quarkland", "aliases": []})
    assert found(lake.stranger, "Northshore") == set()
    assert found(lake.stranger, "Northshore", known_at=then) == {("party", "Northshore")}
    assert found(lake.stranger, "Quarkland", known_at=then) == set()


def test_a_walk_sees_everything_once_while_others_write(lake: Lake) -> None:
    ids = {lake.ada.state(summary=f"zebrawood {n}")["id"] for n in range(9)}
    lake.ada.post("/parties", {"slug": "z", "name": "Zebrawood Union"})
    query = {"q": "zebrawood", "limit": 2}
    seen, page = [], lake.stranger.get("/search", **query)
    assert [h["type"] for h in page.data] == ["party", "position"]
    while True:
        seen += page.data
        if page.meta["next"] is None:
            break
        assert 'rel="next"' in page.headers["link"]
        lake.ada.state(summary="zebrawood again")
        page = lake.stranger.get("/search", **query, cursor=page.meta["next"])
    assert sorted(h["id"] for h in seen if h["type"] == "position") == sorted(ids)
    assert len(seen) == 10
    assert lake.stranger.get(
        "/search", q="other", cursor=lake.stranger.get("/search", **query).meta["next"]
    ).faults


WILD = [
    "((((", "%", "' ; DROP TABLE party; --", '"', '"never closed', "-", "-quota", "or", "or or",
    "!", "<->", ":*", "é", "\\", "a & | b", "the", "\u202e", "😀", "x" * 1000, "'" * 999,
    '" ' * 400, "-a " * 300, "\ud7ff", " ", "https://news.example/lake?a=b",
    "е" * 1000, "ﷲ" * 1000, "есе " * 250, "стрес " * 160, "mässe " * 160, "-" * 40, '-"' * 20,
    "<script>alert(1)</script>", "q:*&!b", "№ 5", "0x00", "\n\t",
]  # fmt: skip


def test_any_input_is_answered(lake: Lake) -> None:
    for q in WILD:
        assert lake.stranger.get("/search", q=q).status == 200
        page = lake.stranger.client.get("/search", params={"q": q})
        assert page.status_code == 200 and "<script>alert" not in page.text


def test_what_no_text_can_hold_is_explained(lake: Lake) -> None:
    for q in ("a\0b", "a" * 5000):
        assert lake.stranger.get("/search", q=q).faults == {"q"}
        page = lake.stranger.client.get("/search", params={"q": q}, headers={"Accept": "text/html"})
        assert page.status_code == 422 and "<h1" in page.text


def test_bad_parameters_are_named(lake: Lake) -> None:
    assert lake.stranger.get("/search").faults == {"q"}
    assert lake.stranger.get("/search", q="x", colour="red").faults == {"colour"}
    assert lake.stranger.get("/search", q="x", cursor="zz").faults == {"cursor"}


def test_the_page_shows_them_with_a_link_to_further_ones(lake: Lake) -> None:
    for n in range(25):
        lake.ada.state(summary=f"zebrawood & <b>{n}</b>")
    get = lake.stranger.client.get
    page = LexborHTMLParser(get("/search?q=zebrawood&utm_source=x").text)
    assert page.css_first("h1").text() == "25 results"
    assert len(page.css("ul.results li")) == 20 and not page.css("ul.results b")
    further = page.css_first("a[href*='cursor=']").attributes["href"]
    page = LexborHTMLParser(get(further).text)
    assert len(page.css("ul.results li")) == 5 and page.css_first("h1").text() == "25 results"
    assert LexborHTMLParser(get("/search").text).css_first("form.field input[name=q]")
    assert "Nothing was found" in get("/search?q=bridge").text


def test_a_ligature_is_its_letters(lake: Lake) -> None:
    source = lake.ada.source(text="They call it a ﬁnal oﬀer, and will aﬃrm it.")["id"]
    lake.ada.state(
        quotes=[quote("They call it a final offer", source)], summary="Affirms its offer"
    )
    lake.ada.state("south", quotes=[quote("a ﬁnal oﬀer, and will aﬃrm", source)], summary="Aﬃrms")
    for q in ("final offer", "ﬁnal oﬀer", '"final offer"', '"ﬁnal oﬀer"'):
        found = [hit["type"] for hit in lake.stranger.get("/search", q=q).data]
        assert sorted(found) == ["position", "position", "quote", "quote"], q
    assert len(lake.stranger.get("/search", q="affirms -final").data) == 0
    for odd in ("－" * 40, "﹣﹣final", "“final”"):
        assert lake.stranger.get("/search", q=odd).status == 200
