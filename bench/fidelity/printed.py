"""Write pages for print and print them with Chromium: columns, soft hyphens, notes.

Ligatures and running heads too.
"""

from collections.abc import Sequence
from html import escape

from bench.fidelity.blocks import Block, Piece, Sentence
from bench.fidelity.programs import say

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
)
_TAGS = {
    "bold": "b",
    "italic": "i",
    "link": "a href='https://example.org/accord'",
    "date": "time",
    "small": "small",
}
_LIST = {"p": "p", "heading": "h2", "quote": "blockquote", "caption": "figcaption", "box": "aside"}


def page(
    blocks: list[Block], language: str, columns: int = 1, font: str = "DejaVu Serif", size: int = 11
) -> str:
    """Write a page as a newsroom or a ministry prints it."""
    notes: list[Sentence] = []
    body = "".join(_block(block, notes) for block in blocks)
    listed = "".join(
        f"<p class='note'><sup>{n}</sup> {escape(note.text)}</p>" for n, note in enumerate(notes, 1)
    )
    way = " dir='rtl'" if language == "ar" else ""
    return (
        f"<!doctype html><html lang='{language}'{way}><meta charset='utf-8'>"
        "<title>Communiqué</title><style>"
        f"body{{font:{size}pt/1.4 '{font}';text-align:justify;hyphens:auto;columns:{columns};"
        f"column-gap:8mm}}"
        "p{margin:0 0 3mm}sup{font-size:70%}.note{font-size:80%}td{border:1px solid;padding:1mm}"
        "aside{border:1px solid;padding:2mm;margin:2mm 0}h2{font-size:120%}</style>"
        f"<body>{body}{listed}</body></html>"
    )


def _block(block: Block, notes: list[Sentence]) -> str:
    items = ["".join(_piece(piece, notes) for piece in item) for item in block.items()]
    if block.style == "row":
        return f"<table><tr>{''.join(f'<td>{item}</td>' for item in items)}</tr></table>"
    if block.style == "li":
        return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"
    tag = _LIST.get(block.style, "p")
    return "".join(f"<{tag}>{item}</{tag}>" for item in items)


def _piece(piece: Piece, notes: list[Sentence]) -> str:
    words = escape(piece.text)
    if piece.how in ("break", "carriage"):
        return "<br>"
    if piece.how == "nbhyphen":
        return "‑"
    if piece.how == "hidden":
        return f"<span hidden>{words}</span>"
    if piece.how == "note" and piece.note:
        notes.append(piece.note)
        return f"<sup>{len(notes)}</sup>"
    tag = _TAGS.get(piece.how)
    return f"<{tag}>{words}</{tag.split()[0]}>" if tag else words


def print_all(pages: Sequence[tuple[str, str]], program: str) -> list[bytes]:
    """Print pages with a running head each; a page that cannot be printed becomes empty bytes."""
    from playwright.sync_api import Error, sync_playwright

    printed = []
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
            sheet = browser.new_page()
            for html, head in pages:
                sheet.set_content(html)
                small = "font-size:8px;width:100%;text-align:center"
                printed.append(
                    sheet.pdf(
                        format="A4",
                        display_header_footer=bool(head),
                        header_template=f"<div style='{small}'>{escape(head)}</div>",
                        footer_template=f"<div style='{small}'><span class='pageNumber'></span>"
                        "</div>",
                        margin={"top": "22mm", "bottom": "22mm", "left": "20mm", "right": "20mm"},
                    )
                )
            browser.close()
    except Error as error:
        say(f"  Chromium: {str(error).splitlines()[0]}")
    return printed + [b""] * (len(pages) - len(printed))
