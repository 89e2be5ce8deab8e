"""Read one story of a DOCX (body, note, text box) into the text that a reader sees."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from lxml import etree

from app.sources.extraction.readers.docx_package import DocxPackage, Relation, attribute, child, tag
from app.sources.extraction.readers.docx_styles import Styles, switched
from app.sources.extraction.readers.docx_symbols import shown, symbol

_CHARACTERS = {
    "w:br": "\n", "w:cr": "\n", "w:tab": "\t", "w:ptab": "\t",
    "w:noBreakHyphen": "\u2011", "w:softHyphen": "\u00ad",
}  # fmt: skip
# Deleted text, formatting properties and the instructions of fields.
_UNSEEN = {
    "w:del", "w:moveFrom", "w:delText", "w:instrText", "w:delInstrText", "w:pPr", "w:rPr",
    "w:tblPr", "w:trPr", "w:tcPr", "w:sectPr", "w:sdtPr", "w:sdtEndPr", "w:ffData", "w:fldData",
    "m:rPr", "m:ctrlPr",
}  # fmt: skip
_BREAK = re.compile(r"[\r\n\t]+")


@dataclass(slots=True)
class Shared:
    """What all stories of a document share."""

    package: DocxPackage
    styles: Styles
    chunk: Callable[[str], list[str]]  # gives the paragraphs of a file embedded as text
    # Kind and number, in the order of their marks.
    notes: list[tuple[str, str]] = field(default_factory=list)


class Story:
    """Reader of elements in sequence, which collects paragraphs."""

    def __init__(self, shared: Shared, relations: dict[str, Relation]) -> None:
        self.paragraphs: list[str] = []
        self._shared, self._relations = shared, relations
        self._words: list[str] = []  # of the current paragraph
        self._beside: list[str] = []  # paragraphs of the boxes anchored in the current paragraph
        self._fields: list[bool] = []  # one for each open field: whether its result is being read
        self._style: str | None = None
        self._font = ""
        self._readers: dict[str, Callable[[etree._Element], None]] = {
            "w:p": self._paragraph, "w:r": self._run, "w:t": self._text, "m:t": self._text,
            "w:sym": self._symbol, "w:fldChar": self._field, "w:footnoteReference": self._note,
            "w:endnoteReference": self._note, "w:tbl": self._table, "w:tr": self._row,
            "w:tc": self._cell, "w:ruby": self._ruby, "m:f": self._fraction,
            "mc:AlternateContent": self._alternative, "w:txbxContent": self._box,
            "v:textpath": self._lettering, "a:p": self._drawn, "dgm:relIds": self._graphic,
            "c:chart": self._graphic, "w:altChunk": self._chunk,
        }  # fmt: skip

    def read(self, elements: Iterable[etree._Element]) -> list[str]:
        """Read elements, and return all paragraphs read so far."""
        for element in elements:
            self._read(element)
        self._end()
        return self.paragraphs

    def _read(self, element: etree._Element) -> None:
        name = tag(element)
        if name in _UNSEEN:
            return
        if name in _CHARACTERS:
            self._say(_CHARACTERS[name])
        elif reader := self._readers.get(name):
            reader(element)
        else:
            self._inside(element)

    def _inside(self, element: etree._Element) -> None:
        for inner in element:
            self._read(inner)

    def _say(self, words: str) -> None:
        if all(self._fields):
            self._words.append(words)

    def _end(self) -> None:
        """End the current paragraph."""
        words = "".join(self._words).strip()
        self.paragraphs += [words] if words else []
        self.paragraphs += self._beside
        self._words, self._beside = [], []

    def _paragraph(self, element: etree._Element) -> None:
        look = child(element, "w:pPr")
        mark = child(look, "w:rPr")
        self._style = attribute(child(look, "w:pStyle"), "w:val")
        self._inside(element)
        frame = attribute(child(look, "w:framePr"), "w:dropCap")
        # If its mark is deleted or hidden, or it is a drop cap, the next paragraph continues the
        # line.
        gone = child(mark, "w:del") is not None or child(mark, "w:moveFrom") is not None
        hidden = switched(mark, "w:vanish") or switched(mark, "w:specVanish")
        if not (gone or hidden or frame in ("drop", "margin")):
            self._end()

    def _run(self, element: etree._Element) -> None:
        look = child(element, "w:rPr")
        hidden = self._shared.styles.hides(look, self._style)
        self._font = self._shared.styles.font(look)
        for inner in element:
            if tag(inner) == "w:fldChar" or not hidden:
                self._read(inner)
            if attribute(inner, "w:customMarkFollows") in ("1", "true", "on"):
                # the mark of a note with a custom mark; other marks are numbered by the program
                break
        self._font = ""

    def _text(self, element: etree._Element) -> None:
        self._say(shown(self._font, _BREAK.sub(" ", element.text or "")))

    def _symbol(self, element: etree._Element) -> None:
        code = attribute(element, "w:char") or ""
        if re.fullmatch("[0-9A-Fa-f]{1,4}", code):
            self._say(symbol(attribute(element, "w:font") or "", int(code, 16)))

    def _field(self, element: etree._Element) -> None:
        kind = attribute(element, "w:fldCharType")
        if kind == "begin":
            self._say(_chosen(child(element, "w:ffData")))
            self._fields.append(False)
        elif kind == "separate" and self._fields:
            self._fields[-1] = True
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _note(self, element: etree._Element) -> None:
        if all(self._fields):
            kind = tag(element).removeprefix("w:").removesuffix("Reference")
            self._shared.notes.append((kind, attribute(element, "w:id") or ""))

    def _table(self, element: etree._Element) -> None:
        self._end()
        self._inside(element)

    def _row(self, element: etree._Element) -> None:
        look = child(element, "w:trPr")
        if child(look, "w:del") is None and not switched(look, "w:hidden"):
            self._inside(element)

    def _cell(self, element: etree._Element) -> None:
        look = child(element, "w:tcPr")
        merged = (child(look, name) for name in ("w:vMerge", "w:hMerge"))
        covered = any(m is not None and attribute(m, "w:val") != "restart" for m in merged)
        if not covered and child(look, "w:cellDel") is None:
            self._inside(element)
            self._end()

    def _ruby(self, element: etree._Element) -> None:
        """Read the base characters, and their pronunciation as a paragraph of its own."""
        for inner in element:
            if tag(inner) == "w:rt":
                self._aside(inner)
            else:
                self._read(inner)

    def _fraction(self, element: etree._Element) -> None:
        for inner in element:
            self._say("/" if tag(inner) == "m:den" else "")
            self._read(inner)

    def _alternative(self, element: etree._Element) -> None:
        """Read one of several forms in which the same content is stored."""
        form = child(element, "mc:Choice")
        form = child(element, "mc:Fallback") if form is None else form
        if form is not None:
            self._inside(form)

    def _box(self, element: etree._Element) -> None:
        if all(self._fields):
            self._aside(element)

    def _aside(self, element: etree._Element) -> None:
        self._beside += Story(self._shared, self._relations).read(element)

    def _lettering(self, element: etree._Element) -> None:
        self._beside += [words] if (words := (element.get("string") or "").strip()) else []

    def _drawn(self, element: etree._Element) -> None:
        self._beside += [words] if (words := drawn(element)) else []

    def _graphic(self, element: etree._Element) -> None:
        """Read the words of a diagram or a chart, which has a part of its own."""
        relation = self._relations.get(
            attribute(element, "r:dm") or attribute(element, "r:id") or ""
        )
        root = self._shared.package.xml(relation.target) if relation else None
        for inner in root.iter() if root is not None else ():
            if tag(inner) == "a:p":
                self._drawn(inner)
            elif tag(inner) == "c:strCache":
                words = (value.text or "" for value in inner.iter() if tag(value) == "c:v")
                self._beside.append(" ".join(words))

    def _chunk(self, element: etree._Element) -> None:
        self._end()
        relation = self._relations.get(attribute(element, "r:id") or "")
        self.paragraphs += (
            self._shared.chunk(relation.target) if relation and relation.target else []
        )


def drawn(paragraph: etree._Element) -> str:
    """Return the words of a paragraph in a drawing."""
    names = {"a:t", "a:br"}
    words = (
        "\n" if tag(e) == "a:br" else e.text or "" for e in paragraph.iter() if tag(e) in names
    )
    return "".join(words).strip()


def _chosen(form: etree._Element | None) -> str:
    """Return what a form field shows: its chosen entry, or a checkbox with or without its cross."""
    listed, box = child(form, "w:ddList"), child(form, "w:checkBox")
    if listed is not None:
        entries = [attribute(e, "w:val") or "" for e in listed if tag(e) == "w:listEntry"]
        chosen = (
            attribute(child(listed, "w:result"), "w:val")
            or attribute(child(listed, "w:default"), "w:val")
            or "0"
        )
        return entries[int(chosen)] if chosen.isdecimal() and int(chosen) < len(entries) else ""
    if box is not None:
        crossed = switched(box, "w:checked")
        return "☒" if (switched(box, "w:default") if crossed is None else crossed) else "☐"
    return ""
