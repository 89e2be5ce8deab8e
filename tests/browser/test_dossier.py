"""Test dossiers in a real browser: with axe, without scripts, and on paper."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.support.factories import WORDS, quote
from tests.support.live import Live, tab
from tests.support.looks import WAYS, looks_well
from tests.support.paper import printed

pytestmark = pytest.mark.browser
PATHS = ("/n/lake/parties/north", "/n/lake/issues/quota", "/parties/north")


def fill(live: Live) -> None:
    """State what shows most of a dossier: a red line, a move, hearsay, other scripts, silence."""
    number = live.ada.source()["id"]
    live.ada.state(attitudes={"q20": "prefers"}, stated_on="2024-03-01", firmness="demand")
    live.ada.state(
        firmness="red_line",
        conditions={"q40": "the dam stays closed"},
        quotes=[
            quote(speaker="Mara Venn"),
            quote("نقبل أربعين في المئة", number, language="ar", translation="We accept forty"),
        ],
    )
    live.ada.state("south", quotes=[quote(speaker="Mara Venn")])


@WAYS
def test_axe_finds_nothing(live: Live, browser: Browser, scheme: Any, width: int) -> None:
    fill(live)
    viewport = {"width": width, "height": 900}
    with tab(browser, live, color_scheme=scheme, viewport=viewport, bypass_csp=True) as page:
        for path in PATHS:
            page.goto(path)
            looks_well(page)


def test_without_scripts_all_is_there_but_the_button(live: Live, browser: Browser) -> None:
    fill(live)
    with tab(browser, live, None, java_script_enabled=False) as page:
        page.goto(PATHS[0])
        expect(page.locator("#red-lines figure")).to_contain_text(WORDS)
        expect(page.locator("[data-print]")).to_be_hidden()
        page.locator("#on-quota .again a").click()
        expect(page).to_have_url(f"{live.url}{PATHS[0]}#quote-2")
        page.get_by_role("link", name="All its negotiations").click()
        page.get_by_role("link", name="1 red line").click()
        expect(page).to_have_url(f"{live.url}{PATHS[0]}#red-lines")


def test_steps_and_attitudes_stand_below_one_another(live: Live, browser: Browser) -> None:
    fill(live)
    with tab(browser, live) as page:
        page.goto(PATHS[1])
        expect(page.locator(".paths ol").first).to_have_css("display", "block")
        page.goto(f"{PATHS[0]}?as_of=2024-06-01")
        expect(page.locator("#on-quota .also")).to_have_css("display", "block")


def test_the_button_prints(live: Live, browser: Browser) -> None:
    live.ada.state()
    with tab(browser, live) as page:
        page.add_init_script("window.print = () => { document.title = 'printed'; }")
        for path in PATHS[:2]:
            page.goto(path)
            page.get_by_role("button", name="Print").click()
            expect(page).to_have_title("printed")


def test_on_paper_it_has_day_sources_and_no_buttons(
    live: Live, browser: Browser, tmp_path: Path
) -> None:
    fill(live)
    with tab(browser, live) as page:
        page.goto(f"{PATHS[0]}?as_of=2024-06-01")
        sheets = printed(page, tmp_path / "one.pdf", "A4")
    assert len(sheets) > 1
    for sheet in sheets:
        assert "Northshore·Laketreaty·asof1June2024" in sheet
    whole = "".join(sheets)
    assert "Redlines" in sheets[0] and "Asof1June2024" in whole
    assert "/n/lake/parties/north?as_of=2024-06-01&known_at=" in whole
    assert "Worddocument" not in whole and "Print" not in whole
