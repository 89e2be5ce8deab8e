"""Test the way from an empty database to a first published position, on the pages alone."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
from playwright.sync_api import Browser, expect

from app.embedded_postgres.server import Server
from app.models.vocabulary import UserRole
from tests.accounts.make import add_accounts
from tests.support.factories import Desk
from tests.support.live import Live, serving, tab
from tests.support.patience import PATIENCE

pytestmark = pytest.mark.browser

ARTICLE = (
    "Talks in Sarn.\n\n“We accept forty per cent and not one drop less,” Mara Venn said.\n\n"
    "Nothing else happened."
)


@pytest.fixture
def nothing(browser: Browser, database: Server) -> Iterator[Live]:
    """Serve a database with accounts and no other objects."""
    with ThreadPoolExecutor(1) as elsewhere:  # Playwright runs an event loop in this thread
        tokens = elsewhere.submit(
            add_accounts, database.url, [UserRole.EDITOR, UserRole.ADMIN]
        ).result()
    with serving(database.url) as url, httpx2.Client(base_url=url, timeout=PATIENCE) as client:
        yield Live(
            url, database, {name: Desk(client, token, name) for name, token in tokens.items()}
        )


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_from_nothing_to_a_first_position(browser: Browser, nothing: Live, scripts: bool) -> None:
    who = "admin" if scripts else "editor"
    with tab(browser, nothing, who, java_script_enabled=scripts) as page:
        page.goto("/")
        page.get_by_role("link", name="New negotiation").click()
        page.get_by_label("Title").fill("Озеро Сарн")
        page.get_by_role("button", name="Create negotiation").click()
        page.get_by_role("link", name="add the parties").click()
        page.get_by_label("Name", exact=True).fill("Northshore")
        page.get_by_role("button", name="Add it and another").click()
        expect(page.get_by_text("Parties so far: Northshore.")).to_be_visible()
        page.get_by_label("Name", exact=True).fill("Southshore")
        page.get_by_role("button", name="Add the party").click()
        page.get_by_role("link", name="add the issues").click()
        page.get_by_label("Title").fill("Water quota")
        page.get_by_label("Options", exact=True).fill("30 %\n40 %")
        page.get_by_label("The options have an order").check()
        page.get_by_role("button", name="Add the issue").click()
        page.get_by_role("link", name="Matrix").click()
        page.get_by_role("link", name="save a source").click()
        page.get_by_label("Text", exact=True).fill(ARTICLE)
        page.locator("#field-url").fill("https://news.example/sarn")
        page.locator("#field-title").fill("Talks in Sarn")
        page.locator("#field-published_on").fill("17 March 2025")
        page.locator(".go .button").first.click()
        page.locator("a[data-candidate]").click()
        expect(page.locator("[name=q-0-speaker]")).to_have_value("Mara Venn")
        page.get_by_label("Party", exact=True).select_option("northshore")
        page.get_by_label("Issue", exact=True).select_option("water-quota")
        if not scripts:
            page.get_by_role("button", name="Show its options").click()
        page.locator("[name=o-40][value=prefers]").check()
        page.get_by_role("button", name="Publish").click()
        add = page.get_by_role("button", name="Add “Mara Venn” as a new speaker")
        add.click()
        expect(add).to_have_count(0)
        page.get_by_role("button", name="Publish").click()
        expect(page.locator("[data-saved]")).to_contain_text("Northshore on Water quota")
        page.goto("/n/ozero-sarn")
        expect(page.locator("td[data-position]")).to_have_text(re.compile("40 %"))
        expect(page.locator(".first-steps")).to_have_count(0)
    [position] = nothing.desks[who].get("/positions").data
    [quote] = position["quotes"]
    assert (quote["verification"], quote["speaker"]["name"]) == ("verified", "Mara Venn")
