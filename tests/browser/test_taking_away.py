"""Test in a browser what other sites may frame, and the button that copies what is to be cited."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import quote, unquote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.live import Live, tab

pytestmark = pytest.mark.browser

VIEWS = ("/n/lake", "/n/lake/issues/quota", "/n/lake/cells/north/quota")


class Framing(BaseHTTPRequestHandler):
    """Another site: a page that frames the address after its path."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        address = unquote(self.path[1:])
        self.wfile.write(f'<!doctype html><iframe src="{address}"></iframe>'.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    """Serve another site; return its address."""
    server = HTTPServer(("127.0.0.1", 0), Framing)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()


def framed(page: Page, elsewhere: str, address: str) -> str:
    """Return what a browser shows of an address in a frame of another site."""
    page.goto(f"{elsewhere}/{quote(address, safe='')}")
    page.wait_for_load_state("networkidle")
    return page.frames[1].locator("body").inner_text() if page.frames[1].url != "" else ""


def test_another_site_frames_embedded_views_and_no_other_page(
    live: Live, browser: Browser, elsewhere: str
) -> None:
    live.ada.state(summary="North holds out")
    live.ada.state(status="draft", stated_on="2024-05-20", summary="Nobody else sees this")
    with tab(browser, live) as page:  # signed in, which must not show
        for view in VIEWS:
            shown = framed(page, elsewhere, f"{live.url}{view}?embed=1")
            assert "As of" in shown and "Permanent link" in shown, view
            assert "Nobody else sees this" not in shown and "Sign in" not in shown, view
        for other in (*VIEWS, "/?embed=1", "/n/lake/parties/north?embed=1", "/account"):
            assert "Lake" not in framed(page, elsewhere, f"{live.url}{other}"), other
            assert page.frames[1].url.startswith("chrome-error:"), other


def test_links_of_an_embedded_view_open_the_whole_page_in_a_new_tab(
    live: Live, browser: Browser, elsewhere: str
) -> None:
    live.ada.state()
    with tab(browser, live) as page:
        framed(page, elsewhere, f"{live.url}/n/lake?embed=1&as_of=2024-06-01")
        with page.context.expect_page() as opened:
            page.frames[1].locator("td a.cell").first.click()
        assert opened.value.url == f"{live.url}/n/lake/cells/north/quota?as_of=2024-06-01"
        expect(opened.value.locator("header.top")).to_be_visible()
        assert opened.value.evaluate("window.opener") is None


def test_the_button_copies_the_citation_and_the_code(live: Live, browser: Browser) -> None:
    live.ada.state()
    with tab(browser, live, permissions=["clipboard-read", "clipboard-write"]) as page:
        page.goto("/n/lake?as_of=2024-06-01")
        page.get_by_text("Cite this view").click()
        page.get_by_role("button", name="Copy this citation").click()
        expect(page.get_by_role("status").filter(has_text="Copied")).to_have_count(1)
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.startswith("Lake treaty: who wants what, as of 1 June 2024. Parley. http")
        page.locator("summary", has_text="Embed").click()
        page.get_by_role("button", name="Copy this code").first.click()
        page.wait_for_function("navigator.clipboard.readText().then((t) => t.includes('iframe'))")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == (
            f'<iframe src="{live.url}/n/lake?as_of=2024-06-01&amp;embed=1" title="Lake treaty: who'
            ' wants what" width="100%" height="600" loading="lazy"></iframe>'
        )


def test_without_scripts_there_is_text_to_select_and_no_button(
    live: Live, browser: Browser
) -> None:
    with tab(browser, live, java_script_enabled=False) as page:
        page.goto("/n/lake/issues/quota")
        page.locator("summary", has_text="Embed").click()
        expect(page.locator("#embed-live")).to_contain_text("<iframe src=")
        expect(page.locator("button.copy").first).to_be_attached()
        expect(page.locator("button.copy:visible")).to_have_count(0)
