"""What holds for every page as somebody sees it."""

import pytest
from playwright.sync_api import Page

from tools import vendor

# `target-size` is off unless asked for, also where its tag is named.
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "rules": {"target-size": {"enabled": True}},
}


WIDTHS = (1440, 390)
# Each in both schemes and at both widths; axe, which is slow, sees a page wide in the one and narrow in the other.
WAYS = pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])


def looks_well(page: Page) -> None:
    """Nothing scrolls sideways in a wide window or a narrow one, and axe finds nothing in this one."""
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
