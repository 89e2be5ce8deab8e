"""Read PDF: the words of its pages in reading order, by the position of each character."""

import re
from datetime import date

import pypdfium2
from pypdfium2 import PdfDocument, PdfiumError, raw

from app.sources.extraction.readers import TEXT, Found, UnreadableContent
from app.sources.extraction.readers.pdf_characters import characters
from app.sources.extraction.readers.pdf_flow import flow
from app.sources.extraction.readers.pdf_lines import PdfLine, lines

PAGES = 2_000
_UNKNOWN = 0.3  # share of unknown characters above which the text cannot be read
_DATE = re.compile(r"(?:D:)?(\d{4})(\d{2})(\d{2})")


def read(data: bytes) -> Found:
    """Return the text of a PDF, where each page begins in it, and its metadata.

    Raises UnreadableContent if there are too many pages, no text or too much, or fonts without
    letters.
    """
    document = _opened(data)
    if len(document) > PAGES:
        raise UnreadableContent(
            f"This PDF has more than {PAGES:,} pages: split it, or paste the text of the pages "
            "that matter."
        )
    pages: list[list[PdfLine]] = []
    size = 0
    for page in document:
        # What forms and comments show becomes part of the page.
        raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)
        pages.append(lines(characters(page)))
        page.close()
        size += sum(len(line.text) for line in pages[-1])
        if size > TEXT:
            raise UnreadableContent(
                f"Its text is longer than {TEXT // 1024**2} MB: paste the part that matters."
            )
    made = flow(pages)
    if not made.text.strip():
        raise UnreadableContent(
            "There is no text in this PDF. If its pages are pictures, let a program for text "
            "recognition (OCR) read it."
        )
    if made.text.count("\ufffd") > _UNKNOWN * len(made.text):
        raise UnreadableContent(
            "The fonts of this PDF do not say which letters they draw:"
            " let a program for text recognition (OCR) read its pages."
        )
    return {
        "text": made.text,
        # in code points of the text; a page without words begins where the next one begins
        "pages": made.pages,
        "title": _said(document, "Title"),
        "author": _said(document, "Author"),
        "published_on": _day(_said(document, "CreationDate")),
    }


def _opened(data: bytes) -> PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except PdfiumError as error:
        if error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise UnreadableContent(
                "This PDF is locked with a password: save it without one, or print it into a new "
                "PDF."
            ) from None
        raise


def _said(document: PdfDocument, name: str) -> str:
    """Return an entry of the metadata; empty if it cannot be decoded."""
    try:
        return document.get_metadata_value(name)
    except UnicodeError:
        return ""


def _day(written: str) -> str | None:
    """Return a PDF date as ISO 8601; None if it is invalid, as many programs write it."""
    found = _DATE.match(written)
    if found is None:
        return None
    try:
        return date(*map(int, found.groups())).isoformat()
    except ValueError:
        return None
