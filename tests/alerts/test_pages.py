"""Test the pages: choose changes, save an alert, see every attempt, allow receivers."""

from collections.abc import Iterator
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from app.settings import Settings
from tests.alerts.conftest import Process, allow, ask
from tests.alerts.receiver import Receiver, always
from tests.proposals.conftest import proposer
from tests.support.factories import Desk
from tests.support.fixtures import SETTINGS, Lake

NEW = "/n/lake/alerts/new"


@pytest.fixture(autouse=True)
def _mail_is_set(lake: Lake) -> Iterator[None]:
    mail = {"smtp_url": "smtp://127.0.0.1:1", "mail_from": "parley@lake.example"}
    lake.app.state.settings = Settings(**{**SETTINGS.model_dump(), **mail})
    yield
    lake.app.state.settings = SETTINGS


def shown(desk: Desk, path: str, status: int = 200) -> LexborHTMLParser:
    got = desk.page(path)
    assert got.status_code == status, got.text
    return LexborHTMLParser(got.text)


def ticked(page: LexborHTMLParser) -> set[tuple[str, str]]:
    return {
        (str(box.attributes["name"]), str(box.attributes["value"]))
        for box in page.css("input[type=checkbox][checked]")
    }


def fill(**more: Any) -> dict[str, Any]:
    return {"tells": "moves", "channel": "mail", "address": "vic@lake.example"} | more


def test_a_stranger_gets_the_feed_of_a_filter(lake: Lake) -> None:
    lake.ada.state()
    lake.ada.state("south", "dam", attitudes={"open": "prefers"})
    page = shown(lake.stranger, f"{NEW}?party=north&kind=new&q=forty")
    assert ticked(page) == {("party", "north"), ("kind", "new")}
    assert not page.css("[name=address]") and "Sign in" in page.text()
    [feed] = [str(a.attributes["href"]) for a in page.css(".feed-address a")]
    assert feed.startswith("http://testserver/n/lake/feed.atom?")
    got = lake.stranger.client.get(feed)
    assert got.status_code == 200 and got.text.count("<entry>") == 1
    chosen = {"party": ["south"], "issue": ["dam"], "tells": "everything", "do": "feed"}
    sent = lake.stranger.browse("POST", NEW, data=chosen)
    assert sent.status_code == 303
    where = sent.headers["location"]
    assert where == f"{NEW}?party=south&issue=dam&tells=everything#feed"
    assert ticked(shown(lake.stranger, where)) == {("party", "south"), ("issue", "dam")}


def test_an_alert_is_saved_by_the_form(lake: Lake) -> None:
    chosen = fill(party=["north", "south"], option="quota/q40", kind="hardened", q="forty")
    got = lake.vic.browse("POST", NEW, data=chosen)
    assert (got.status_code, got.headers["location"]) == (303, "/alerts/1?told=saved")
    one = lake.vic.get("/alerts/1").data
    assert one["parties"] == ["north", "south"] and one["options"] == ["quota/q40"]
    assert (one["kinds"], one["words"], one["state"]) == (["hardened"], "forty", "unconfirmed")
    page = shown(lake.vic, "/alerts/1?told=saved")
    assert "confirm it there" in page.css_first("[role=status]").text()
    assert "Northshore" in shown(lake.vic, "/alerts").text()


