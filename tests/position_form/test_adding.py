"""Test parties, issues, options and speakers that are added from within the form."""

import re

from playwright.sync_api import Browser, expect

from tests.support.factories import WORDS, Desk
from tests.support.fixtures import Lake
from tests.support.forms import Sheet
from tests.support.live import Live, tab

NEW = "/n/lake/positions/new"
TYPED = {"q__0__exact": WORDS, "q__0__speaker": "Mara Venn", "summary": "Набрано."}


def begun(lake: Lake, **cell: str) -> Sheet:
    return Sheet.open(lake.ada, NEW, source="1", **cell).send("refresh", **TYPED)


def actions(desk: Desk) -> list[tuple[str, str]]:
    entries = desk.get("/changes", limit=500).data
    return [(e["type"], e["action"]) for e in entries]


def test_a_new_party_and_issue_are_chosen_and_what_was_typed_stays(lake: Lake) -> None:
    before = len(actions(lake.ada))
    sheet = begun(lake).send(
        "add-party", new__party__name="Союз рыбаков", new__party__role="observer"
    )
    assert sheet.values["party"] == "soiuz-rybakov", sheet.text("main")
    assert sheet.values["summary"] == "Набрано." and sheet.values["q-0-exact"] == WORDS
    assert "Added Союз рыбаков." in sheet.text("#choose-party")
    assert not sheet.values.get("new-party-name")
    sheet = sheet.send(
        "add-issue",
        new__issue__title="Night fishing",
        new__issue__options="allowed\nforbidden",
        new__issue__ordered="on",
        new__issue__group="Fish",
    )
    assert sheet.values["issue"] == "night-fishing" and sheet.values["party"] == "soiuz-rybakov"
    sheet = sheet.send(
        "add-option", new__option__label="On Sundays", new__option__rank="1,5", o__allowed="rejects"
    )
    assert sheet.values["o-allowed"] == "rejects" and "o-on-sundays" in sheet.values
    assert sheet.send("publish", o__on__sundays="prefers").status == 303
    issue = lake.ada.get("/negotiations/lake/issues/night-fishing").data
    ranks = {o["slug"]: o["rank"] for o in issue["options"]}
    assert issue["group"] == "Fish" and ranks == {"allowed": 1, "on-sundays": 1.5, "forbidden": 2}
    party = next(
        p for p in lake.ada.get("/negotiations/lake/parties").data if p["party"] == "soiuz-rybakov"
    )
    assert party["role"] == "observer" and party["consent_required"] is False
    assert actions(lake.ada)[before:] == [
        ("party", "published"),
        ("participation", "published"),
        ("issue", "published"),
        ("option", "published"),
        ("option", "published"),
        ("issue", "corrected"),
        ("option", "published"),
        ("position", "published"),
    ]


def test_what_is_wrong_is_said_beside_its_field_as_on_the_pages_of_the_code_book(
    lake: Lake,
) -> None:
    sheet = begun(lake, issue="quota").send("add-party", new__party__short_name="Fish")
    assert sheet.status == 422 and "Enter a name" in sheet.text("#choose-party .error")
    assert sheet.values["new-party-short_name"] == "Fish"
    assert sheet.html.css_first("#choose-party details[open]") is not None
    sheet = sheet.send("add-option", new__option__label="All of it", new__party__short_name="")
    assert sheet.status == 422 and "rank" in sheet.text("#field-attitudes .error")
    sheet = sheet.send("add-option", new__option__label="All of it", new__option__rank="1")
    assert "have the same rank" in sheet.text("#field-attitudes .error")
    sheet = sheet.send(
        "add-issue", new__option__label="", new__option__rank="", new__issue__title="The dam"
    )
    assert "there already" in sheet.text("#choose-issue") and sheet.values["issue"] == "dam"


def test_what_is_typed_and_not_added_is_not_passed_over(lake: Lake) -> None:
    sheet = begun(lake, party="north", issue="quota")
    refused = sheet.send("publish", new__party__name="Fishers")
    assert refused.status == 422 and "“Fishers” is typed and not added" in refused.text(".problem")
    assert lake.ada.get("/positions").data == []
    assert refused.send("publish", new__party__name="").status == 303


