"""Read DOCX: the text that a reader of the document sees, in reading order."""

from functools import partial

from lxml import etree

from app.sources.extraction.readers import Found, UnreadableContent, html
from app.sources.extraction.readers.docx_package import DocxPackage, attribute, child, tag
from app.sources.extraction.readers.docx_story import Shared, Story
from app.sources.extraction.readers.docx_styles import Styles, switched

_DEEPEST = 3  # levels of documents embedded in one another
_NOTES = {"footnote": "footnotes", "endnote": "endnotes"}


def read(data: bytes) -> Found:
    """Return the text and the metadata of a Word document.

    Notes follow the text, in the order of their marks; headers and footers of pages come last, each
    once.
    """
    package = DocxPackage(data)
    return {"text": "\n\n".join(_paragraphs(package, 0)), **_about(package)}


def _paragraphs(package: DocxPackage, depth: int) -> list[str]:
    main = package.document()
    root = package.xml(main)
    if root is None or tag(root) != "w:document":
        raise UnreadableContent(
            "This is not a Word document. A spreadsheet or a presentation is not read: paste its "
            "text."
        )
    relations = package.relations(main)
    parts = {r.kind: r.target for r in relations.values()}
    styles = Styles(package.xml(parts.get("styles", "")))
    shared = Shared(package, styles, partial(_embedded, package, depth))
    made = Story(shared, relations).read(root)
    for kind, part in _NOTES.items():
        made += _notes(shared, kind, parts.get(part, f"word/{part}.xml"))
    margins: dict[str, None] = {}
    facing = switched(package.xml(parts.get("settings", "")), "w:evenAndOddHeaders")
    for name in _margins(root, facing=bool(facing)):
        target = relations[name].target if name in relations else ""
        margin = package.xml(target)
        if margin is not None:
            margins |= dict.fromkeys(Story(shared, package.relations(target)).read(margin))
    return made + list(margins)


def _notes(shared: Shared, kind: str, name: str) -> list[str]:
    root = shared.package.xml(name)
    if root is None:
        return []
    notes = {
        attribute(note, "w:id"): note
        for note in root
        if attribute(note, "w:type") in (None, "normal")
    }
    relations, made, read = shared.package.relations(name), list[str](), set[str]()
    for of, number in shared.notes:
        if of == kind and number in notes and number not in read:
            read.add(number)
            made += Story(shared, relations).read(notes[number])
    return made


def _margins(root: etree._Element, *, facing: bool) -> list[str]:
    """List the relation ids of the headers and footers that are shown."""
    found: dict[str, None] = {}
    for section in (e for e in root.iter() if tag(e) == "w:sectPr"):
        shown = (
            {"default"}
            | ({"even"} if facing else set())
            | ({"first"} if switched(section, "w:titlePg") else set())
        )
        for inner in section:
            if (
                tag(inner) in ("w:headerReference", "w:footerReference")
                and attribute(inner, "w:type") in shown
            ):
                found[attribute(inner, "r:id") or ""] = None
    return list(found)


def _embedded(package: DocxPackage, depth: int, name: str) -> list[str]:
    """Return the paragraphs of a file that a document embeds as part of its text."""
    data = package.data(name)
    if data.startswith(b"PK"):
        return _paragraphs(DocxPackage(data), depth + 1) if depth < _DEEPEST else []
    text = data.decode("utf-8", "replace")
    if name.lower().endswith((".htm", ".html", ".xhtml")):
        text = html.read(data)["text"]
    elif not name.lower().endswith(".txt"):
        return []
    return [line for line in map(str.strip, text.split("\n\n")) if line]


def _about(package: DocxPackage) -> Found:
    """Return the metadata of a document; damaged metadata is ignored."""
    parts = {r.kind: r.target for r in package.relations("").values()}
    try:
        core = package.xml(parts.get("core-properties", "docProps/core.xml"))
    except (etree.XMLSyntaxError, ValueError):
        core = None
    names = {"title": "dc:title", "author": "dc:creator", "language": "dc:language"}
    found = {name: child(core, element) for name, element in names.items()}
    return {name: element.text if element is not None else None for name, element in found.items()}
