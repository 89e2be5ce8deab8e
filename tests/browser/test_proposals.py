"""Test the inbox of proposals in a real browser: by keyboard, without scripts, with axe."""

import time

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.proposals.bodies import correction, new_source, proposal
from tests.support.factories import OTHER_WORDS, position, quote
from tests.support.live import Live, tab
from tests.support.looks import WAYS, looks_well

pytestmark = pytest.mark.browser

INBOX = "/n/lake/proposals"
MANY = 50


def propose(live: Live, many: int) -> None:
    """Propose so many different positions for the lake."""
    bodies = [
        proposal(stated_on=f"2024-05-{1 + n // 4:02}", **way)
        for n in range(many)
        for way in [
            (
                {},
                {"issue": "dam"},
                {"party": "south", "quotes": [quote(OTHER_WORDS, speaker="Tol Ibarra")]},
                {"party": "south", "issue": "dam", "quotes": [quote(OTHER_WORDS)]},
            )[n % 4]
        ]
    ]
    assert live.ada.post("/proposals", {"proposals": bodies}).status == 201


def decide(page: Page, keys: str) -> int:
    """Decide about the proposal that has the focus; return how many keys it took."""
    focused = page.locator("[data-proposal]:focus")
    expect(focused).to_have_count(1)
    there = page.locator(f"#{focused.get_attribute('id')}")
    for key in keys:
        page.keyboard.press(key)
    expect(there).to_have_count(0)
    return len(keys)


def test_an_inbox_of_fifty_is_emptied_by_keyboard(live: Live, browser: Browser) -> None:
    propose(live, MANY)
    with tab(browser, live) as page:
        page.goto(INBOX)
        began, keys = time.monotonic(), 0
        for n in range(MANY):
            keys += decide(page, ("a", "r1", "a", "p", "r2")[n % 5])
        expect(page.get_by_text("The inbox is empty")).to_be_visible()
        print(f"{MANY} proposals, {keys} keys, {time.monotonic() - began:.1f} s of the machine")
    assert keys == MANY * 7 // 5
    states = [p["state"] for p in live.ada.get("/proposals", limit=200).data]
    assert [states.count(s) for s in ("accepted", "rejected", "put_off")] == [20, 20, 10]


def test_keys_go_from_one_to_the_next_and_are_letters_where_one_types(
    live: Live, browser: Browser
) -> None:
    propose(live, 3)
    with tab(browser, live) as page:
        page.goto(INBOX)
        expect(page.locator("#p-1")).to_be_focused()
        for key, focused in (("j", 2), ("j", 3), ("j", 3), ("k", 2)):
            page.keyboard.press(key)
            expect(page.locator(f"#p-{focused}")).to_be_focused()
        page.keyboard.press("x")
        expect(page.locator("#p-2").get_by_role("checkbox")).to_be_checked()
        page.locator("#reason-3").focus()
        page.keyboard.type("apprx")
        expect(page.locator("#reason-3")).to_have_value("apprx")
        page.locator("#p-2").focus()
        page.keyboard.press("r")
        page.keyboard.press("9")  # another reason: it has to be typed
        expect(page.locator("#reason-2")).to_be_focused()
        page.keyboard.type("It is a joke")
        page.keyboard.press("Enter")
        expect(page.locator("#p-2")).to_have_count(0)
        page.keyboard.press("m")
        expect(page.get_by_role("button", name="Publish")).to_be_visible()
    rejected = live.ada.get("/proposals/2").data
    assert (rejected["why"], rejected["reason"]) == ("other", "It is a joke")


def test_everything_works_without_scripts(live: Live, browser: Browser) -> None:
    propose(live, 4)
    with tab(browser, live, java_script_enabled=False) as page:
        page.goto(INBOX)
        page.locator("#p-1").get_by_role("button", name="Accept").click()
        expect(page.get_by_text("1 accepted.")).to_be_visible()
        page.locator("#why-2").select_option("torn")
        page.locator("#p-2").get_by_role("button", name="Reject").click()
        expect(page.get_by_text("1 rejected.")).to_be_visible()
        page.locator("#p-3").get_by_role("link", name="Mend").click()
        page.locator("input[name=firmness][value=open]").check()
        page.get_by_role("button", name="Publish").click()
        expect(page.get_by_text("1 accepted.")).to_be_visible()
        page.locator("#p-4").get_by_role("checkbox").check()
        page.locator("#several").get_by_role("button", name="Put off").click()
        expect(page.get_by_text("The inbox is empty")).to_be_visible()
    states = [p["state"] for p in live.ada.get("/proposals").data]
    assert states == ["put_off", "accepted", "rejected", "accepted"]


