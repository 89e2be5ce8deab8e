"""What holds for every page as somebody sees it."""

from playwright.sync_api import Page

from tools import vendor

# `target-size` is off unless asked for, also where its tag is named.
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "rules": {"target-size": {"enabled": True}},
}


def looks_well(page: Page) -> None:
    """Nothing scrolls sideways, and axe finds nothing."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
    page.evaluate(vendor.AXE.read_text())
    found = page.evaluate("rules => axe.run(document, rules)", RULES)["violations"]
    assert not [(v["id"], v["nodes"][0]["html"]) for v in found], page.url
