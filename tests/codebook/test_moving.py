"""Test the order of issues: dragged, by place, by arrow; and what is said of it."""

from playwright.sync_api import Browser, expect

from tests.support.factories import Desk
from tests.support.fixtures import Lake
from tests.support.live import Live, tab

BOOK = "/n/lake/code-book"


def add(desk: Desk) -> None:
    for slug in ("fish", "ferry"):
        body = {"slug": slug, "title": slug.title()}
        assert desk.post("/negotiations/lake/issues", body).status == 201


def order(desk: Desk) -> list[str]:
    return [i["slug"] for i in desk.get("/negotiations/lake").data["issues"]]


def test_an_issue_is_moved_to_a_place_once_and_said_so(lake: Lake) -> None:
    add(lake.ada)
    assert order(lake.ada) == ["quota", "dam", "fish", "ferry"]
    for _ in range(2):  # sent twice
        answer = lake.ada.browse(
            "POST", f"{BOOK}/issues/ferry/move", data={"place": "3", "to": "1"},
            follow_redirects=False,
        )  # fmt: skip
        assert answer.status_code == 303
    assert order(lake.ada) == ["ferry", "quota", "dam", "fish"]
    said = lake.ada.page(f"{BOOK}?did=moved&it=issues/ferry").text
    assert "Moved: Ferry." in said
    assert "Moved" not in lake.ada.page(f"{BOOK}?did=moved&it=issues/nothing").text
    for place in ("0", "5", "x", ""):
        lake.ada.browse("POST", f"{BOOK}/issues/ferry/move", data={"place": "0", "to": place})
    assert order(lake.ada) == ["ferry", "quota", "dam", "fish"]
    entries = [e["data"]["slug"] for e in lake.ada.get("/changes", limit=500).data[-4:]]
    assert sorted(entries) == ["dam", "ferry", "fish", "quota"]


def test_issues_are_dragged(live: Live, browser: Browser) -> None:
    add(live.ada)
    with tab(browser, live) as page:
        page.goto(BOOK)
        rows = page.locator("[data-reorder]").first.locator("> li")
        rows.nth(3).locator(".handle").drag_to(rows.nth(0), target_position={"x": 30, "y": 3})
        expect(page.locator(".notice[data-focus]")).to_have_text("Moved: Ferry.")
        expect(page.locator(".notice[data-focus]")).to_be_focused()
        assert order(live.ada) == ["ferry", "quota", "dam", "fish"]


def test_without_javascript_by_the_number_of_the_place(live: Live, browser: Browser) -> None:
    add(live.ada)
    with tab(browser, live, java_script_enabled=False) as page:
        page.goto(BOOK)
        place = page.get_by_label("Place of Water quota, 1 to 4")
        place.fill("3")
        place.press("Enter")
        expect(page.locator(".notice[data-focus]")).to_have_text("Moved: Water quota.")
        assert order(live.ada) == ["dam", "fish", "quota", "ferry"]