WRONG = {
    "no address": ({"address": ""}, "address"),
    "no e-mail address": ({"address": "vic"}, "address"),
    "a receiver that nobody allows": (
        {"channel": "webhook", "address": "https://elsewhere.example/"}, "address"
    ),
    "a party that is not there": ({"party": "moon"}, "tells"),
    "kinds of everything": ({"tells": "everything", "kind": "moved"}, "tells"),
    "words that are none": ({"q": "!!"}, "q"),
    "no channel": ({"channel": "pigeon"}, "channel"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    lake: Lake, receiver: Receiver, name: str
) -> None:
    allow(lake, receiver)
    changed, field = WRONG[name]
    sent = fill(**({"party": "north"} | changed))
    got = lake.vic.browse("POST", NEW, data=sent)
    assert got.status_code == 422, got.text
    page = LexborHTMLParser(got.text)
    assert page.css_first(f"#error-{field}"), [e.text() for e in page.css(".error")]
    assert page.css_first("title").text().startswith("Error: ")
    assert page.css_first("#field-address").attributes["value"] == sent["address"]
    assert sent["party"] == "moon" or ("party", "north") in ticked(page)
    assert lake.vic.get("/alerts").data == []


def test_a_proposer_has_no_alerts(lake: Lake) -> None:
    pia = proposer(lake, "pia")
    body = {"negotiation": "lake", "channel": "mail", "address": "pia@lake.example"}
    assert pia.post("/alerts", body).status == 403
    assert pia.get("/alerts").status == 403


def test_nobody_sees_or_changes_the_alert_of_another(lake: Lake, receiver: Receiver) -> None:
    allow(lake, receiver)
    number = ask(lake.vic, receiver).data["id"]
    for desk in (lake.bo, lake.root):
        assert desk.get(f"/alerts/{number}").status == 404
        assert desk.get(f"/alerts/{number}/deliveries").status == 404
        assert desk.post(f"/alerts/{number}/act", {"do": "end"}).status == 404
        assert desk.page(f"/alerts/{number}").status_code == 404
        ended = desk.browse("POST", f"/alerts/{number}", data={"do": "end"})
        assert ended.status_code == 404
        assert desk.get("/alerts").data == []
    assert lake.vic.get(f"/alerts/{number}").data["state"] == "active"


def test_the_page_shows_every_attempt_and_lets_it_go_on(
    lake: Lake, receiver: Receiver, process: Process
) -> None:
    allow(lake, receiver)
    ask(lake.vic, receiver)
    receiver.answer = always(410)
    lake.ada.state()
    process.work()
    assert "wants no more" in shown(lake.vic, "/alerts").css_first("p.stopped").text()
    page = shown(lake.vic, "/alerts/1")
    assert "failed (410)" in page.css_first(".attempts").text()
    assert {b.attributes["value"] for b in page.css("button[name=do]")} >= {"resume", "skip", "end"}
    receiver.answer = always(204)
    got = lake.vic.browse("POST", "/alerts/1", data={"do": "resume"})
    assert got.headers["location"] == "/alerts/1?told=resume"
    process.work()
    assert "delivered (204)" in shown(lake.vic, "/alerts/1").css_first(".attempts").text()
    assert lake.vic.browse("POST", "/alerts/1", data={"do": "dance"}).status_code == 422
    assert lake.vic.browse("POST", "/alerts/1", data={"do": "end"}).status_code == 303
    assert lake.vic.browse("POST", "/alerts/1", data={"do": "end"}).status_code == 303
    assert lake.vic.browse("POST", "/alerts/1", data={"do": "resume"}).status_code == 409


ORIGINS = {
    "https://hooks.example.org": 303,
    "https://hooks.example.org:8443/": 303,
    "https://HOOKS.example": 303,
    "http://hooks.example.org": 422,
    "https://hooks.example.org/path": 422,
    "https://user@hooks.example.org": 422,
    "hooks.example.org": 422,
    "https://": 422,
    "https://a b": 422,
    "javascript:alert(1)": 422,
    "": 422,
}


@pytest.mark.parametrize("origin", ORIGINS)
def test_admins_allow_origins(lake: Lake, origin: str) -> None:
    got = lake.root.browse("POST", "/admin/alerts", data={"origin": origin})
    assert got.status_code == ORIGINS[origin], got.text
    page = shown(lake.root, "/admin/alerts")
    assert len(page.css(".rows code")) == (ORIGINS[origin] == 303)
    if ORIGINS[origin] == 303:
        there = page.css_first(".rows code").text()
        assert "webhooks allowed" in shown(lake.root, "/admin/users").text()
        again = lake.root.browse("POST", "/admin/alerts", data={"origin": origin})
        assert again.status_code == 409
        gone = lake.root.browse("POST", "/admin/alerts", data={"origin": there, "do": "remove"})
        assert gone.status_code == 303
        assert not shown(lake.root, "/admin/alerts").css(".rows code")


URLS = {
    "https://hooks.example.org/a?b=c": 201,
    "https://HOOKS.example.org/a": 201,
    "https://hooks.example.org:443/a": 201,
    "https://hooks.example.org:8443/a": 422,
    "http://hooks.example.org/a": 422,
    "https://hooks.example.org.evil.example/": 422,
    "https://hooks.example.org@evil.example/": 422,
    "https://evil.example\\@hooks.example.org/": 422,
    "https://evil.example#@hooks.example.org/": 422,
    "https://hooks.example.org/\r\nHost: evil.example": 422,
    "https://hooks.example.org/#part": 422,
    "ftp://hooks.example.org/": 422,
    "//hooks.example.org/": 422,
}


@pytest.mark.parametrize("url", URLS)
def test_webhooks_go_to_allowed_origins_only(lake: Lake, url: str) -> None:
    lake.root.browse("POST", "/admin/alerts", data={"origin": "https://hooks.example.org"})
    got = lake.vic.post("/alerts", {"negotiation": "lake", "channel": "webhook", "address": url})
    assert got.status == URLS[url], got.json


def test_pages_and_their_links_need_no_more_than_a_click(lake: Lake) -> None:
    for path in ("/n/lake", "/n/lake/changes?party=north", "/n/lake/issues/quota", "/n/lake/about"):
        links = [str(a.attributes["href"]) for a in shown(lake.stranger, path).css("a[href]")]
        [link] = [one for one in links if one.startswith(NEW)]
        assert shown(lake.stranger, link).css_first("h1").text() == "Tell me about changes"
