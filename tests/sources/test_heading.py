"""Test what the head of a text suggests about its source, and that it is only suggested."""

from datetime import date

import pytest
from playwright.sync_api import Browser, expect

from app.sources.heading import suggested
from tests.sources.test_pages import send, values
from tests.support.fixtures import Lake
from tests.support.live import Live, tab

TODAY = date(2026, 3, 1)
GAZETTE = (
    "Ondrake tells what Dorrin will sign\n\nAmary Gazette, 25 January 2024. By Lio Marsh\n\nThe"
    " minister came to the Assembly with a list.\n"
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            GAZETTE,
            {
                "title": "Ondrake tells what Dorrin will sign", "publisher": "Amary Gazette",
                "author": "Lio Marsh", "published_on": "2024-01-25",
            },
        ),
        (
            "«Ми просимо порядку»\n\nОзерний вісник, 20 березня 2024 року\n\nГанна Дрей приймає.",
            {
                "title": "«Ми просимо порядку»", "publisher": "Озерний вісник",
                "published_on": "2024-03-20",
            },
        ),
        (
            "Talks resume at last\nHarbour News | March 11, 2025\n\nThey met.",
            {
                "title": "Talks resume at last", "publisher": "Harbour News",
                "published_on": "2025-03-11",
            },
        ),
        # A place is no publisher, a sentence no headline, a day of two readings or to come no date.
        ("Kyiv, 11 March 2025 – The President said so today.", {"published_on": "2025-03-11"}),
        *(
            (f"PORT AMARY, 11 March 2025 {dash} The ministry will not wait{much}.",
             {"published_on": "2025-03-11"})
            for dash in "–—" for much in ("", " any longer, and says why" * 8)
        ),
        # A day in the middle of a text is not that of its publication.
        ("They met in the port on 11 March 2025 and said" + " again" * 30 + " that they will.", {}),
        ("We met and said no.\n\n3/4/2025\n", {}),
        ("They will meet\n\nOn 11 March 2031, we hear", {"title": "They will meet"}),
        ("Two days\n\nFrom 11 March 2025 to 12 March 2025.", {"title": "Two days"}),
        ("lower case begins\n\nno headline", {}),
        ("", {}),
    ],
)  # fmt: skip
def test_only_what_looks_like_a_headline_or_a_dateline_counts(
    text: str, found: dict[str, str]
) -> None:
    assert suggested(text, today=TODAY) == found


def test_a_publisher_that_is_known_is_told_from_a_place(lake: Lake) -> None:
    text = "Gauges are read\n\nKurier, 5 March 2025\n\nText."
    assert "publisher" not in suggested(text, today=TODAY)
    assert suggested(text, today=TODAY, publishers=["Kurier"])["publisher"] == "Kurier"
    lake.ada.source(url="https://www.kurier.example/1", publisher="The Kurier")
    body = {"text": "No head.", "url": "https://kurier.example/2"}
    headers = {"Authorization": f"Bearer {lake.ada.token}"}
    answer = lake.ada.client.post("/sources/suggestions", data=body, headers=headers)
    assert answer.json() == {"publisher": ["publisher", "The Kurier"]}
    assert lake.vic.browse("POST", "/sources/suggestions", data=body).status_code == 403


def test_without_javascript_they_are_shown_before_anything_is_saved(lake: Lake) -> None:
    typed = {"text": GAZETTE, "url": "https://gazette.example/1", "publisher": "Mine"}
    shown = send(lake.ada, "/sources/new", typed)
    assert shown.status_code == 200 and "Nothing is saved yet" in shown.text
    got = values(shown)
    assert got["title"] == "Ondrake tells what Dorrin will sign" and got["publisher"] == "Mine"
    assert got["published_on"] == "25 January 2024"
    assert len(lake.ada.get("/sources").data) == 1
    assert send(lake.ada, "/sources/new", got | {"title": "Another"}).status_code == 303
    assert "Another" in [s["title"] for s in lake.ada.get("/sources").data]
    file = send(lake.ada, "/sources/new", {"url": ""}, file=("a.txt", GAZETTE.encode()))
    assert values(file)["title"].startswith("Ondrake") and "please check" in file.text


def test_they_appear_when_a_text_is_pasted_and_leave_what_was_typed(
    live: Live, browser: Browser
) -> None:
    with tab(browser, live) as page:
        page.goto("/sources/new?negotiation=lake")
        page.locator("[name=publisher]").fill("Typed")
        page.locator("[name=text]").focus()
        page.keyboard.insert_text(GAZETTE)
        expect(page.locator("[name=title]")).to_have_value("Ondrake tells what Dorrin will sign")
        expect(page.locator("[name=publisher]")).to_have_value("Typed")
        expect(page.locator("#suggested")).to_contain_text("please check: title, published on")
        expect(page.locator("[name=text]")).to_be_focused()
        expect(page.locator(".suggested [name=title]")).to_have_count(1)
        page.locator("[name=title]").fill("Changed")
        expect(page.locator(".suggested [name=title]")).to_have_count(0)
