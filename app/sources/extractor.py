"""Take the text out of one file, in a process of its own: bytes on standard input, JSON on standard output.

Run as a script, so that it needs nothing of the program, no setting and no database. `extraction.py` starts it. It
limits itself before it looks at a byte: what a hostile file can bring down is this process.
"""

import contextlib
import io
import json
import re
import resource
import sys
import zipfile
from typing import Any
from xml.etree import ElementTree

MEMORY = 768 * 1024**2  # bytes of address space
SECONDS = 10  # of the processor
TEXT = 5 * 1024**2  # bytes of text in UTF-8, at most
UNPACKED = 64 * 1024**2  # bytes of a DOCX, unpacked
PARTS = 2_000  # files in a DOCX
PAGES = 2_000  # of a PDF

BETWEEN_PAGES = "\n\n"

Found = dict[str, Any]


class Unreadable(Exception):
    """Says to an editor why there is no text."""


def main() -> None:
    kind = sys.argv[1]
    _limit(resource.RLIMIT_AS, MEMORY)
    _limit(resource.RLIMIT_CPU, SECONDS)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    data = sys.stdin.buffer.read()
    try:
        found = READERS[kind](data)
        if len(found["text"].encode("utf-8", "replace")) > TEXT:
            raise Unreadable(f"Its text is longer than {TEXT // 1024**2} MB.")
        if not found["text"].strip():
            raise Unreadable("There is no text in it.")
    except Unreadable as error:
        found = {"error": str(error)}
    except MemoryError:
        found = {"error": "It takes more memory than a file may."}
    except Exception:
        # Whatever a library trips over lies in the file; its own words would tell an editor nothing.
        found = {"error": "It is damaged, or not what it seems to be."}
    sys.stdout.buffer.write(json.dumps(found, ensure_ascii=True).encode())


def _limit(what: int, most: int) -> None:
    hard = resource.getrlimit(what)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    with contextlib.suppress(ValueError):  # macOS knows no limit of the address space
        resource.setrlimit(what, (most, most))


def read_html(data: bytes) -> Found:
    """Take the article out of a page, and what the page says about itself."""
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    document = bare_extraction(
        data.decode(),
        with_metadata=True,
        include_comments=False,
        include_tables=True,
        favor_recall=True,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    if not isinstance(document, Document) or not document.text:
        raise Unreadable("No article was found in this page: paste its text.")
    lines = [line.strip() for line in document.text.split("\n")]
    return {
        "text": "\n\n".join(line for line in lines if line),
        "title": document.title,
        "author": document.author,
        "publisher": document.sitename,
        "published_on": document.date,
        "language": document.language,
        "url": document.url,
        "licence": document.license,
    }


def read_pdf(data: bytes) -> Found:
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


def read_docx(data: bytes) -> Found:
    """Take the text out of a Word document: with inserted text, without deleted text, with its notes."""
    import mammoth

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED:
            raise Unreadable(f"Unpacked, this document would take more than {UNPACKED // 1024**2} MB.")
        names = {part.filename for part in parts}
        if "word/document.xml" not in names:
            raise Unreadable("This is no Word document. A spreadsheet or a presentation is not read: paste its text.")
        about = archive.read("docProps/core.xml") if "docProps/core.xml" in names else None
    text = mammoth.extract_raw_text(io.BytesIO(data)).value
    core = ElementTree.fromstring(about) if about else None  # noqa: S314  (expat refuses bombs, and the process is limited)
    named = "{http://purl.org/dc/elements/1.1/}"
    return {
        "text": re.sub(r"\n{3,}", "\n\n", text).strip(),
        "title": core.findtext(f"{named}title") if core is not None else None,
        "author": core.findtext(f"{named}creator") if core is not None else None,
        "language": core.findtext(f"{named}language") if core is not None else None,
    }


READERS = {"html": read_html, "pdf": read_pdf, "docx": read_docx}

if __name__ == "__main__":
    main()