def test_a_reader_proposes_without_scripts(live: Live, browser: Browser) -> None:
    with tab(browser, live, "vic", java_script_enabled=False) as page:
        page.goto("/n/lake/cells/south/quota")
        page.get_by_role("link", name="Something is missing or wrong here").click()
        page.get_by_label("The exact words").fill("an insult to every farmer in our valley")
        page.get_by_label("Speaker", exact=True).fill("Tol Ibarra")
        page.get_by_label("Web address of the document").fill("https://news.example/lake")
        page.get_by_label("40 %").select_option("rejects")
        page.get_by_role("button", name="Propose").click()
        expect(page.get_by_role("alert")).to_contain_text("in the valley")
        page.get_by_label("The exact words").fill(OTHER_WORDS)
        page.get_by_role("button", name="Propose").click()
        expect(page.get_by_text("Thank you: it is proposed.")).to_be_visible()


@WAYS
def test_axe_finds_nothing(live: Live, browser: Browser, scheme: str, width: int) -> None:
    live.ada.post("/positions", position())
    propose(live, 2)
    for body in (
        correction(1, firmness="red_line"),
        {"kind": "source", "source": new_source(), "negotiation": "lake"},
        proposal("council", quotes=[{"exact": OTHER_WORDS}], source=new_source()),
    ):
        assert live.ada.post("/proposals", body).status == 201
    live.ada.correct(1, summary="Another", reason="It was misread")
    pages = [
        INBOX, f"{INBOX}?state=rejected", "/proposals/1", "/proposals/3", "/proposals/4",
        "/proposals/1/mend", "/proposals", "/proposals/figures",
        "/n/lake/cells/north/quota/propose", "/n/lake/corrections", "/n/lake/desk/1",
    ]  # fmt: skip
    with tab(browser, live, color_scheme=scheme, viewport={"width": width, "height": 900}) as page:
        for path in pages:
            page.goto(path)
            looks_well(page)


DESK = "/n/lake/desk/1"


def test_proposals_are_decided_at_the_desk_by_the_same_keys(live: Live, browser: Browser) -> None:
    propose(live, 8)
    with tab(browser, live) as page:
        page.goto(DESK)
        notes = page.locator("[data-proposal]")
        expect(notes).to_have_count(8)
        page.keyboard.press("a")  # none has the focus: nothing is accepted
        for key, place in (("j", 0), ("j", 1), ("k", 0), ("k", 0)):
            page.keyboard.press(key)
            expect(notes.nth(place)).to_be_focused()
        for left, keys in enumerate(("a", "r1", "p", "a"), 1):
            for key in keys:
                page.keyboard.press(key)
            expect(notes).to_have_count(8 - left)
            # The one that came next in the text has the focus.
            expect(notes.first).to_be_focused()
        page.keyboard.press("m")
        expect(page.get_by_role("button", name="Publish")).to_be_visible()
    states = [p["state"] for p in live.ada.get("/proposals", limit=200).data]
    counts = [states.count(s) for s in ("accepted", "rejected", "put_off", "open")]
    assert counts == [2, 1, 1, 4]


def test_letters_typed_at_the_desk_decide_nothing(live: Live, browser: Browser) -> None:
    propose(live, 2)
    with tab(browser, live) as page:
        page.goto(DESK)
        page.keyboard.press("j")
        page.keyboard.press("r")
        page.keyboard.press("9")  # another reason: it has to be typed
        reason = page.locator("[data-proposal] [name=reason]").first
        expect(reason).to_be_focused()
        page.keyboard.type("a parody")
        expect(reason).to_have_value("a parody")
        page.keyboard.press("Enter")
        expect(page.locator("[data-proposal]")).to_have_count(1)
    rejected = [p for p in live.ada.get("/proposals").data if p["state"] == "rejected"]
    assert [p["reason"] for p in rejected] == ["a parody"]


def unfold(page: Page) -> None:
    """Show the further notes beside a paragraph."""
    for more in page.locator(".more-notes > summary").all():
        more.click()


def test_the_desk_decides_without_scripts(live: Live, browser: Browser) -> None:
    propose(live, 3)
    with tab(browser, live, java_script_enabled=False) as page:
        page.goto(DESK)
        notes = page.locator("[data-proposal]")
        notes.first.get_by_role("button", name="put off").click()
        expect(notes).to_have_count(2)
        unfold(page)
        notes.first.locator("summary").click()
        notes.first.locator("select").select_option("torn")
        notes.first.get_by_role("button", name="reject").click()
        expect(notes).to_have_count(1)
        unfold(page)
        notes.first.get_by_role("button", name="accept").click()
        expect(notes).to_have_count(0)
    states = {p["state"] for p in live.ada.get("/proposals").data}
    assert states == {"put_off", "rejected", "accepted"}
