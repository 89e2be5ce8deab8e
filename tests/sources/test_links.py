"""Test links of quotes through the API: made when a quote is checked, stored with the result."""

from typing import Any
from urllib.parse import unquote

import pytest
from selectolax.lexbor import LexborHTMLParser
from typer.testing import CliRunner

from app.cli.main import cli
from tests.sources import make
from tests.sources.test_pages import send, values
from tests.support.factories import Desk, quote
from tests.support.fixtures import Lake
from tests.support.worlds import connect

TYPED = "They take 40 - and not one - drop"
PRINTED = "They take 40 — and not one — drop"
ARTICLE = """<!doctype html><html lang="en"><head><title>Talks</title></head><body><article>\
<h1>Talks on the lake</h1>
<p>The envoy said <q>we are ready to sign</q> and left. He will <svg width="9"></svg>be back on \
Monday, she said.</p>
<p>More was said on that day, by many people, in many rooms, and none of it is of any interest to \
anybody.</p>
</article></body></html>"""


def upload(desk: Desk, name: str, data: bytes, url: str, **typed: str) -> int:
    """Upload a file with the form, check its text, and save it; return the source's id."""
    shown = values(send(desk, "/sources/new", {"url": url, "title": "Talks"}, (name, data)))
    saved = send(desk, "/sources/new", {**shown, "title": "Talks", "published_on": "", **typed})
    assert saved.status_code == 303, saved.text
    return int(saved.headers["location"].rpartition("/")[2])


def said(made: dict[str, Any]) -> str:
    return unquote(made["link"].partition(":~:")[2])


def test_a_text_put_on_file_gives_the_link_its_words(lake: Lake) -> None:
    source = lake.ada.source()["id"]
    number = lake.ada.state(quotes=[quote(TYPED, source)])["id"]
    before = lake.stranger.get(f"/positions/{number}")
    assert said(before.data["quotes"][0]) == f"text={TYPED}"
    lake.ada.patch(f"/sources/{source}", {"text": f"Nothing else. {PRINTED}, she said."})
    after = lake.stranger.get(f"/positions/{number}").data["quotes"][0]
    assert said(after) == f"text={PRINTED}"
    then = lake.stranger.get(f"/positions/{number}", known_at=before.meta["known_at"])
    assert then.raw_data == before.raw_data
    checked = [e for e in lake.stranger.get("/changes", limit=500).data if e["action"] == "checked"]
    assert checked[-1]["data"]["checks"][0]["link"] == after["link"]
    for path in (
        "/n/lake/cells/north/quota",
        f"/quotes/{after['id']}",
        "/n/lake/feed.atom",
        "/n/lake/export.csv",
    ):
        assert after["link"] in lake.stranger.page(path).text.replace("&amp;", "&")


def test_a_pdf_opens_at_its_page(lake: Lake) -> None:
    data = make.pdf_of_pages("Nothing is said here.", "We open the gates at noon.")
    source = upload(lake.ada, "a.pdf", data, "https://lake.example/a.pdf")
    [made] = lake.ada.state(quotes=[quote("We open the gates", source)])["quotes"]
    assert made["link"] == "https://lake.example/a.pdf#page=2:~:text=We%20open%20the%20gates"
    assert made["page"] == 2


def test_what_a_browser_draws_but_does_not_search_is_in_no_link(lake: Lake) -> None:
    source = upload(lake.ada, "a.html", ARTICLE.encode(), "https://lake.example/a")
    words = (
        "said “we are ready to sign” and left",
        "“we are ready to sign”",
        "He will be back on Monday",
    )
    made = lake.ada.state(quotes=[quote(w, source) for w in words])["quotes"]
    assert [said(q) for q in made] == [
        "text=said,and left",
        "text=we are ready to sign",
        "text=He will,be back on Monday",
    ]
    other = upload(
        lake.ada, "a.html", ARTICLE.encode(), "https://lake.example/b", text="He will be back."
    )
    [made] = lake.ada.state(quotes=[quote("He will be back", other)])["quotes"]
    assert said(made) == "text=He will be back", "the text is not the file's any more"


def test_a_page_says_where_a_browser_cannot_jump(lake: Lake) -> None:
    same = "the same words over and over " * 6
    text = f"One. {same}No deal. {same}End.\n\nTwo. {same}No deal. {same}End."
    source = lake.ada.source(text=text)["id"]
    [made] = lake.ada.state(quotes=[quote("No deal.", source, prefix=f"Two. {same}")])["quotes"]
    assert made["verification"] == "verified" and made["link"] == made["source"]["url"]
    proof = LexborHTMLParser(lake.stranger.page(f"/quotes/{made['id']}").text).css_first(".proof")
    assert proof is not None and "The browser cannot jump to these words" in proof.text()


def test_links_of_older_checks_are_made_anew(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    source = lake.ada.source(text=PRINTED)["id"]
    [made] = lake.ada.state(quotes=[quote(TYPED, source)])["quotes"]
    with connect(lake.database.owner_url) as connection:
        connection.execute("ALTER TABLE quote_check DISABLE TRIGGER USER")
        connection.execute("UPDATE quote_check SET fragment = 'text=old'")
    monkeypatch.setenv("DATABASE_URL", lake.database.url)
    # Read as an editor: a stranger's response stays cached until the command's NOTIFY arrives.
    assert lake.ada.get(f"/quotes/{made['id']}").data["link"].endswith("text=old")
    for recorded in (1, 0):
        done = CliRunner().invoke(cli, ["verify", "--record"])
        assert done.exit_code == 0 and f"Saved for {recorded} source" in done.stderr, done.stderr
        assert lake.ada.get(f"/quotes/{made['id']}").data["link"] == made["link"]
