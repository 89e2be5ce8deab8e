"""Test what stands on paper: days, sources and addresses, heads on each page, and no controls."""

from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page, expect

from app.embedded_postgres.server import Server
from tests.matrix_page.test_size import GRID
from tests.support.grid import SLUG
from tests.support.live import Live, serving, tab
from tests.support.worlds import copied

pytestmark = pytest.mark.browser


def printed(page: Page, path: Path, paper: str) -> list[str]:
    """Print a page across; return the text of each sheet."""
    page.pdf(path=path, format=paper, landscape=True)
    sheets = pypdfium2.PdfDocument(path)
    return [" ".join(sheet.get_textpage().get_text_bounded().split()) for sheet in sheets]


@pytest.fixture(scope="module")
def large(postgres: Server) -> Iterator[str]:
    """Serve a matrix of 40 parties and 60 issues; return its address."""
    with copied(postgres, GRID) as (server, _), serving(server.url) as url:
        yield url


def test_a_printed_matrix_names_its_day(live: Live, browser: Browser) -> None:
    with tab(browser, live) as page:
        page.goto("/n/lake?as_of=2024-05-10")
        page.set_viewport_size({"width": 700, "height": 1000})
        page.emulate_media(media="print")
        expect(page.locator(".ribbon summary")).to_contain_text("10 May 2024")
        expect(page.locator(".ribbon summary")).to_be_visible()
        expect(page.locator(".ribbon .step").first).to_be_hidden()
        expect(page.locator("#as-of")).to_be_hidden()


def test_a_large_matrix_takes_few_sheets_and_all_of_them_can_be_read(
    large: str, browser: Browser, tmp_path: Path
) -> None:
    page = browser.new_page()
    page.goto(f"{large}/n/{SLUG}")
    first, last = (
        str(page.locator(".atlas thead th").nth(n).get_attribute("abbr")) for n in (2, -1)
    )
    for paper in ("A4", "A3"):
        sheets = printed(page, tmp_path / "large.pdf", paper)
        assert len(sheets) <= 8
        with_cells = [sheet for sheet in sheets if "Common ground" in sheet]
        assert len(with_cells) > 1
        assert all(first in sheet and last in sheet for sheet in with_cells)
        whole = " ".join(sheets)
        assert "What the numbers mean" in whole and "Sources of the quotes" in whole
        assert f"/n/{SLUG}?as_of=" in whole.replace(" ", "")
    page.close()


@pytest.mark.parametrize("path", ["", "/parties/north", "/issues/quota", "/cells/north/quota"])
def test_paper_has_day_source_and_address(
    live: Live, browser: Browser, tmp_path: Path, path: str
) -> None:
    live.ada.state()
    source = live.ada.get("/sources/1").data
    with tab(browser, live) as page:
        page.goto(f"/n/lake{path}?as_of=2024-06-01")
        sheet = " ".join(printed(page, tmp_path / "one.pdf", "A4"))
    assert "as of 1 June 2024, as Parley knew it on" in sheet
    assert source["title"] in sheet and source["url"] in sheet
    assert f"/n/lake{path}?as_of=2024-06-01&known_at=" in sheet.replace(" ", "")
    assert "Sign in" not in sheet and "ada" not in sheet.split()
    assert "Embed" not in sheet
