"""Make all documents of the bench, with every producer that is available."""

import json
import random
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.fidelity import docx_by_hand, html_shapes, open_document, printed, programs
from bench.fidelity.blocks import Block, Document, document_of
from bench.fidelity.compose import Plan, compose
from bench.fidelity.stock import Stock
from tools.browser import find as find_chromium

_LETTER: Plan = [
    ("heading", 1), ("p", 3), ("p", 4), ("li", 3), ("p", 3), ("row", 3), ("quote", 2), ("p", 4),
    ("box", 2), ("p", 3)
]  # fmt: skip
_REPORT: Plan = [
    ("heading", 1),
    ("p", 5),
    ("p", 4),
    ("p", 6),
    ("heading", 1),
    ("p", 5),
    ("li", 3),
    ("p", 6),
]
_SHORT: Plan = [("heading", 1), ("p", 5), ("p", 6)]
_LONG: Plan = [("heading", 1), *[("p", 7)] * 6, ("heading", 1), ("p", 8)]
_HEADER = "Provisional edition of the staff office"

_HAND = [
    ("en", ("break", "carriage", "tab", "pagebreak", "columnbreak")),
    ("en", ("field", "complex", "control", "smart", "link", "bookmark")),
    ("en", ("note", "", "note", "comment")),
    ("en", ("hidden", "deleted", "inserted", "moved")),
    ("en", ("styled away", "unhidden", "styled back", "columnbreak")),
    ("uk", ("break", "note", "field", "deleted")),
    ("de", ("soft", "nbhyphen", "split", "nbsp", "next")),
    ("fr", ("split", "inserted", "hidden", "tab", "nbhyphen", "next")),
    ("ar", ("break", "complex", "deleted", "note")),
]
_PYTHON_DOCX = [
    ("en", ("break", "tab", "pagebreak", "carriage", "split"), _LETTER, 1),
    ("en", ("hidden", "comment", "bold", "caps", "next"), _LETTER, 1),
    ("en", ("break", "soft", "nbsp"), _REPORT, 2),
    ("ru", ("hidden", "break", "italic"), _LETTER, 1),
    ("de", ("soft", "split", "next"), _LETTER, 1),
    ("fr", ("nbsp", "bold", "columnbreak"), _REPORT, 2),
]
_OFFICE_DOCX = [
    ("en", ("break", "tab", "note", "bold"), _LETTER, 1),
    ("en", ("field", "link", "bookmark", "nbhyphen", "next"), _LETTER, 1),
    ("en", ("deleted", "inserted", "hidden"), _LETTER, 1),
    ("en", ("note", "soft", "split"), _REPORT, 2),
    ("uk", ("note", "deleted", "break"), _LETTER, 1),
    ("ar", ("link", "", "tab"), _LETTER, 1),
]
_OFFICE_PDF = [
    ("en", ("soft", "bold", "", "link"), _REPORT, 1),
    ("en", ("", "soft", "hidden", "across"), _LETTER, 1),
    ("en", ("soft", "italic"), _LONG, 2),
    ("en", ("", "field", "split"), _LONG, 1),
    ("ru", ("soft", "", "break"), _REPORT, 1),
    ("de", ("soft", "bold"), _LONG, 2),
    ("fr", ("soft", "nbsp"), _LETTER, 1),
]
_CHROMIUM = [
    ("en", ("soft", "", "link"), _REPORT, 1, 11),
    ("en", ("soft", "bold", "hidden"), _LONG, 2, 10),
    ("en", ("", "soft", "across"), _LETTER, 1, 13),
    ("en", ("soft", "break", "italic"), _LONG, 1, 12),
    ("uk", ("soft", ""), _REPORT, 1, 11),
    ("de", ("soft", "bold"), _LONG, 2, 9),
    ("fr", ("soft", "nbsp"), _LETTER, 1, 11),
    ("ar", ("", "link"), _SHORT, 1, 12),
]
# Language, ways, plan, columns, hyphenation, ligatures, size, whether each word is placed alone
_REPORTLAB: list[tuple[str, Sequence[str], Plan, int, str, bool, int, bool]] = [
    ("en", ("", "bold", "link"), _REPORT, 1, "en_GB", True, 11, False),
    ("en", ("", "italic"), _LONG, 2, "en_GB", True, 10, False),
    ("en", ("", "across"), _LETTER, 1, "en_GB", False, 12, False),
    ("en", ("break", ""), _LONG, 1, "en_GB", False, 13, False),
    ("en", ("",), _LONG, 1, "en_GB", True, 11, True),
    ("ru", ("", "bold"), _REPORT, 2, "ru_RU", False, 10, False),
    ("de", ("",), _LONG, 2, "de_DE", False, 10, False),
    ("de", ("",), _REPORT, 1, "de_DE", True, 11, True),
]
_HTML = {
    "article": ("en", "de", "fr", "ar"),
    "soup": ("en", "en", "de"),
    "live": ("en", "en", "uk"),
    "interview": ("en", "en", "fr"),
    "figures": ("en", "en", "de"),
    "tables": ("en", "en", "fr"),
    "hidden": ("en", "en", "uk"),
    "windows-1251": ("ru", "uk", "ru"),
    "untidy": ("en", "ru", "de"),
    "ministry": ("en", "en", "ar"),
}


def make(stock: Stock, kinds: Sequence[str] = ("docx", "pdf", "html")) -> Iterator[Document]:
    """Make the documents; if a producer is missing, report it and continue."""
    makers = {
        "docx": (by_hand, by_python_docx, by_office),
        "pdf": (by_chromium, by_reportlab, by_office_as_pdf),
        "html": (as_html,),
    }
    for kind, all_of_it in makers.items():
        for maker in all_of_it:
            # Documents that are not measured use up their sentences too, so that the others
            # always have the same ones.
            made = maker(stock) if kind in kinds else []
            yield from (document for document in made if document.data)


