"""Test the form in a real browser: by keyboard, without scripts, and where text could be lost."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.support.factories import NOWHERE, TWICE, WORDS, position, quote
from tests.support.live import PASSWORD, Live, tab
from tests.support.looks import WAYS, looks_well

pytestmark = pytest.mark.browser

NEW = "/n/lake/positions/new"
FILLED = f"{NEW}?party=north&issue=quota&source=1&exact={WORDS}"
SAVED = re.compile(r"/positions/\d+/saved")


class Keyboard:
    """A keyboard that counts its keys and moves by Tab alone, like a user without a mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed = 0
        self.typed = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.typed += len(text)

    def tab_to(self, field: str, back: bool = False) -> None:
        for _ in range(80):
            if (
                self.page.evaluate("document.activeElement.id || document.activeElement.name || ''")
                == field
            ):
                return
            self.press("Shift+Tab" if back else "Tab")
        raise AssertionError(f"Tab does not lead to {field}")


def published(live: Live, number: int = 1) -> dict[str, Any]:
    return live.ada.get(f"/positions/{number}").data


def count(live: Live) -> int:
    return len(live.ada.get("/positions").data)


def fill(page: Page) -> None:
    page.get_by_label("Speaker empty if").fill("Mara Venn")
    page.get_by_role("radio", name="prefers 40 %").check()
    page.get_by_role("radio", name="Demand").check(force=True)
    page.get_by_label("Summary").fill("All forty.")


def publish(page: Page) -> None:
    page.get_by_role("button", name="Publish").click()


def as_filled(found: dict[str, Any]) -> None:
    assert found["attitudes"] == {"q40": "prefers"}
    assert (found["party"], found["issue"], found["firmness"]) == ("north", "quota", "demand")
    assert (found["summary"], found["status"]) == ("All forty.", "published")
    [kept] = found["quotes"]
    assert (kept["exact"], kept["verification"], kept["speaker"]["name"]) == (
        WORDS,
        "verified",
        "Mara Venn",
    )


def test_a_position_by_keyboard_alone(
    browser: Browser, live: Live, record_property: Callable[[str, object], None]
) -> None:
    with tab(browser, live) as page:
        page.goto(f"{NEW}?party=north&issue=quota")
        keys = Keyboard(page)
        keys.tab_to("field-q-0-source")
        keys.type("talks")
        keys.press("Tab")
        keys.type(WORDS)
        expect(page.locator("#check-0")).to_contain_text("verified")
        keys.tab_to("field-q-0-speaker")
        keys.type("Mara Venn")
        keys.tab_to("o-q20")
        keys.tab_to("o-q40")
        keys.press("ArrowRight")  # from "not stated" on to the first, "prefers"
        keys.tab_to("firmness")
        keys.press("ArrowLeft", "ArrowLeft", "ArrowLeft")
        keys.press("Tab")
        keys.type("All forty.")
        keys.press("Control+Enter")
        page.wait_for_url(SAVED)
        record_property("keys", keys.pressed)
        print(f"keyboard alone: {keys.pressed} keys and {keys.typed} characters typed")
        assert keys.pressed < 60
    as_filled(published(live))


def test_an_issue_chosen_while_another_is_on_its_way_stays_chosen(
    browser: Browser, live: Live
) -> None:
    """A list answers each letter typed: what the server says of the first one comes too late."""
    with tab(browser, live) as page:
        page.goto(f"{NEW}?party=north")
        held: list[Route] = []
        page.route(f"**{NEW}", lambda sent: held.append(sent) if not held else sent.continue_())
        issue = page.locator("#field-issue")
        issue.focus()
        page.keyboard.press("ArrowDown")
        expect(issue).to_have_value("quota")
        page.keyboard.press("ArrowDown")
        for late in held:
            late.continue_()
        expect(page.locator("#field-attitudes [name='o-closed']").first).to_be_attached()
        expect(issue).to_have_value("dam")
        expect(issue).to_be_focused()


