"""Test what the party has said before, at the desk and in the form, and the two ways on."""

import re

from playwright.sync_api import Browser, expect

from tests.support.factories import OTHER_WORDS, WORDS, quote
from tests.support.fixtures import Lake
from tests.support.forms import Sheet
from tests.support.live import Live, tab
from tests.support.statements import statements

DESK = "/n/lake/desk/1"
LATER = "The dam stays closed until the survey is done"


def taken(lake: Lake, words: str = LATER, **cell: str) -> Sheet:
    """Open the desk with a quote in the form."""
    text = lake.ada.page(DESK).text
    found = re.search(r'start=(\d+)&amp;end=(\d+)&amp;text=1" [^>]*data-candidate', text)
    assert found
    sheet = Sheet.open(lake.ada, DESK, start=found[1], end=found[2], **cell)
    return sheet.send("refresh", q__0__exact=words, **cell)


def test_what_was_said_before_is_shown_folded_with_its_date_and_quote(lake: Lake) -> None:
    first = lake.ada.state(stated_on="2024-05-14", quotes=[quote()])
    hers = lake.ada.draft("north", "quota", stated_on="2024-05-15", quotes=[quote(LATER)])
    sheet = taken(lake, party="north", issue="quota")
    before = sheet.html.css_first("#said-before details")
    assert before is not None and "open" not in before.attributes
    said = " ".join(before.text().split())
    assert "Northshore on Water quota: 1 position so far, the current one of 14 May 2024" in said
    assert "1 draft" in said and WORDS in said and LATER in said
    ways = {b.text(): b.attributes["formaction"] for b in before.css("button")}
    assert ways["Add a newer position"] == f"{DESK}?move={first['id']}"
    assert ways["Continue this draft"] == f"{DESK}?correct={hers['id']}"
    assert "has no position on The dam yet" in taken(lake, party="north", issue="dam").text(
        "#said-before"
    )


def test_a_newer_position_takes_along_what_was_typed_and_what_still_holds(lake: Lake) -> None:
    first = lake.ada.state(
        stated_on="2024-05-13",
        attitudes={"q40": "prefers", "q20": "rejects"},
        conditions={"q40": "the survey is done"},
        firmness="demand",
        quotes=[quote(speaker="Mara Venn")],
    )
    sheet = taken(lake, party="north", issue="quota")
    started = sheet.send("refresh", o__q30="prefers", summary="Typed", stated_on="2024-05-14")
    moved = Sheet(
        started.desk, 200, started.html, f"{DESK}?move={first['id']}", started.values
    ).send("carry")
    got = moved.values
    assert got["summary"] == "Typed" and got["stated_on"] == "2024-05-14"
    assert got["firmness"] == "demand" and got["o-q20"] == "rejects"
    assert got["o-q30"] == "prefers" and not got.get("o-q40") and not got.get("c-q40")
    assert got["q-0-id"] and got["q-0-keep"] == "1" and got["q-1-exact"] == LATER
    assert moved.action == f"{DESK}?move={first['id']}"
    saved = moved.send("publish")
    assert saved.status == 303, saved.text("main")
    newer = lake.ada.get("/positions", negotiation="lake").data[0]
    assert newer["id"] != first["id"] and newer["status"] == "published"
    assert [q["exact"] for q in newer["quotes"]] == [WORDS, LATER]
    assert lake.ada.get(f"/positions/{first['id']}").data["version"] == 1
    assert moved.send("publish").location == saved.location  # pressed twice


def test_a_correction_keeps_date_and_text_beside_it_and_asks_for_a_reason(lake: Lake) -> None:
    first = lake.ada.state(stated_on="2024-05-14", quotes=[quote()])
    sheet = taken(lake, party="north", issue="quota")
    there = f"{DESK}?correct={first['id']}"
    wrong = Sheet(sheet.desk, 200, sheet.html, there, sheet.values).send("carry")
    assert wrong.values["stated_on"] == "14 May 2024" and wrong.values["q-1-exact"] == LATER
    assert "Lake talks resume" in wrong.text("#text")
    refused = wrong.send("publish")
    assert refused.status == 422 and "say what was wrong" in refused.text(".problem")
    assert refused.send("publish", reason="Ещё одна цитата").status == 303
    after = lake.ada.get(f"/positions/{first['id']}").data
    assert (after["version"], after["reason"]) == (2, "Ещё одна цитата")
    assert after["stated_on"] == "2024-05-14" and len(after["quotes"]) == 2
    # Somebody else was faster: both texts, and nothing lost.
    stale = wrong.send("publish", reason="Late", summary="Mine")
    assert stale.status == 412 and "Mine" in stale.text("main")


def test_a_position_of_elsewhere_is_not_found_at_the_desk(lake: Lake) -> None:
    assert lake.ada.page(DESK, move=4711).status_code == 404
    other = lake.ada.state(quotes=[quote()])
    lake.ada.post("/negotiations", {"slug": "sea", "title": "Sea"})
    assert lake.ada.page(f"/n/sea/desk/1?correct={other['id']}").status_code == 404


def test_what_was_said_before_takes_a_handful_of_statements(lake: Lake) -> None:
    lake.ada.state(quotes=[quote()])
    address = f"{DESK}?start=20&end=60&party=north&issue=quota"
    lake.ada.page(address)
    for day in range(1, 9):
        lake.ada.state(stated_on=f"2024-05-0{day}", quotes=[quote(OTHER_WORDS)])
    lake.ada.page(address)
    with statements(lake.app.state.engine) as sent:
        page = lake.ada.page(address)
    assert "9 positions so far" in page.text and page.text.count('class="said-then"') == 5
    assert len(sent) <= 24, len(sent)


def test_it_appears_beside_the_text_when_the_cell_is_chosen(live: Live, browser: Browser) -> None:
    live.ada.state(stated_on="2024-05-14", quotes=[quote()])
    with tab(browser, live) as page:
        page.goto(DESK)
        page.locator("a[data-candidate]").first.click()
        page.locator("[name=summary]").fill("набрано")
        page.locator("[name=issue]").select_option("quota")
        page.locator("[name=party]").select_option("north")
        expect(page.locator("#said-before summary")).to_contain_text("1 position so far")
        expect(page.locator("#said-before blockquote")).to_be_hidden()
        page.locator("[name=o-q30][value=accepts]").check()
        page.locator("[name=party]").select_option("south")
        expect(page.locator("#said-before")).to_contain_text("Southshore has no position")
        expect(page.locator("[name=o-q30][value=accepts]")).to_be_checked()
        page.locator("[name=party]").select_option("north")
        page.locator("#said-before summary").click()
        page.get_by_role("button", name="Add a newer position").click()
        expect(page.locator("#position-form .notice[data-focus]")).to_be_focused()
        expect(page.locator("[name=summary]")).to_have_value("набрано")
        expect(page.locator(".taken blockquote")).to_contain_text(WORDS)
        expect(page.locator("#text mark.now")).to_have_count(0)
        assert page.url.endswith(DESK)
