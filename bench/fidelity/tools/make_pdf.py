"""Write PDFs with reportlab, in the bench's own Python; JSON on standard input."""

import json
import sys
from xml.sax.saxutils import escape

from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Frame,
    ListFlowable,
    ListItem,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)

# Ligatures as typesetting programs from before OpenType write them.
LIGATURES = (("ffi", "ﬃ"), ("ffl", "ﬄ"), ("ff", "ﬀ"), ("fi", "ﬁ"), ("fl", "ﬂ"))
FONTS = "/usr/share/fonts/truetype/dejavu/"
LEFT, WIDTH = 20 * mm, A4[0] - 40 * mm


def ligated(text: str) -> str:
    """Replace letters by ligatures."""
    for letters, one in LIGATURES:
        text = text.replace(letters, one)
    return text


def seen(piece: dict, wanted: dict) -> str:
    """Return what a reader sees of a piece."""
    text = ligated(piece["text"]) if wanted["ligatures"] else piece["text"]
    return {"nbhyphen": "-"}.get(piece["how"], text)


def flowing(wanted: dict) -> None:
    """Write columns, running heads and notes with platypus, hyphenated."""
    size = wanted["size"]
    style = ParagraphStyle(
        "p",
        fontName="Serif",
        fontSize=size,
        leading=size * 1.35,
        alignment=TA_JUSTIFY,
        spaceAfter=6,
    )
    style.hyphenationLang = wanted["hyphenation"]
    heading = ParagraphStyle(
        "h", parent=style, fontSize=size * 1.3, leading=size * 1.7, alignment=0
    )
    notes: list[str] = []

    def words(item: list[dict]) -> str:
        made = ""
        for piece in item:
            how, text = piece["how"], escape(seen(piece, wanted))
            if how == "note":
                notes.append(piece["note"])
                made += f"<super>{len(notes)}</super>"
            else:
                tag = {"bold": "b", "italic": "i", "link": "u"}.get(how)
                made += (
                    "<br/>"
                    if how in ("break", "carriage")
                    else f"<{tag}>{text}</{tag}>"
                    if tag
                    else text
                )
        return made

    story = []
    for block in wanted["blocks"]:
        made = [
            Paragraph(words(item), heading if block["style"] == "heading" else style)
            for item in block["items"]
        ]
        if block["style"] == "row":
            story += [
                Table(
                    [made],
                    style=[
                        ("GRID", (0, 0), (-1, -1), 0.5, "black"),
                        ("VALIGN", (0, 0), (-1, -1), "TOP"),
                    ],
                )
            ]
        elif block["style"] == "li":
            story += [ListFlowable([ListItem(one) for one in made], bulletType="bullet")]
        else:
            story += made
    small = ParagraphStyle("n", parent=style, fontSize=size * 0.8, leading=size)
    story += [
        Spacer(1, 10),
        *(Paragraph(f"<super>{n}</super> {escape(t)}", small) for n, t in enumerate(notes, 1)),
    ]

    def furniture(canvas, document) -> None:
        canvas.setFont("Serif", 8)
        canvas.drawString(LEFT, A4[1] - 15 * mm, wanted["header"])
        canvas.drawCentredString(A4[0] / 2, 12 * mm, f"– {document.page} –")

    count, gap = wanted["columns"], 8 * mm
    width = (WIDTH - gap * (count - 1)) / count
    frames = [
        Frame(
            LEFT + n * (width + gap), 22 * mm, width, A4[1] - 44 * mm, leftPadding=0, rightPadding=0
        )
        for n in range(count)
    ]
    document = BaseDocTemplate(wanted["path"], pagesize=A4, title=wanted["name"])
    document.addPageTemplates(PageTemplate(frames=frames, onPage=furniture))
    document.build(story)


def placed(wanted: dict) -> None:
    """Write each word at its place without spaces, as TeX does, with lines broken at hyphens.

    Hyphens come from a dictionary.
    """
    import pyphen

    canvas, size, height = Canvas(wanted["path"], pagesize=A4), wanted["size"], A4[1] - 25 * mm
    dictionary = pyphen.Pyphen(lang=wanted["hyphenation"] or "en_GB")
    space = pdfmetrics.stringWidth(" ", "Serif", size)
    for block in wanted["blocks"]:
        for item in block["items"]:
            words = "".join(seen(piece, wanted) for piece in item).replace("\xad", "").split()
            lines, line, used = [], [], 0.0
            while words:
                word = words.pop(0)
                wide = pdfmetrics.stringWidth(word, "Serif", size)
                if used + wide <= WIDTH:
                    line.append((used, word))
                    used += wide + space
                    continue
                for first, rest in dictionary.iterate(word):
                    if (
                        used + pdfmetrics.stringWidth(first + "-", "Serif", size) <= WIDTH
                        and first[-1:].isalpha()
                    ):
                        line.append((used, first + "-"))
                        word = rest
                        break
                words.insert(0, word)
                lines.append(line)
                line, used = [], 0.0
            lines.append(line)
            for placed_words in lines:
                if height < 25 * mm:
                    canvas.showPage()
                    height = A4[1] - 25 * mm
                canvas.setFont("Serif", size)
                for at, word in placed_words:
                    canvas.drawString(LEFT + at, height, word)
                height -= size * 1.35
            height -= size * 0.8
    canvas.save()


def main() -> None:
    """Write the documents that standard input describes."""
    for name, face in {
        "Serif": "DejaVuSerif",
        "Serif-Bold": "DejaVuSerif-Bold",
        "Serif-Italic": "DejaVuSerif-Italic",
    }.items():
        pdfmetrics.registerFont(TTFont(name, f"{FONTS}{face}.ttf"))
    pdfmetrics.registerFontFamily("Serif", "Serif", "Serif-Bold", "Serif-Italic", "Serif-Bold")
    for wanted in json.load(sys.stdin):
        (placed if wanted["placed"] else flowing)(wanted)


main()
