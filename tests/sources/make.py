"""Make files to upload: small ones as programs write them, and hostile ones."""

import io
import zipfile
import zlib

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>No rail will be torn up | The Sarn Courier</title>
<meta name="author" content="Jo Marsh"><meta property="og:site_name" content="The Sarn Courier">
<meta property="article:published_time" content="2025-03-10T08:00:00Z"></head><body>\
<nav>Home Sports Weather</nav>
<article><h1>No rail will be torn up</h1>
<p>The minister of transport came to Sarn on Sunday with an offer and a bill, and stayed for hours \
in the assembly.</p>
<p>“The gauge of Borsk is 1,520 and stays so,” Irena Volk told the assembly of the port in the end.\
</p></article>
<footer>All rights reserved</footer><script>alert("never")</script></body></html>"""

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
CORE = (
    "<cp:coreProperties"
    ' xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Note</dc:title>'
    "<dc:creator>Jo</dc:creator></cp:coreProperties>"
)


def docx(body: str, core: str = CORE, **parts: bytes) -> bytes:
    """Return a Word document with this inner XML, and with further or replaced parts."""
    made = io.BytesIO()
    usual = {
        "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>',
        "docProps/core.xml": core,
        "[Content_Types].xml": "<Types"
        ' xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    }
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (usual | parts).items():
            archive.writestr(name, data)
    return made.getvalue()


def paragraph(*runs: str) -> str:
    return "<w:p>" + "".join(f"<w:r><w:t>{run}</w:t></w:r>" for run in runs) + "</w:p>"


def pdf_of_pages(*pages: str | bytes) -> bytes:
    """Return a PDF with one line of Latin text, or a content stream, on each page.

    A page for an empty string has nothing on it.
    """
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    for page in pages:
        made = pdf(stream=page) if isinstance(page, bytes) else pdf(*[page] if page else [])
        writer.append(PdfReader(io.BytesIO(made)))
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def placed(*lines: tuple[int, int, int, str]) -> bytes:
    """Return a page's content stream with lines at (from left, from bottom, size of letters)."""
    shown = (
        f"BT /F1 {size} Tf {left} {base} Td ({line}) Tj ET" for left, base, size, line in lines
    )
    return "\n".join(shown).encode("cp1252")


def pdf(
    *lines: str,
    encrypt: str | None = None,
    stream: bytes | None = None,
    info: str = "<<>>",
    times: int = 1,
) -> bytes:
    """Return a PDF of one page, `pages` times, with lines of Latin text or a content stream.

    The stream is deflated. `encrypt` is the password that opens the file; empty, it opens without.
    `info` is its metadata.
    """
    from pypdf import PdfReader, PdfWriter

    shown = " ".join(f"({line.replace('(', '[').replace(')', ']')}) Tj T*" for line in lines)
    content = stream or f"BT /F1 12 Tf 14 TL 50 800 Td {shown} ET".encode("latin-1")
    packed = zlib.compress(content)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (b"3 0 R " * times, times),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0"
        b" R>>>>>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    objects.append(info.encode("latin-1"))
    made, places = b"%PDF-1.4\n", []
    for n, body in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj%s endobj\n" % (n, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    made += (
        b"xref\n0 7\n0000000000 65535 f \n%strailer<</Size 7/Root 1 0 R/Info 6 0 R>>\nstartxref\n"
        b"%d\n%%%%EOF"
        % (
            table,
            len(made),
        )
    )
    if encrypt is None:
        return made
    writer = PdfWriter(PdfReader(io.BytesIO(made)))
    writer.encrypt(encrypt, "owner", algorithm="RC4-128")
    locked = io.BytesIO()
    writer.write(locked)
    return locked.getvalue()


def bomb(size: int = 300 * 1024**2) -> bytes:
    """Return a Word document that inflates to this many bytes."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("word/document.xml", "w") as part,
    ):
        for _ in range(size // 1024**2):
            part.write(b" " * 1024**2)
    return made.getvalue()
