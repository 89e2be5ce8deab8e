"""Check what holds for every page as a user sees it."""

import pytest
from playwright.sync_api import Page

from tools import vendor

# `target-size` has to be enabled explicitly, even if its tag is named.
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "rules": {"target-size": {"enabled": True}},
}


WIDTHS = (1440, 390)
# Each page is checked in both schemes and at both widths. Axe is slow, so it checks the light
# scheme wide and the dark one narrow.
WAYS = pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])


def looks_well(page: Page) -> None:
    """Expect no horizontal scrolling in a wide or a narrow window, and no findings of axe."""
    size = page.viewport_size
    assert size is not None
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": size["height"]})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
            page.url,
            width,
        )
    page.set_viewport_size(size)
    page.evaluate(vendor.AXE.read_text())
    found = page.evaluate("rules => axe.run(document, rules)", RULES)["violations"]
    assert not [(v["id"], v["nodes"][0]["html"]) for v in found], page.url
