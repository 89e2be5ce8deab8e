"""Read PDF."""

import io
import re

from app.sources.readers import TEXT, Found, Unreadable

PAGES = 2_000
BETWEEN_PAGES = "\n\n"


def read(data: bytes) -> Found:
    """Take the text out of a PDF, page after page."""
    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    reader = PdfReader(io.BytesIO(data), strict=False)
    try:
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("This PDF is locked with a password: save it without one.")
    except DependencyError:
        raise Unreadable("This PDF is encrypted: print it into a new one, which is not.") from None
    if len(reader.pages) > PAGES:
        raise Unreadable(f"This PDF has more than {PAGES:,} pages.")
    pages, starts, size, end = [], [], 0, 0
    for page in reader.pages:
        text = page.extract_text()
        made = _paragraphs(text)
        starts.append(end)
        if made:
            pages.append(made)
            end += len(made) + len(BETWEEN_PAGES)
        size += len(text)
        if size > TEXT:
            raise Unreadable(f"Its text is longer than {TEXT // 1024**2} MB.")
    if not "".join(pages).strip():
        raise Unreadable("This PDF holds pictures of pages, no text: let a program for text recognition read it first.")
    about = reader.metadata
    created = about.creation_date if about else None
    return {
        "text": BETWEEN_PAGES.join(pages),
        "pages": starts,  # in code points of the text; a page without words begins where the next one does
        "title": about and about.title,
        "author": about and about.author,
        "published_on": created.date().isoformat() if created else None,
    }


def _paragraphs(page: str) -> str:
    """Join lines into paragraphs: one ends with a sentence in a short line. Only white space is changed."""
    lines = [line.strip() for line in page.splitlines()]
    width = max((len(line) for line in lines), default=0)
    made = [""]
    for line in lines:
        if line:
            made[-1] += f" {line}" if made[-1] else line
        if not line or (len(line) < 0.8 * width and re.search(r"[.!?:;…][”’»\"')\]]*$", line)):
            made.append("")
    return "\n\n".join(paragraph for paragraph in made if paragraph)
