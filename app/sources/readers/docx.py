"""Read DOCX."""

import io
import re
import zipfile
from xml.etree import ElementTree

from app.sources.readers import Found, Unreadable

UNPACKED = 64 * 1024**2  # bytes of a document, unpacked
PARTS = 2_000  # files in a document


def read(data: bytes) -> Found:
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
