"""Set the look of a Word document: paper, styles, and what stands at the head and foot of pages."""

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import CharacterStyle

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
    set_size(styles["Normal"], 10.5)
    styles["Normal"].paragraph_format.space_after = Pt(4)
    for name, size in HEADINGS.items():
        style = styles[name]
        set_size(style, size)
        style.font.color.rgb, style.font.italic = INK, False
        style.paragraph_format.keep_with_next = True
    for name in ("Header", "Footer"):
        set_size(styles[name], 8)
        styles[name].font.color.rgb = GREY
    quote = styles["Quote"]  # upright: not every script has italics
    quote.font.italic, quote.font.cs_italic, quote.font.color.rgb = False, False, INK
    set_size(quote, 11)
    quote.paragraph_format.left_indent = quote.paragraph_format.right_indent = Cm(0.8)
    quote.paragraph_format.space_before = Pt(4)
    quote.paragraph_format.keep_with_next = True
    source = styles.add_style("Quote source", WD_STYLE_TYPE.PARAGRAPH)
    source.base_style, source.font.color.rgb = styles["Normal"], GREY
    set_size(source, 9)
    source.paragraph_format.left_indent = Cm(0.8)
    source.paragraph_format.space_after = Pt(8)
    question = styles.add_style("Question", WD_STYLE_TYPE.PARAGRAPH)
    question.base_style, question.font.color.rgb = styles["Normal"], GREY
    question.paragraph_format.keep_with_next = True
    linked = styles.add_style("Link", WD_STYLE_TYPE.CHARACTER)
    linked.font.color.rgb, linked.font.underline = BLUE, True
    _speak_english(document)


def set_size(style: CharacterStyle, points: float) -> None:
    """Set the size of letters, which Word keeps apart for scripts such as Arabic."""
    style.font.size = Pt(points)
    size = style.element.rPr.find(qn("w:sz"))
    for old in style.element.rPr.findall(qn("w:szCs")):
        style.element.rPr.remove(old)
    other = OxmlElement("w:szCs")
    other.set(qn("w:val"), size.get(qn("w:val")))
    size.addnext(other)


def ids_of(document: Document) -> dict[str, str]:
    """Return the ids of the styles by name."""
    return {style.name: style.style_id for style in document.styles if style.name}


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
