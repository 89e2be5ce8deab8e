"""Test code book, coverage and review in a real browser: without scripts, by keyboard, with axe."""

import pytest
from playwright.sync_api import Browser, expect

from tests.support.factories import position
from tests.support.live import Live, tab
from tests.support.looks import WAYS, looks_well

pytestmark = pytest.mark.browser

BOOK = "/n/lake/code-book"


def test_an_issue_is_renamed_by_keyboard_without_scripts(live: Live, browser: Browser) -> None:
    with tab(browser, live, java_script_enabled=False) as page:
        page.goto(BOOK)
        page.get_by_role("link", name="Water quota").focus()
        page.keyboard.press("Enter")
        page.get_by_label("Title").focus()
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type("Shares of the water")
        page.keyboard.press("Enter")  # too early: the reason is missing
        expect(page.get_by_role("alert")).to_contain_text("Enter a reason for the change")
        page.get_by_role("alert").get_by_role("link").focus()
        page.keyboard.press("Enter")
        page.get_by_label("Reason for the change (public)").focus()
        page.keyboard.type("It is about shares")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name="Shares of the water")).to_be_visible()
    assert live.ada.get("/negotiations/lake/issues/quota").data["title"] == "Shares of the water"


def test_options_are_merged_without_scripts(live: Live, browser: Browser) -> None:
    torn = live.ada.post(
        "/positions", position(attitudes={"q40": "prefers", "q30": "rejects"})
    ).data["id"]
    with tab(browser, live, java_script_enabled=False) as page:
        page.goto(f"{BOOK}/issues/quota/options/q40")
        page.get_by_role("link", name="Merge it into another option").click()
        page.get_by_label("Into").select_option("q30")
        page.get_by_role("button", name="Preview").click()
        page.get_by_label("Reason for the change (public)").fill("Said in one breath")
        page.get_by_role("button", name="Merge into “30 %”").click()
        expect(page.get_by_role("alert")).to_contain_text("needs a decision")
        page.get_by_role("radio", name="prefers").check()
        page.get_by_role("button", name="Merge into “30 %”").click()
        expect(page.get_by_role("heading", name="Water quota")).to_be_visible()
    data = live.ada.get(f"/positions/{torn}").data
    assert (data["attitudes"], data["action"]) == ({"q30": "prefers"}, "recoded")


def test_parties_are_merged_and_split_again_without_scripts(live: Live, browser: Browser) -> None:
    number = live.ada.post("/positions", position()).data["id"]
    with tab(browser, live, java_script_enabled=False) as page:
        page.goto(f"{BOOK}/parties/north")
        page.get_by_role("link", name="Merge it into another party").click()
        page.get_by_label("The party that stays").select_option("south")
        page.get_by_role("button", name="Preview").click()
        expect(page.get_by_role("heading", name="1 position of")).to_be_visible()
        page.get_by_label("Reason for the change (public)").fill("They are one")
        page.get_by_role("button", name="Merge").click()
        expect(page.get_by_text("Merged into")).to_be_visible()
        assert live.ada.get(f"/positions/{number}").data["status"] == "retracted"
        page.get_by_role("link", name="split Southshore").click()
        page.get_by_label("Reason for the change (public)").fill("They are two after all")
        page.get_by_role("button", name="Split").click()
        expect(page.get_by_text("Merged into")).to_be_hidden()
    data = live.ada.get(f"/positions/{number}").data
    assert (data["status"], data["party"], data["action"]) == ("published", "north", "restored")


@WAYS
def test_axe_finds_nothing(live: Live, browser: Browser, scheme: str, width: int) -> None:
    number = live.ada.post(
        "/positions", position(status="draft", attitudes={"q40": "prefers"})
    ).data["id"]
    pages = [
        BOOK, f"{BOOK}/negotiation", f"{BOOK}/parties/north", f"{BOOK}/parties/new",
        f"{BOOK}/parties/north/merge?into=south", f"{BOOK}/parties/north/split",
        f"{BOOK}/issues/quota", f"{BOOK}/issues/quota/options/q40/merge?into=q30",
        f"{BOOK}/issues/quota/options/q40/split", "/n/lake/issues/quota/options/q40",
        "/n/lake/coverage", "/n/lake/looks/new", "/n/lake/review", f"/positions/{number}/review",
        "/n/lake/double-coding", "/n/lake/drafts", "/negotiations/new",
    ]  # fmt: skip
    with tab(browser, live, color_scheme=scheme, viewport={"width": width, "height": 900}) as page:
        for path in pages:
            page.goto(path)
            looks_well(page)
