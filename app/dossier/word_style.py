"""Set the look of a Word document: paper, styles, and what stands at the head and foot of pages."""

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.shared import Cm, Pt, RGBColor

from app.dossier.word_parts import field, link, write

INK, GREY, BLUE = RGBColor(0x1D, 0x23, 0x2B), RGBColor(0x50, 0x58, 0x62), RGBColor(0x1F, 0x4E, 0x79)
HEADINGS = {"Title": 24, "Subtitle": 13, "Heading 1": 16, "Heading 2": 13, "Heading 3": 11.5}


def prepare(document: Document) -> None:
    """Set paper and styles; Word's own names of styles stay, so that headings are headings."""
    [section] = document.sections
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin, section.bottom_margin = Cm(2.2), Cm(2.2)
    styles = document.styles
    styles["Normal"].font.size = Pt(10.5)
    styles["Normal"].paragraph_format.space_after = Pt(4)
    for name, size in HEADINGS.items():
        style = styles[name]
        style.font.size, style.font.color.rgb = Pt(size), INK
        style.font.italic = False
        style.paragraph_format.keep_with_next = True
    for name in ("Header", "Footer"):
        styles[name].font.size, styles[name].font.color.rgb = Pt(8), GREY
    quote = styles["Quote"]  # upright: not every script has italics
    quote.font.italic, quote.font.color.rgb, quote.font.size = False, INK, Pt(11)
    quote.paragraph_format.left_indent = quote.paragraph_format.right_indent = Cm(0.8)
    quote.paragraph_format.space_before = Pt(4)
    quote.paragraph_format.keep_with_next = True
    source = styles.add_style("Quote source", WD_STYLE_TYPE.PARAGRAPH)
    source.base_style, source.font.size, source.font.color.rgb = styles["Normal"], Pt(9), GREY
    source.paragraph_format.left_indent = Cm(0.8)
    source.paragraph_format.space_after = Pt(8)
    question = styles.add_style("Question", WD_STYLE_TYPE.PARAGRAPH)
    question.base_style, question.font.color.rgb = styles["Normal"], GREY
    question.paragraph_format.keep_with_next = True
    linked = styles.add_style("Link", WD_STYLE_TYPE.CHARACTER)
    linked.font.color.rgb, linked.font.underline = BLUE, True
    _speak_english(document)


def _speak_english(document: Document) -> None:
    """Say that all that has no language of its own is in English."""
    properties = document.styles["Normal"].element.get_or_add_rPr()
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-GB")
    properties.append(language)


def head_and_foot(document: Document, head: str, foot: str, address: str) -> None:
    """Write what each page has: what it is, its state and licence, its address and number."""
    [section] = document.sections
    top = section.header.paragraphs[0]
    write(top, head)
    bottom = section.footer.paragraphs[0]
    write(bottom, f"{foot} · page ")
    field(bottom, "PAGE")
    write(bottom, " of ")
    field(bottom, "NUMPAGES")
    link(section.footer.add_paragraph(style="Footer"), address, address)
