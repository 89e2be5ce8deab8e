"""Test how many sheets a large matrix takes; apart, since its data come before the browser does."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from app.embedded_postgres.server import Server
from tests.matrix_page.test_size import GRID
from tests.support.grid import SLUG
from tests.support.live import serving
from tests.support.paper import printed
from tests.support.worlds import copied

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def large(postgres: Server) -> Iterator[str]:
    """Serve a matrix of 40 parties and 60 issues; return its address."""
    with copied(postgres, GRID) as (server, _), serving(server.url) as url:
        yield url


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
        with_cells = [sheet for sheet in sheets if "Commonground" in sheet]
        assert len(with_cells) > 1
        assert all(first in sheet and last in sheet for sheet in with_cells)
        whole = "".join(sheets)
        assert "Whatthenumbersmean" in whole and "Sourcesofthequotes" in whole
        assert f"/n/{SLUG}?as_of=" in whole
    page.close()
