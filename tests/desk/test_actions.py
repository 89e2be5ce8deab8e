"""Count what a position at the desk takes, besides the words that are typed."""

import re

from playwright.sync_api import Browser, expect

from tests.desk.test_desk_in_a_browser import Hands
from tests.support.live import Live, tab

DESK = "/n/lake/desk/1"


def test_by_mouse_it_takes_eight_actions_at_most(live: Live, browser: Browser) -> None:
    with tab(browser, live) as page:
        page.goto(DESK)
        hands = Hands(page)
        hands.click("a[data-candidate]")
        expect(page.locator("#position-form")).to_contain_text("verified")
        page.locator("#field-issue").select_option("quota")
        hands.clicks += 2  # open the list and choose
        hands.click("[name=o-q40][value=prefers]")
        hands.click(".firms label:has([value=demand])")
        hands.click("[name=summary]")
        page.keyboard.type("Сорок відсотків.")
        hands.click("[data-publish]")
        page.wait_for_url(re.compile("saved="))
        assert hands.clicks <= 8 and hands.keys == 0
    [position] = live.ada.get("/positions").data
    assert position["attitudes"] == {"q40": "prefers"} and position["firmness"] == "demand"
    assert position["summary"] == "Сорок відсотків." and position["party"] == "north"


def test_by_keyboard_it_takes_nine_keys_at_most(live: Live, browser: Browser) -> None:
    with tab(browser, live) as page:
        page.goto(DESK)
        hands = Hands(page)
        hands.press("c", "Enter")
        expect(page.locator("#field-issue")).to_be_focused()
        page.keyboard.type("Wa")
        expect(page.locator("[name=o-q40]").first).to_be_visible()
        hands.press("Enter")
        expect(page.locator("[name=o-q20][value='']")).to_be_focused()
        hands.press("r", "2", "s")
        page.keyboard.type("Typed.")
        hands.press("Control+Enter")
        page.wait_for_url(re.compile("saved="))
        assert hands.keys <= 9 and hands.clicks == 0
    [position] = live.ada.get("/positions").data
    assert position["attitudes"] == {"q20": "rejects"} and position["firmness"] == "demand"
    assert position["summary"] == "Typed."


def test_a_party_named_nearby_is_chosen_by_one_click(live: Live, browser: Browser) -> None:
    text = "Nobody of note spoke. Southshore waits.\n\n“No water, no deal,” a voice said."
    source = live.ada.source(text=text, title="Small")
    with tab(browser, live) as page:
        page.goto(f"/n/lake/desk/{source['id']}")
        page.locator("a[data-words-start]").last.click()
        page.locator("[name=summary]").fill("typed")
        options = page.locator("#field-attitudes")
        before = options.bounding_box()
        page.get_by_role("button", name="Southshore").click()
        expect(page.locator("[name=party]")).to_have_value("south")
        expect(page.locator("[name=summary]")).to_have_value("typed")
        expect(page.locator(".near button")).to_have_attribute("aria-pressed", "true")
        assert options.bounding_box() == before  # what a hand is about to click stays where it is


def test_a_new_party_and_issue_on_the_way_take_six_more(live: Live, browser: Browser) -> None:
    with tab(browser, live) as page:
        page.goto(DESK)
        hands = Hands(page)
        hands.click("a[data-candidate]")
        expect(page.locator("#position-form")).to_contain_text("verified")
        hands.click("#choose-party summary")
        expect(page.locator("[name=new-party-name]")).to_be_focused()
        page.keyboard.type("Westshore")
        hands.press("Enter")
        expect(page.locator("#field-party")).to_have_value("westshore")
        hands.click("#choose-issue summary")
        expect(page.locator("[name=new-issue-title]")).to_be_focused()
        page.keyboard.type("Fish ladders")
        hands.click("[name=new-issue-options]")
        page.keyboard.type("At one weir\nAt both")
        hands.click(".adding[open] button")
        expect(page.locator("#field-issue")).to_have_value("fish-ladders")
        hands.click("[name=o-at-both][value=prefers]")
        hands.click(".firms label:has([value=demand])")
        hands.click("[data-publish]")
        page.wait_for_url(re.compile("saved="))
        assert hands.clicks + hands.keys <= 8 + 6
    [position] = live.ada.get("/positions", party="westshore").data
    assert position["issue"] == "fish-ladders" and position["attitudes"] == {"at-both": "prefers"}
