"""Write what python-docx lacks: languages, directions, links, fields, repeated heads."""

import re
from collections.abc import Sequence

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm
from docx.table import Table, _Row
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from app.core.xml_text import xml_text
from app.pictures.lettering import is_rtl

LINK = "Link"  # the id of the style of links, and its name
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
EAST_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# What follows `bidi` in the properties of a paragraph, by the schema of WordprocessingML.
AFTER_BIDI = tuple(
    f"w:{name}"
    for name in (
        "adjustRightInd", "snapToGrid", "spacing", "ind", "contextualSpacing", "mirrorIndents",
        "suppressOverlap", "jc", "textDirection", "textAlignment", "textboxTightWrap",
        "outlineLvl", "divId", "cnfStyle", "rPr", "sectPr", "pPrChange",
    )
)  # fmt: skip


def write(paragraph: Paragraph, text: str, *, language: str | None = None) -> Run:
    """Add a text to a paragraph, in its language and direction."""
    run = paragraph.add_run(xml_text(text))
    if is_rtl(text):
        run.font.rtl = True
    if language and LANGUAGE.fullmatch(language):
        run._r.get_or_add_rPr().append(_language(text, language))
    return run


def write_passage(paragraph: Paragraph, text: str, language: str | None) -> None:
    """Add a text that is a whole paragraph, which takes the direction of the text."""
    if is_rtl(text):
        mark_right_to_left(paragraph)
    write(paragraph, text, language=language)


def mark_right_to_left(paragraph: Paragraph) -> None:
    """Let a paragraph run from right to left."""
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(OxmlElement("w:bidi"), *AFTER_BIDI)


def _language(text: str, code: str) -> BaseOxmlElement:
    """Say in which language a run is; Word keeps one for each kind of script."""
    kind = "val"
    if is_rtl(text):
        kind = "bidi"
    elif EAST_ASIAN.search(text):
        kind = "eastAsia"
    return _element("w:lang", **{kind: code})


def link(paragraph: Paragraph, text: str, address: str) -> None:
    """Add a link to a paragraph."""
    found = paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    around = OxmlElement("w:hyperlink")
    around.set(qn("r:id"), found)
    run = write(paragraph, text)
    run._r.style = LINK
    around.append(run._r)
    paragraph._p.append(around)


def field(paragraph: Paragraph, instruction: str) -> None:
    """Add what the program that shows the document counts: PAGE or NUMPAGES."""
    around = _element("w:fldSimple", instr=instruction)
    run = paragraph.add_run("1")
    around.append(run._r)
    paragraph._p.append(around)


def table(document: Document, columns: Sequence[tuple[str, float]]) -> Table:
    """Add a table whose head is repeated on each page; of each column the head and width in cm."""
    made = document.add_table(rows=1, cols=len(columns), style="Table Grid")
    made.autofit = False
    for column, (_, width) in zip(made.columns, columns, strict=True):
        column.width = Cm(width)
    [row] = made.rows
    for cell, (text, width) in zip(row.cells, columns, strict=True):
        cell.width = Cm(width)
        write(cell.paragraphs[0], text).bold = True
    _row_property(row, "w:cantSplit")
    _row_property(row, "w:tblHeader")
    return made


def add_row(made: Table, texts: Sequence[str]) -> None:
    """Add a row to a table, which is not broken over two pages."""
    row = made.add_row()
    for cell, text in zip(row.cells, texts, strict=True):
        write(cell.paragraphs[0], text)
    _row_property(row, "w:cantSplit")


def _row_property(row: _Row, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _element(name: str, **attributes: str) -> BaseOxmlElement:
    made: BaseOxmlElement = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made
