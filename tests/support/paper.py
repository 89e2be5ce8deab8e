"""Print pages, and read what is on the sheets."""

from pathlib import Path

import pypdfium2
from playwright.sync_api import Page


def printed(page: Page, path: Path, paper: str) -> list[str]:
    """Print a page across; return the text of each sheet, without spaces: PDF may lack them."""
    page.pdf(path=path, format=paper, landscape=True)
    sheets = pypdfium2.PdfDocument(path)
    return ["".join(sheet.get_textpage().get_text_bounded().split()) for sheet in sheets]
