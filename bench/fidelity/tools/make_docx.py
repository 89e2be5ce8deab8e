"""Write Word documents with python-docx, in the bench's own Python; JSON on standard input."""

import json
import sys

from docx import Document
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

BREAKS = {"break": WD_BREAK.LINE, "pagebreak": WD_BREAK.PAGE, "columnbreak": WD_BREAK.COLUMN}
STYLES = {
    "li": "List Bullet",
    "quote": "Intense Quote",
    "caption": "Caption",
    "heading": "Heading 1",
}


def write(wanted: dict) -> None:
    """Write one document."""
    document = Document()
    document.core_properties.title = wanted["name"]
    section = document.sections[0]
    section.header.paragraphs[0].text = wanted["header"]
    section.footer.paragraphs[0].text = "Page 1 of 4"
    if wanted["columns"] > 1:
        columns = OxmlElement("w:cols")
        columns.set(qn("w:num"), str(wanted["columns"]))
        section._sectPr.append(columns)  # python-docx has no interface for columns
    for block in wanted["blocks"]:
        if block["style"] == "row":
            cells = document.add_table(1, len(block["items"]), "Table Grid").rows[0].cells
            for cell, item in zip(cells, block["items"], strict=True):
                add(document, cell.paragraphs[0], item)
        else:
            for item in block["items"]:
                add(document, document.add_paragraph(style=STYLES.get(block["style"])), item)
    document.save(wanted["path"])


def add(document, paragraph, item: list[dict]) -> None:
    """Add the pieces of an item to a paragraph."""
    for piece in item:
        how = piece["how"]
        run = paragraph.add_run(
            "" if how in BREAKS or how in ("tab", "carriage") else piece["text"]
        )
        if how in BREAKS:
            run.add_break(BREAKS[how])
        elif how == "carriage":
            run.text = "\n"
        elif how == "tab":
            run.add_tab()
        elif how == "comment":
            document.add_comment(run, text="Is this word right?", author="Clerk")
        run.bold, run.italic = how == "bold" or None, how == "italic" or None
        run.font.hidden = True if how == "hidden" else None
        run.font.small_caps = True if how == "caps" else None


for one in json.load(sys.stdin):
    write(one)
