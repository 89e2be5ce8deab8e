"""Test that each view, position, quote and source has its citation, for people and for programs."""

import json
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from app.citations.formats import FORMS
from app.exports.api_links import twin_of
from tests.support.factories import TEXT, WORDS, quote
from tests.support.fixtures import Lake

HOSTILE = "</script><script>alert(1)</script><!-- \u2028 & 'x'"


def page(lake: Lake, path: str, **query: Any) -> LexborHTMLParser:
    got = lake.stranger.page(path, **query)
    assert got.status_code == 200, got.text
    return LexborHTMLParser(got.text)


def linked_data(tree: LexborHTMLParser) -> Any:
    [block] = tree.css("script[type='application/ld+json']")
    return json.loads(block.text())


def cited(lake: Lake, address: str) -> dict[str, Any]:
    got = lake.stranger.client.get(address)
    assert got.status_code == 200, got.text
    [item] = got.json()
    return dict(item)


def forms(tree: LexborHTMLParser) -> dict[str, str]:
    links = [a.attributes["href"] or "" for a in tree.css("a[href*='/cite.']")]
    return {address.partition("?")[0].rpartition(".")[2]: address for address in links}


@pytest.fixture
def stated(lake: Lake) -> Lake:
    """State a position with hostile text and a dated quote."""
    lake.ada.state(
        summary=f"Forty {HOSTILE}",
        firmness="demand",
        quotes=[quote(speaker="Mara Venn", said_on="2024-05-14")],
    )
    return lake


PAGES = ["/n/lake", "/positions/1", "/positions/1/versions/1", "/quotes/1", "/sources/1"]


@pytest.mark.parametrize("path", PAGES)
def test_each_page_links_to_its_citation_in_four_forms(stated: Lake, path: str) -> None:
    found = forms(page(stated, path))
    assert set(found) == {"txt", "bib", "ris", "json"}
    for form, address in found.items():
        got = stated.stranger.client.get(address)
        assert got.status_code == 200, (form, got.text)
        assert "known_at=" in got.text
        etag = {"If-None-Match": got.headers["etag"]}
        assert stated.stranger.client.get(address, headers=etag).status_code == 304


@pytest.mark.parametrize("path", PAGES)
def test_the_permanent_address_answers_the_same_after_corrections(stated: Lake, path: str) -> None:
    tree = page(stated, path)
    address = tree.css_first("meta[name=citation_public_url]").attributes["content"] or ""
    item = cited(stated, forms(tree)["json"])
    assert address in (item.get("URL"), item.get("note", "").removeprefix("On record at "))
    stated.ada.correct(1, summary="Fifty")
    assert "Forty" in stated.stranger.client.get(address).text or path in (
        "/n/lake",
        "/quotes/1",
        "/sources/1",
    )
    assert cited(stated, forms(tree)["json"]) == item


def test_a_view_is_cited_with_its_filters_and_both_times(stated: Lake) -> None:
    item = cited(
        stated, forms(page(stated, "/n/lake", as_of="2024-06-01", firmness="demand"))["json"]
    )
    assert item["title"] == "Lake treaty: who wants what, as of 1 June 2024"
    assert item["URL"].startswith(
        "http://testserver/n/lake?firmness=demand&as_of=2024-06-01&known_at="
    )


def test_words_are_their_speakers_and_reports_their_sources(stated: Lake) -> None:
    item = cited(stated, "/quotes/1/cite.json")
    assert (item["author"], item["title"], item["issued"]) == (
        [{"literal": "Mara Venn"}], WORDS, {"date-parts": [[2024, 5, 14]]}
    )  # fmt: skip
    stated.ada.state(
        "south", quotes=[quote("Lake talks resume", kind="reported", speaker="Tol Ibarra")]
    )
    assert cited(stated, "/quotes/2/cite.json")["author"] == [{"literal": "Parley"}]


@pytest.mark.parametrize("path", PAGES)
def test_linked_data_says_what_it_is_and_cannot_break_out(stated: Lake, path: str) -> None:
    tree = page(stated, path)
    kinds = {"/n/lake": "Dataset", "/quotes/1": "Quotation", "/sources/1": "CreativeWork"}
    data = linked_data(tree)
    assert data["@type"] == kinds.get(path, "Claim")
    if data["@type"] == "Claim":
        assert data["text"] == stated.stranger.get("/positions/1").data["summary"]
        assert data["appearance"][0]["text"] == WORDS
        assert data["appearance"][0]["spokenByCharacter"]["name"] == "Mara Venn"
    assert all(
        script.attributes.get("src") or script.attributes.get("type")
        for script in tree.css("script")
    )
    assert "alert(1)</script>" not in stated.stranger.page(path).text


@pytest.mark.parametrize(
    "path",
    [
        "/",
        *PAGES,
        *(
            f"/n/lake/{page}"
            for page in (
                "cells/north/quota",
                "issues/quota",
                "parties/north",
                "common-ground",
                "changes",
                "timeline",
                "agreement",
                "compare",
                "about",
            )
        ),
    ],
)
def test_each_page_names_its_json_twin(stated: Lake, path: str) -> None:
    known_at = stated.ada.known_now()
    tree = page(stated, path, known_at=known_at, utm_source="x")
    twin = tree.css_first("link[rel=alternate][type='application/json']").attributes["href"] or ""
    got = stated.stranger.client.get(twin)
    assert got.status_code == 200, (twin, got.text)
    assert got.json()["meta"]["known_at"] == known_at


def test_a_page_without_a_twin_names_none() -> None:
    assert twin_of("/login", []) is None
    assert (
        twin_of("/n/lake", [("q", " "), ("q", "a b"), ("transpose", "1")])
        == "/api/v1/negotiations/lake/matrix?q=a+b"
    )