def test_the_same_without_scripts(browser: Browser, live: Live) -> None:
    with tab(browser, live, java_script_enabled=False) as page:
        page.goto(NEW)
        page.get_by_label("Party").select_option("Northshore")
        page.get_by_label("Issue").select_option("Water quota")
        page.get_by_role("button", name="Show its options").click()
        page.get_by_label("Source title, publisher or address").fill("talks")
        page.get_by_label("Quote exactly as in the source").fill(WORDS)
        page.get_by_role("button", name="Check the quote").click()
        expect(page.locator(".settled .ok").first).to_contain_text(
            "verified · characters 20 to 66 · occurs once"
        )
        fill(page)
        publish(page)
        expect(page.get_by_role("heading", level=1)).to_contain_text("Published")
    as_filled(published(live))


def test_the_words_are_checked_while_they_are_typed(browser: Browser, live: Live) -> None:
    with tab(browser, live) as page:
        page.goto(f"{NEW}?party=north&issue=quota&source=1")
        words = page.get_by_label("Quote exactly as in the source")
        words.fill(WORDS.replace("forty", "fourty"))
        check = page.locator("#check-0")
        expect(check).to_contain_text("does not occur")
        expect(check.locator("del")).to_have_text("fourty")
        page.get_by_role("button", name="Use this passage").click()
        expect(words).to_have_value(WORDS)
        expect(words).to_be_focused()
        expect(check).to_contain_text("verified · characters 20 to 66")
        words.fill(TWICE)
        expect(check).to_contain_text("more than once")
        page.get_by_label("Date stated").fill("march 2025")
        expect(page.locator("#span")).to_contain_text("March 2025")
        page.get_by_label("Date stated").fill("3/4/2025")
        page.get_by_label("Issue").focus()
        page.get_by_label("Issue").select_option("The dam")
        expect(page.get_by_role("radio", name="prefers Shared")).to_be_visible()
        expect(page.get_by_label("Issue")).to_be_focused()
        expect(page.get_by_label("Date stated")).to_have_value("3/4/2025")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_mistake_keeps_everything_and_gets_the_focus(
    browser: Browser, live: Live, scripts: bool
) -> None:
    with tab(browser, live, java_script_enabled=scripts) as page:
        page.goto(FILLED)
        fill(page)
        page.get_by_label("Date stated").fill("3/4/2025")
        publish(page)
        expect(page).to_have_title(re.compile("^Error: New position"))
        problem = page.get_by_role("alert")
        if scripts:
            expect(problem).to_be_focused()
        problem.get_by_role("link").click()
        expect(page.get_by_label("Date stated")).to_be_focused()
        expect(page.get_by_label("Speaker empty if")).to_have_value("Mara Venn")
        expect(page.get_by_role("radio", name="prefers 40 %")).to_be_checked()
        page.get_by_label("Date stated").fill("3 April 2025")
        publish(page)
        page.wait_for_url(SAVED)
    as_filled(published(live))
    assert published(live)["stated_on"] == "2025-04-03"


@pytest.mark.parametrize("scripts", [True, False])
def test_two_editors_on_one_record(browser: Browser, live: Live, scripts: bool) -> None:
    live.ada.post("/positions", position(summary="Old", quotes=[quote()]))
    with (
        tab(browser, live, java_script_enabled=scripts) as mine,
        tab(browser, live, "bo") as theirs,
    ):
        for page, summary in ((mine, "Mine"), (theirs, "Theirs")):
            page.goto("/positions/1/correct")
            page.get_by_label("Summary").fill(summary)
            page.get_by_label("Reason for the correction (public)").fill(f"{summary} is right")
        theirs.get_by_role("radio", name="Red line").check(force=True)
        theirs.get_by_role("button", name="Save the correction").click()
        theirs.wait_for_url(SAVED)
        mine.get_by_role("radio", name="rejects 20 %").check()
        mine.get_by_role("button", name="Save the correction").click()
        expect(mine.get_by_role("heading", level=1)).to_have_text("Somebody else saved this first")
        expect(mine.get_by_role("table")).to_contain_text("Theirs")
        expect(mine.get_by_role("table")).to_contain_text("Mine")
        mine.get_by_role("radio", name="Summary: take theirs").check()
        mine.get_by_role("button", name="Save this choice").click()
        mine.wait_for_url(SAVED)
    found = published(live)
    assert (found["version"], found["summary"], found["firmness"]) == (3, "Theirs", "red_line")
    assert found["attitudes"] == {"q20": "rejects", "q40": "prefers"}
    assert found["reason"] == "Mine is right"


