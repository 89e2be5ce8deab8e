"""Test in a real browser that nothing typed is lost while the database is away."""

import contextlib
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.support.live import Live, tab
from tests.support.worlds import connect

pytestmark = pytest.mark.browser

NEW = "/n/lake/positions/new?party=north&issue=quota"
TYPED = "Typed before\nthe database went away."


@contextlib.contextmanager
def away(live: Live) -> Iterator[None]:
    """Let the database take no connection while the block runs."""
    with connect(live.database.owner_url) as owner:
        name = owner.info.dbname
        owner.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 0")
        owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        try:
            yield
        finally:
            owner.execute(f"ALTER DATABASE {name} CONNECTION LIMIT -1")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_form_comes_back_with_what_was_typed(browser: Browser, live: Live, scripts: bool) -> None:
    with tab(browser, live, java_script_enabled=scripts) as page:
        page.goto(NEW)
        page.get_by_label("Summary").fill(TYPED)
        with away(live):
            if scripts:  # the form asks about the other issue, and stays when there is no answer
                page.locator("#field-issue").select_option("dam")
                expect(page.locator("#failed")).to_contain_text("Temporarily unavailable")
                expect(page.get_by_label("Summary")).to_have_value(TYPED)
                page.locator("#field-issue").select_option("quota")
            page.get_by_role("button", name="Publish").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("Temporarily unavailable")
            page.get_by_role("button", name="Show the form again").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("Temporarily unavailable")
        page.get_by_role("button", name="Show the form again").click()
        expect(page.get_by_label("Summary")).to_have_value(TYPED)
        expect(page.locator("#field-party")).to_have_value("north")
    assert live.ada.get("/positions").data == []