def test_drafts_are_not_cited(stated: Lake) -> None:
    draft = stated.ada.draft("south", summary="sturgeon")
    number = draft["id"]
    for path in (
        f"/positions/{number}/cite.txt",
        f"/positions/{number}/versions/1/cite.bib",
        "/quotes/2/cite.ris",
    ):
        assert stated.ada.page(path).status_code == 404
        assert stated.stranger.page(path).status_code == 404
    seen = stated.ada.page(f"/positions/{number}")
    assert (seen.status_code, "cite.bib" in seen.text) == (200, False)


@pytest.mark.parametrize(
    "path",
    ["/quotes/1/cite.pdf", "/quotes/9/cite.txt", "/n/nowhere/cite.bib", "/sources/9/cite.ris"],
)
def test_what_is_not_there_is_404(stated: Lake, path: str) -> None:
    assert stated.stranger.page(path).status_code == 404


def test_a_quote_as_web_annotation(stated: Lake) -> None:
    got = stated.stranger.ask("GET", "/quotes/1", Accept="application/ld+json")
    assert (
        got.headers["content-type"]
        == 'application/ld+json; profile="http://www.w3.org/ns/anno.jsonld"'
    )
    assert "Accept" in got.headers["vary"]
    plain = stated.stranger.get("/quotes/1")
    assert "Accept" in plain.headers["vary"]
    found, data = got.json, plain.data
    assert (found["@context"], found["type"]) == ("http://www.w3.org/ns/anno.jsonld", "Annotation")
    assert "data" not in found
    words, place = found["target"]["selector"]
    assert found["target"]["source"] == "https://news.example/lake"
    assert (words["type"], words["exact"], words["prefix"]) == (
        "TextQuoteSelector",
        WORDS,
        data["prefix"],
    )
    assert (place["type"], place["start"], place["end"]) == (
        "TextPositionSelector",
        data["start"],
        data["end"],
    )
    assert got.etag != plain.etag
    again = {"Accept": "application/ld+json", "If-None-Match": got.etag}
    assert stated.stranger.ask("GET", "/quotes/1", **again).status == 304


@pytest.mark.parametrize(
    ("exact", "parts"),
    [
        ("We accept forty per cent … minister of Northshore", 2),
        ("Lake talks resume... The dam stays closed until [...] Southshore's envoy Tol Ibarra", 3),
        ("…Southshore's envoy Tol Ibarra called the quota \"an insult…", 1),
    ],
)
def test_all_selectors_of_a_target_select_the_same(stated: Lake, exact: str, parts: int) -> None:
    number = stated.ada.state("south", quotes=[quote(exact)])["quotes"][0]["id"]
    found = stated.stranger.ask("GET", f"/quotes/{number}", Accept="application/ld+json").json[
        "target"
    ]
    targets = found if isinstance(found, list) else [found]
    assert len(targets) == parts
    for target in targets:
        words, place = target["selector"]
        assert TEXT[place["start"] : place["end"]] == words["exact"]
        assert target["source"] == "https://news.example/lake"
    assert ["prefix" in t["selector"][0] for t in targets] == [True, *[False] * (len(targets) - 1)]
    assert ["suffix" in t["selector"][0] for t in targets] == [*[False] * (len(targets) - 1), True]


def test_a_page_is_to_zotero_what_it_is(stated: Lake) -> None:
    stated.ada.source(kind="newspaper article", publisher="The Post", title="A\nB")
    for path, kind, site in (
        ("/n/lake", "dataset", None),
        ("/positions/1", "webpage", "Lake treaty"),
        ("/quotes/1", "webpage", "Talks resume"),
        ("/sources/1", "webpage", None),
        ("/sources/2", "newspaperArticle", "The Post"),
    ):
        tags = {
            m.attributes.get("name"): m.attributes.get("content")
            for m in page(stated, path).css("meta")
        }
        assert (tags["z:itemType"], tags.get("og:site_name")) == (kind, site)
        assert tags["DC.title"] and not {"citation_title", "citation_journal_title"} & set(tags)


def test_a_position_is_cited_with_the_sources_that_it_quotes(stated: Lake) -> None:
    other = stated.ada.source(title="Dam talks", publisher="The Lake Post", published_on="2024-05")[
        "id"
    ]
    quotes = [quote(), quote("Lake talks resume"), quote("The dam", source_id=other)]
    number = stated.ada.state("south", quotes=quotes)["id"]
    expected = "Quoting “Talks resume”, 14 May 2024; “Dam talks”, The Lake Post, May 2024"
    for form in FORMS:
        assert stated.stranger.page(f"/positions/{number}/cite.{form}").text.count(expected) == 1, (
            form
        )


def test_an_unchecked_quote_has_no_place(stated: Lake) -> None:
    source = stated.ada.source(url=None, reference="A leaflet")
    stated.ada.state("south", quotes=[quote("Not a drop", source_id=source["id"])])
    found = stated.stranger.ask(
        "GET", "/quotes/2", Accept="application/ld+json, application/json;q=0.5"
    ).json
    assert [s["type"] for s in found["target"]["selector"]] == ["TextQuoteSelector"]
    assert found["target"]["source"] == f"http://testserver/sources/{source['id']}"


@pytest.mark.parametrize(
    "accept",
    [
        "*/*",
        "application/json",
        "application/ld+json;q=0",
        "application/ld+json;q=0.4, application/json",
    ],
)
def test_whoever_rather_has_json_gets_it(stated: Lake, accept: str) -> None:
    assert (
        stated.stranger.ask("GET", "/quotes/1", Accept=accept).headers["content-type"]
        == "application/json"
    )
