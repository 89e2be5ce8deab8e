"""Extract text with one library: its name is the argument, the files are JSON on standard input."""

import json
import re
import sys

BLOCK = re.compile(
    r"<br\s*/?>|</(?:p|div|li|h\d|td|tr|th|blockquote|figcaption|aside|section|dd|dt)>"
)


def python_docx(path: str) -> str:
    """Read DOCX with python-docx."""
    from docx import Document

    document = Document(path)
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def docx2txt(path: str) -> str:
    """Read DOCX with docx2txt."""
    import docx2txt

    return docx2txt.process(path)


def mammoth(path: str) -> str:
    """Read DOCX with mammoth."""
    import mammoth

    with open(path, "rb") as file:
        return mammoth.extract_raw_text(file).value


def pypdf(path: str) -> str:
    """Read PDF with pypdf."""
    from pypdf import PdfReader

    return "\n".join(page.extract_text() for page in PdfReader(path).pages)


def pdfminer(path: str) -> str:
    """Read PDF with pdfminer.six."""
    from pdfminer.high_level import extract_text

    return extract_text(path)


def pdfium(path: str) -> str:
    """Read PDF with PDFium."""
    from pypdfium2 import PdfDocument

    return "\n".join(page.get_textpage().get_text_range() for page in PdfDocument(path))


def trafilatura(path: str) -> str:
    """Read HTML with trafilatura."""
    import trafilatura

    with open(path, "rb") as file:
        return trafilatura.extract(file.read(), include_comments=False, favor_recall=True) or ""


def readability(path: str) -> str:
    """Read HTML with readability-lxml."""
    from lxml.html import fromstring
    from readability import Document

    with open(path, "rb") as file:
        article = Document(file.read()).summary()
    # The result is HTML: blocks and breaks separate words there, which the text alone would not.
    return fromstring(re.sub(BLOCK, r"\g<0>\n", article)).text_content()


READERS = {
    f.__name__: f
    for f in (python_docx, docx2txt, mammoth, pypdf, pdfminer, pdfium, trafilatura, readability)
}


def main() -> None:
    """Read the files, and print their texts as JSON."""
    texts = {}
    for path in json.load(sys.stdin):
        try:
            texts[path] = READERS[sys.argv[1]](path)
        except Exception as error:
            # A library's failure is its result for that file.
            print(f"{path}: {type(error).__name__}: {error}", file=sys.stderr)
    json.dump(texts, sys.stdout)


main()