def test_pressed_twice_it_is_added_once(lake: Lake) -> None:
    sheet = begun(lake)
    for told in ("Added Fishers.", "takes part already"):
        again = sheet.send("add-party", new__party__name="Fishers")
        assert told in again.text("#choose-party") and again.values["party"] == "fishers"
    speaker = {"new__speaker__0__name": "Ada Lund", "new__speaker__0__office": "Envoy"}
    for _ in range(2):
        named = sheet.send("add-speaker-0", party="north", **speaker)
        assert (named.values["q-0-speaker"], named.values["q-0-office"]) == ("Ada Lund", "Envoy")
    assert named.send("publish", issue="quota").status == 303
    [position] = lake.ada.get("/positions").data
    assert position["quotes"][0]["speaker"] == {
        "name": "Ada Lund", "office": "Envoy", "party": "north",
    }  # fmt: skip
    assert [s["name"] for s in lake.ada.get("/speakers").data].count("Ada Lund") == 1


def test_a_party_of_elsewhere_is_offered_and_not_taken_by_itself(lake: Lake) -> None:
    lake.ada.post("/parties", {"slug": "fishers", "name": "Fishers", "aliases": ["Рыбаки"]})
    sheet = begun(lake).send("add-party", new__party__name="рыбаки")
    assert sheet.status == 422 and "Parley knows a party called “Fishers”" in sheet.text(".error")
    other = sheet.send("add-party", new__party__name="Fishers", new__party__slug="other-fishers")
    assert other.status == 200 and other.values["party"] == "other-fishers"
    assert sheet.send("seat-party").values["party"] == "fishers"


def test_viewers_add_nothing_and_a_lost_sign_in_keeps_what_was_typed(lake: Lake) -> None:
    sheet = begun(lake)
    refused = Sheet(lake.vic, 200, sheet.html, sheet.action, sheet.values)
    assert refused.send("add-party", new__party__name="Fishers").status == 403
    out = lake.ada.client.post(
        sheet.action, data={**sheet.values, "do": "add-party", "new-party-name": "Fishers"}
    )
    assert out.status_code == 401 and "Fishers" in out.text and WORDS in out.text


def test_adding_in_place_keeps_text_selection_and_focus(live: Live, browser: Browser) -> None:
    with tab(browser, live) as page:
        page.goto("/n/lake/desk/1")
        page.locator("a[data-candidate]").first.click()
        page.locator("[name=summary]").fill("typed by hand")
        page.evaluate("window.stays = document.getElementById('text')")
        page.locator("#choose-party summary").click()
        page.locator("[name=new-party-name]").fill("Fishers")
        page.keyboard.press("Enter")
        expect(page.locator("#choose-party [data-told]")).to_have_text("Added Fishers.")
        expect(page.locator("#aloud")).to_have_text("Added Fishers.")
        expect(page.locator("#field-party")).to_be_focused()
        expect(page.locator("#field-party")).to_have_value("fishers")
        page.locator("#choose-issue summary").click()
        page.locator("[name=new-issue-title]").fill("Night fishing")
        page.locator("[name=new-issue-options]").fill("yes\nno")
        page.locator("#choose-issue [data-add]").click()
        expect(page.locator("#field-issue")).to_be_focused()
        expect(page.locator("#said-before")).to_contain_text("Fishers has no position on Night")
        page.locator("[name=o-no][value=prefers]").check()
        page.locator("#who-0 summary").click()
        page.locator("[name=new-speaker-0-name]").fill("Ada Lund")
        page.keyboard.press("Enter")
        expect(page.locator("[name=q-0-speaker]")).to_have_value("Ada Lund")
        expect(page.locator("[name=o-no][value=prefers]")).to_be_checked()
        expect(page.locator("[name=summary]")).to_have_value("typed by hand")
        assert page.evaluate("window.stays.isConnected && CSS.highlights.has('now')")
        page.locator("[data-publish]").click()
        page.wait_for_url(re.compile("saved="))
        expect(page.locator("[data-saved]")).to_contain_text("Fishers on Night fishing")


def test_adding_without_javascript(live: Live, browser: Browser) -> None:
    with tab(browser, live, java_script_enabled=False) as page:
        page.goto("/n/lake/positions/new?source=1&issue=quota")
        page.locator("[name=summary]").fill("typed by hand")
        page.locator("#choose-party summary").click()
        page.locator("[name=new-party-name]").fill("Fishers")
        page.locator("#choose-party [data-add]").click()
        expect(page.locator("#field-party")).to_have_value("fishers")
        expect(page.locator("[name=summary]")).to_have_value("typed by hand")