@pytest.mark.parametrize("scripts", [True, False])
def test_a_sign_in_that_runs_out(browser: Browser, live: Live, scripts: bool) -> None:
    live.set_password("ada")
    with tab(browser, live, java_script_enabled=scripts) as page:
        page.goto(FILLED)
        fill(page)
        live.end_sign_ins()
        publish(page)
        expect(page.get_by_text("nothing that you typed is lost")).to_be_visible()
        assert count(live) == 0
        sent: list[str] = []
        page.on("request", lambda request: sent.append(f"{request.url} {request.post_data}"))
        page.get_by_label("Name").fill("ada")
        page.get_by_label("Password").fill("wrong " + PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        if not scripts:
            page.get_by_role("button", name="Continue with what you typed").click()
        expect(page.get_by_label("Summary")).to_have_value("All forty.")
        assert count(live) == 0
        assert not [one for one in sent if "/login" not in one and "battery" in one]
        publish(page)
        page.wait_for_url(SAVED)
    as_filled(published(live))


@pytest.mark.parametrize("scripts", [True, False])
def test_a_double_press_writes_once(browser: Browser, live: Live, scripts: bool) -> None:
    with tab(browser, live, java_script_enabled=scripts) as page:
        page.goto(FILLED)
        fill(page)
        page.get_by_role("button", name="Publish").dblclick()
        page.wait_for_url(SAVED)
    assert count(live) == 1


@pytest.mark.parametrize("scripts", [True, False])
def test_back_keeps_what_was_typed_and_does_not_write_it_twice(
    browser: Browser, live: Live, scripts: bool
) -> None:
    with tab(browser, live, java_script_enabled=scripts) as page:
        page.goto(FILLED)
        fill(page)
        page.get_by_role("link", name="Drafts").click()
        page.wait_for_url("**/drafts")
        page.go_back()
        expect(page.get_by_label("Summary")).to_have_value("All forty.")
        expect(page.get_by_role("button", name="Restore what you typed")).to_be_hidden()
        expect(page.get_by_role("radio", name="prefers 40 %")).to_be_checked()
        publish(page)
        page.wait_for_url(SAVED)
        assert count(live) == 1
        page.go_back(wait_until="commit")
        expect(page.get_by_role("heading", level=2).first).to_be_visible()
        publish(page)
        expect(page.locator("body")).to_contain_text(
            re.compile("saved already|Published|There is a problem")
        )
    assert count(live) == 1


def test_a_lost_connection_loses_nothing(browser: Browser, live: Live) -> None:
    with tab(browser, live) as page:
        page.goto(FILLED)
        fill(page)
        page.get_by_role("button", name="Add another quote").click()
        page.get_by_label("Quote exactly as in the source").last.fill(TWICE)
        page.context.set_offline(True)
        publish(page)
        page.wait_for_timeout(300)
        page.context.set_offline(False)
        page.goto(f"{NEW}?party=south")
        page.get_by_role("button", name="Restore what you typed").click()
        expect(page.get_by_label("Summary")).to_have_value("All forty.")
        expect(page.get_by_label("Quote exactly as in the source").last).to_have_value(TWICE)
        page.get_by_role("button", name="Remove this quote").last.click()
        expect(page.get_by_role("button", name="Remove this quote")).to_have_count(0)
        publish(page)
        page.wait_for_url(SAVED)
        page.goto(NEW)
        expect(page.get_by_role("button", name="Restore what you typed")).to_be_hidden()
    as_filled(published(live))


def test_a_draft_is_gone_on_with_published_retracted_and_restored(
    browser: Browser, live: Live
) -> None:
    with tab(browser, live) as page:
        page.goto(f"{NEW}?party=north&issue=quota&source=1&exact={NOWHERE}")
        fill(page)
        publish(page)
        expect(page.get_by_role("alert")).to_contain_text("does not occur")
        page.get_by_role("button", name="Save as draft").click()
        page.wait_for_url(SAVED)
        assert published(live)["status"] == "draft"
        page.goto("/n/lake/drafts")
        page.get_by_role("link", name="Northshore on Water quota", exact=True).click()
        page.get_by_role("button", name="Correct this quote").click()
        page.get_by_label("Quote exactly as in the source").fill(WORDS)
        publish(page)
        page.wait_for_url(SAVED)
        as_filled(published(live))
        page.get_by_role("link", name="Position 1").click()
        page.get_by_role("link", name="Retract").click()
        page.get_by_label("Reason").fill("not said so")
        page.get_by_role("button", name="Retract").click()
        expect(page.get_by_text("not said so").first).to_be_visible()
        assert published(live)["status"] == "retracted"
        page.get_by_role("link", name="Restore").click()
        page.get_by_label("Reason").fill("said so after all")
        page.get_by_role("button", name="Restore").click()
        page.wait_for_url("**/positions/1?told=restored")
    found = published(live)
    assert (found["status"], found["action"], found["reason"]) == (
        "published",
        "restored",
        "said so after all",
    )


def test_the_way_from_an_empty_cell_and_on_to_a_move(browser: Browser, live: Live) -> None:
    with tab(browser, live) as page:
        page.goto("/n/lake")
        page.get_by_role("link", name="Add a position of Northshore on Water quota").click()
        expect(page.get_by_label("Party")).to_have_value("north")
        page.get_by_label("Source title, publisher or address").fill("talks")
        page.get_by_label("Quote exactly as in the source").fill(WORDS)
        fill(page)
        publish(page)
        page.wait_for_url(SAVED)
        page.goto("/n/lake/cells/north/quota")
        page.get_by_role("link", name="Add a newer position").click()
        expect(page.get_by_role("checkbox", name="still holds")).to_be_checked()
        page.get_by_role("radio", name="accepts 30 %").check()
        page.get_by_label("Condition: 30 %").fill("only if the dam stays")
        page.get_by_label("Date stated").fill("20 May 2024")
        publish(page)
        page.wait_for_url(SAVED)
    found = published(live, 2)
    assert found["attitudes"] == {"q30": "accepts", "q40": "prefers"}
    assert found["conditions"] == {"q30": "only if the dam stays"}
    assert found["quotes"][0]["id"] == published(live)["quotes"][0]["id"]


@WAYS
def test_it_looks_well(browser: Browser, live: Live, scheme: str, width: int) -> None:
    live.ada.post(
        "/positions",
        position(conditions={"q40": "only if so"}, quotes=[quote(speaker="Mara Venn")]),
    )
    live.ada.post("/positions", position(party="south", status="draft", quotes=[]))
    window = {"width": width, "height": 900}
    with tab(browser, live, viewport=window, color_scheme=scheme) as page:
        for path in (
            NEW,
            FILLED,
            "/positions/1/move",
            "/positions/1/retract",
            "/n/lake/drafts",
            "/n/lake",
        ):
            page.goto(path)
            looks_well(page)
        page.goto("/positions/1/correct")
        page.get_by_role("button", name="Add another quote").click()
        page.get_by_label("Quote exactly as in the source").fill(NOWHERE)
        page.get_by_label("Source title, publisher or address").fill("talks")
        page.get_by_label("Date stated").fill("3/4/2025")
        page.get_by_role("radio", name="rejects 20 %").check()
        expect(page.locator("#check-1")).to_contain_text("Closest passage")
        for details in page.locator("details").all():
            details.evaluate("one => (one.open = true)")
        looks_well(page)
        page.get_by_role("button", name="Save the correction").click()
        expect(page).to_have_title(re.compile("^Error"))
        looks_well(page)
        page.get_by_role("button", name="Remove this quote").click()
        expect(page.get_by_role("button", name="Remove this quote")).to_have_count(0)
        page.get_by_label("Date stated").fill("14 May 2024")
        page.get_by_label("Reason for the correction (public)").fill("this")
        live.bo.patch("/positions/1", {"firmness": "open"})
        page.get_by_role("button", name="Save the correction").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Somebody else saved this first")
        looks_well(page)
        page.get_by_role("button", name="Save this choice").click()
        page.wait_for_url(SAVED)
        looks_well(page)