def by_hand(stock: Stock) -> list[Document]:
    """Make DOCX as XML."""
    made = []
    for n, (language, hows) in enumerate(_HAND):
        name = f"docx-hand-{language}-{n}"
        blocks = compose(stock, language, _LETTER, hows, random.Random(name))
        data = docx_by_hand.Writer().write(blocks, _HEADER)
        made.append(
            document_of(
                name, "XML by hand", blocks, data=data, put_in=[_HEADER, docx_by_hand.COMMENT]
            )
        )
    return made


def by_python_docx(stock: Stock) -> list[Document]:
    """Make DOCX with python-docx."""
    made, wanted = [], []
    for n, (language, hows, plan, columns) in enumerate(_PYTHON_DOCX):
        name = f"docx-python-{language}-{n}"
        blocks = compose(stock, language, plan, hows, random.Random(name))
        made.append(
            document_of(
                name, "python-docx", blocks, put_in=[_HEADER, "Page 1 of 4", "Is this word right?"]
            )
        )
        wanted.append(
            {"name": name, "header": _HEADER, "columns": columns, "blocks": _plain(blocks)}
        )
    return _by_script("make_docx.py", made, wanted)


def by_reportlab(stock: Stock) -> list[Document]:
    """Make PDF with reportlab."""
    made, wanted = [], []
    for n, (language, hows, plan, columns, hyphenation, ligatures, size, placed) in enumerate(
        _REPORTLAB
    ):
        name = f"pdf-reportlab-{language}-{n}"
        blocks = compose(stock, language, plan, hows, random.Random(name))
        producer = "reportlab, words placed singly" if placed else "reportlab"
        made.append(document_of(name, producer, blocks, put_in=[_HEADER, *_pages("– {} –")]))
        options = {
            "columns": columns,
            "hyphenation": hyphenation,
            "ligatures": ligatures,
            "size": size,
            "placed": placed,
        }
        wanted.append({"name": name, "header": _HEADER, "blocks": _plain(blocks), **options})
    return _by_script("make_pdf.py", made, wanted)


def by_chromium(stock: Stock) -> list[Document]:
    """Make PDF by printing with Chromium."""
    made, pages = [], []
    for n, (language, hows, plan, columns, size) in enumerate(_CHROMIUM):
        name = f"pdf-chromium-{language}-{n}"
        blocks = compose(stock, language, plan, hows, random.Random(name))
        head = _HEADER if n % 2 else ""
        pages.append((printed.page(blocks, language, columns, size=size), head))
        made.append(
            document_of(name, "Chromium", blocks, put_in=[head, *_pages("{}")] if head else [])
        )
    program = find_chromium()
    if program is None:
        programs.say("There is no Chromium: it prints nothing.")
        return []
    for document, data in zip(made, printed.print_all(pages, program), strict=True):
        document.data = data
    return made


def by_office(stock: Stock) -> list[Document]:
    """Make DOCX with LibreOffice."""
    return _by_office(stock, "docx", _OFFICE_DOCX)


def by_office_as_pdf(stock: Stock) -> list[Document]:
    """Make PDF with LibreOffice."""
    return _by_office(stock, "pdf", _OFFICE_PDF)


def as_html(stock: Stock) -> list[Document]:
    """Make HTML in ten shapes."""
    return [
        html_shapes.make(shape, lang, n, stock)
        for shape, of in _HTML.items()
        for n, lang in enumerate(of)
    ]


def _by_office(
    stock: Stock, to: str, plans: Sequence[tuple[str, Sequence[str], Plan, int]]
) -> list[Document]:
    made, written = [], {}
    for n, (language, hows, plan, columns) in enumerate(plans):
        name = f"{to}-office-{language}-{n}"
        blocks = compose(stock, language, plan, hows, random.Random(name))
        written[name] = open_document.Writer(language, columns).write(blocks, _HEADER)
        made.append(
            document_of(
                name,
                "LibreOffice",
                blocks,
                put_in=[_HEADER, *(_pages("{}") if to == "pdf" else [])],
            )
        )
    if programs.office() is None:
        programs.say("There is no LibreOffice: it makes nothing.")
        return []
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"{name}.fodt") for name in written]
        for path in paths:
            path.write_bytes(written[path.stem])
        programs.convert(paths, to, Path(folder))
        return _read(made, Path(folder), to)


def _by_script(script: str, made: list[Document], wanted: list[dict[str, Any]]) -> list[Document]:
    """Make documents with a script that runs in the bench's own Python."""
    python = programs.python()
    if python is None:
        programs.say(f"{script}: its packages cannot be had, it makes nothing.")
        return []
    ending = made[0].kind
    with tempfile.TemporaryDirectory() as folder:
        for one in wanted:
            one["path"] = str(Path(folder, f"{one['name']}.{ending}"))
        programs.run([python, programs.TOOLS / script], json.dumps(wanted).encode())
        return _read(made, Path(folder), ending)


def _read(made: list[Document], folder: Path, ending: str) -> list[Document]:
    for document in made:
        path = folder / f"{document.name}.{ending}"
        document.data = path.read_bytes() if path.exists() else b""
        if not document.data:
            programs.say(f"  {document.name} was not made")
    return made


def _plain(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """Return blocks as JSON for a script that does not import the bench."""
    return [
        {"style": b.style, "items": [[_piece(p) for p in item] for item in b.items()]}
        for b in blocks
    ]


def _piece(piece: Any) -> dict[str, str]:
    return {"text": piece.text, "how": piece.how} | (
        {"note": piece.note.text} if piece.note else {}
    )


def _pages(shape: str) -> list[str]:
    return [shape.format(n) for n in range(1, 5)]
