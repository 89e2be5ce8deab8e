"""Test the atlas in a real browser: by keyboard, without scripts, on a phone, and with axe."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.live import Live, tab
from tests.support.looks import WAYS, looks_well

pytestmark = pytest.mark.browser

KINDS: tuple[dict[str, Any], ...] = (
    *({"attitudes": {f"o{n}": "prefers"}} for n in range(9)),
    {"attitudes": {"o0": "prefers"}, "inferred": ["o0"], "firmness": "red_line"},
    {"attitudes": {"o0": "accepts"}, "conditions": {"o0": "it rains"}},
    {"attitudes": {"o0": "rejects"}},
    {"attitudes": {}, "act": "withdraws"},
)


def fill(live: Live) -> None:
    """Enter two more issues of nine options, and parties of every kind of sign on them."""
    options = [{"slug": f"o{n}", "label": f"Option {n}", "rank": n} for n in range(9)]
    for slug, ordered in (("scale", True), ("list", False)):
        body = {"slug": slug, "title": f"A {slug}", "ordered": ordered, "options": options}
        body |= {"group": "Numbers", "question": "Which number is it?"}
        assert live.ada.post("/negotiations/lake/issues", body).status == 201
    source = live.ada.source()["id"]
    for number, said in enumerate(KINDS):
        party = f"p{number}"
        live.ada.party(party, "lake")
        for issue in ("scale", "list"):
            quotes = [{"source_id": source, "exact": f"words of {party} on the {issue}"}]
            live.ada.state(party, issue, quotes=quotes, **said)


@WAYS
def test_axe_finds_nothing(live: Live, browser: Browser, scheme: Any, width: int) -> None:
    fill(live)
    for number in range(4):  # enough cells that a phone folds them
        body = {"slug": f"more{number}", "title": f"More {number}"}
        assert live.ada.post("/negotiations/lake/issues", body).status == 201
    with tab(browser, live, None, color_scheme=scheme) as page:
        page.set_viewport_size({"width": width, "height": 900})
        for address in ("/n/lake?view=atlas&mark=scale/o1&open=p1/scale", "/n/lake?view=age"):
            page.goto(address)
            expect(page.locator("table.atlas.folds")).to_be_visible()
            looks_well(page)


def focused(page: Page) -> str:
    return page.evaluate(
        """() => {
          const { party, issue } = document.activeElement.closest("td, th")?.dataset ?? {};
          return `${party} ${issue}`;
        }"""
    )


def test_the_atlas_by_keyboard(live: Live, browser: Browser) -> None:
    fill(live)
    with tab(browser, live, None) as page:
        page.goto("/n/lake?view=atlas&issue=scale&issue=list")
        assert page.locator('td > a[tabindex="0"]').count() == 1
        page.locator("td[data-party=p0][data-issue=scale] > a").focus()
        steps = (
            ("ArrowRight", "p1 scale"), ("ArrowDown", "p1 list"), ("ArrowDown", "p1 list"),
            ("ArrowUp", "p1 scale"), ("End", "p12 scale"), ("ArrowLeft", "p11 scale"),
            ("Control+End", "p12 list"), ("Home", "north list"), ("Control+Home", "north scale"),
        )  # fmt: skip
        for key, cell in steps:
            page.keyboard.press(key)
            assert focused(page) == cell, key
        assert page.locator('td > a[tabindex="0"]').count() == 1
        page.locator("td[data-party=p1][data-issue=scale] > a").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#panel [data-opens='p1/scale'] h2")).to_be_focused()
        expect(page).to_have_url(re.compile(r"\?view=atlas&issue=scale&issue=list&open=p1/scale$"))
        page.keyboard.press("Escape")
        expect(page.locator("#panel [data-opens]")).to_have_count(0)
        assert focused(page) == "p1 scale"
        page.go_back()
        expect(page.locator("#panel [data-opens='p1/scale']")).to_be_visible()
        page.reload()  # as who gets the link
        expect(page.locator("#panel [data-opens='p1/scale']")).to_be_visible()
        expect(page.locator("td.chosen[data-party=p1][data-issue=scale]")).to_be_visible()
        page.get_by_role("link", name="Hide this party").click()
        expect(page.locator("td[data-party=p1]")).to_have_count(0)
        expect(page).to_have_url(re.compile(r"issue=scale&issue=list.*hide_party=p1"))


def test_groups_fold_and_issues_open_in_place(live: Live, browser: Browser) -> None:
    fill(live)
    with tab(browser, live, None) as page:
        page.goto("/n/lake?view=atlas")
        page.evaluate("window.same = true")
        page.get_by_role("link", name="Numbers").click()
        expect(page.locator("td[data-issue=scale]")).to_have_count(0)
        expect(page).to_have_url(re.compile(r"fold=Numbers$"))
        page.get_by_role("link", name="Numbers").click()
        expect(page.locator("td[data-issue=scale]").first).to_be_visible()
        page.get_by_role("link", name="A scale", exact=True).click()
        expect(page.locator("#panel")).to_contain_text("Which number is it?")
        expect(page).to_have_url(re.compile(r"open=scale$"))
        page.get_by_role("link", name=re.compile("who prefers or accepts Option 1$")).click()
        expect(page.locator("td:has(> .hi)")).to_have_attribute("data-party", "p1")
        assert page.evaluate("window.same")


def test_without_scripts(live: Live, browser: Browser) -> None:
    fill(live)
    with tab(browser, live, None, java_script_enabled=False) as page:
        page.goto("/n/lake?view=atlas")
        page.get_by_role("link", name="Numbers").click()
        expect(page.locator("td[data-issue=scale]")).to_have_count(0)
        page.get_by_role("link", name="Numbers").click()
        page.locator("td[data-party=p1][data-issue=scale] > a").click()
        expect(page).to_have_url(re.compile(r"/cells/p1/scale\?view=atlas$"))
        page.get_by_role("link", name="Show in the matrix").click()
        expect(page.locator("#panel [data-opens='p1/scale']")).to_be_visible()
        expect(page.locator("table.atlas")).to_be_visible()


def test_on_a_phone_each_issue_lists_its_parties(live: Live, browser: Browser) -> None:
    fill(live)
    with tab(browser, live, None, viewport={"width": 390, "height": 844}) as page:
        page.goto("/n/lake?view=atlas")
        for name in ("Matrix", "Coverage", "About"):
            box = page.get_by_role("navigation").get_by_role("link", name=name).bounding_box()
            assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390, name
        cell = page.locator("td[data-party=p1][data-issue=scale]")
        expect(cell.locator("b")).to_be_visible()
        expect(cell.locator("a")).to_have_accessible_name(
            re.compile(r"^2 Option 1\. .* on A scale$")
        )
        # They are laid out as boxes, and cells of a table still, though only the rows say a role.
        tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
        cells = [node for node in tree if node.get("role", {}).get("value") == "cell"]
        assert len(cells) == page.locator("table.atlas td:visible").count()
        cell.locator("a").click()
        expect(page).to_have_url(re.compile(r"/cells/p1/scale\?view=atlas$"))
        page.get_by_role("link", name="Show in the matrix").click()
        expect(page.locator("#panel h2")).to_be_visible()


def test_on_a_phone_each_party_lists_its_issues(live: Live, browser: Browser) -> None:
    fill(live)
    with tab(browser, live, None, viewport={"width": 390, "height": 844}) as page:
        page.goto("/n/lake?view=atlas&transpose=1")
        for issue, title in (("scale", "A scale"), ("list", "A list")):
            cell = page.locator(f"td[data-party=p1][data-issue={issue}]")
            expect(cell.locator("b")).to_have_text(title)
            expect(cell.locator("b")).to_be_visible()
        expect(page.locator("td.common[data-name='A scale']")).to_be_visible()


def test_forced_colours_keep_every_sign(live: Live, browser: Browser) -> None:
    fill(live)
    with tab(browser, live, None, forced_colors="active") as page:
        page.goto("/n/lake?view=atlas")
        shown = page.evaluate(
            """() => {
              const style = (cell) => getComputedStyle(document.querySelector(cell));
              const of = (party) => style(`td[data-party=${party}][data-issue=scale] > a`);
              return [of("p9").borderInlineStartStyle, of("p9").borderBlockStartStyle,
                      of("p10").backgroundImage, style("td.never").backgroundImage];
            }"""
        )
        assert shown[:2] == ["double", "dotted"]  # a red line, inferred
        assert all("gradient" in image for image in shown[2:])  # a condition, not yet looked
