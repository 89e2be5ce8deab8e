"""Test what other sites may frame: as strangers see it, without forms, scripts and menus."""

import pytest
from selectolax.lexbor import LexborHTMLParser

from app.http.embedding import outward, wants_embedding
from tests.support.fixtures import Lake

VIEWS = ("/n/lake", "/n/lake/issues/quota", "/n/lake/cells/north/quota")
SECRET = "a draft that nobody else may see"


@pytest.mark.parametrize("view", VIEWS)
def test_an_embedded_view_may_be_framed_and_does_nothing(lake: Lake, view: str) -> None:
    lake.ada.state(conditions={"q40": "if <b>paid</b> & kept"})
    got = lake.stranger.page(view, embed="1", as_of="2024-06-01")
    policy = got.headers["content-security-policy"]
    assert "frame-ancestors *" in policy
    assert "script-src" not in policy and "form-action 'none'" in policy
    assert got.headers["cross-origin-resource-policy"] == "cross-origin"
    tree = LexborHTMLParser(got.text)
    assert not tree.css("form, input, button, script, nav, header")
    links = tree.css("a")
    assert links
    for link in links:
        assert link.attributes["target"] == "_blank", link.html
        assert "noopener" in str(link.attributes["rel"]), link.html
        assert "embed" not in str(link.attributes["href"]), link.html
        assert not [name for name in link.attributes if name.startswith("data-hx")]
    assert "only if <b>paid</b> & kept" in tree.css("html")[0].text()


@pytest.mark.parametrize("view", VIEWS)
def test_its_last_line_says_what_it_shows(lake: Lake, view: str) -> None:
    lake.ada.patch("/negotiations/lake", {"licence": "CC BY 4.0"})
    lake.ada.state()
    foot = LexborHTMLParser(lake.stranger.page(view, embed="1", as_of="2024-06-01").text)
    [line] = foot.css("footer")
    assert "As of 1 June 2024, as Parley knew it on " in line.text()
    assert "CC BY 4.0" in line.text()
    [link] = line.css("a")
    whole = str(link.attributes["href"])
    assert whole in link.text()
    assert "embed" not in whole and "as_of=2024-06-01&known_at=" in whole
    full = lake.stranger.page(whole.removeprefix("http://testserver"))
    assert full.status_code == 200 and "<header" in full.text
    assert [c.attributes["href"] for c in foot.css("link[rel=canonical]")] == [
        f"http://testserver{view}?as_of=2024-06-01"
    ]


@pytest.mark.parametrize("view", VIEWS)
def test_who_is_signed_in_sees_in_it_what_strangers_see(lake: Lake, view: str) -> None:
    lake.ada.state(status="draft", summary=SECRET)
    lake.ada.state("south", "quota")
    strangers = lake.stranger.page(view, embed="1")
    editors = lake.ada.page(view, embed="1")
    assert editors.content == strangers.content
    assert SECRET not in editors.text and "ada" not in editors.text
    for got in (editors, strangers):
        assert "set-cookie" not in got.headers
        assert "no-store" not in got.headers["cache-control"]
    with_token = lake.ada.client.get(f"{view}?embed=1", headers={"Authorization": "Bearer wrong"})
    assert with_token.content == strangers.content


def test_everything_else_stays_unframed(lake: Lake) -> None:
    lake.ada.state()
    for address in (
        *VIEWS,
        "/n/lake?embed=0",
        "/n/lake?embed=",
        "/?embed=1",
        "/n/lake/parties/north?embed=1",
        "/n/lake/common-ground?embed=1",
        "/n/lake/about?embed=1",
        "/positions/1?embed=1",
        "/login?embed=1",
        "/search?q=lake&embed=1",
    ):
        got = lake.stranger.page(address)
        assert got.status_code == 200, address
        assert "frame-ancestors 'none'" in got.headers["content-security-policy"], address
        assert 'target="_blank"' not in got.text, address
    for address, status in (
        ("/n/nowhere?embed=1", 404),
        ("/n/lake?embed=1&as_of=never", 422),
        ("/n/lake?embed=2", 422),
        ("/n/lake/issues/quota?embed=yes", 422),
        ("/n/lake/cells/north/quota?embed=1&embed=true", 422),
        ("/n/lake/export.csv?embed=1", 422),
        ("/api/v1/negotiations/lake/matrix?embed=1", 422),
    ):
        got = lake.stranger.page(address)
        assert got.status_code == status, address
        assert "frame-ancestors 'none'" in got.headers["content-security-policy"], address


def test_it_is_answered_304_with_its_own_policy(lake: Lake) -> None:
    first = lake.stranger.page("/n/lake?embed=1")
    for desk in (lake.stranger, lake.ada):
        headers = {"If-None-Match": first.headers["etag"]}
        headers |= {"Cookie": desk.cookie} if desk.cookie else {}
        again = desk.client.get("/n/lake?embed=1", headers=headers)
        assert again.status_code == 304
        assert "frame-ancestors *" in again.headers["content-security-policy"]
    head = lake.stranger.browse("HEAD", "/n/lake?embed=1")
    assert head.status_code == 200 and not head.content
    assert head.headers["etag"] == first.headers["etag"]


def test_the_page_and_its_embedded_view_are_kept_apart(lake: Lake) -> None:
    for _ in range(2):
        assert "<header" in lake.stranger.page("/n/lake").text
        assert "<header" not in lake.stranger.page("/n/lake", embed="1").text
        assert "<header" not in lake.ada.page("/n/lake", embed="1").text


def test_the_links_of_parts_lead_to_the_whole_page() -> None:
    assert wants_embedding(b"a=b&embed=1&embed=")
    assert wants_embedding(b"%65mbed=1")
    assert not wants_embedding(b"embed=1&embed=0")
    assert not wants_embedding(b"q=embed=1")
    markup = (
        '<a href="/x?a=&quot;&gt;" data-hx-get="/x" rel="noopener noreferrer"><abbr>a</abbr></a>'
    )
    assert outward(markup) == (
        '<a href="/x?a=&quot;&gt;" rel="noopener noreferrer" target="_blank"><abbr>a</abbr></a>'
    )
