"""Open the parts of a DOCX file, and follow the relations between them."""

import io
import posixpath
import zipfile
from dataclasses import dataclass
from urllib.parse import unquote

from lxml import etree

from app.sources.extraction.readers import UnreadableContent

UNPACKED = 64 * 1024**2  # bytes of all parts together
PARTS = 2_000

# Transitional and strict documents differ in their namespaces only.
_PREFIXES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "r",
    "http://purl.oclc.org/ooxml/officeDocument/relationships": "r",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
    "http://schemas.openxmlformats.org/drawingml/2006/main": "a",
    "http://purl.oclc.org/ooxml/drawingml/main": "a",
    "http://schemas.openxmlformats.org/drawingml/2006/diagram": "dgm",
    "http://purl.oclc.org/ooxml/drawingml/diagram": "dgm",
    "http://schemas.openxmlformats.org/drawingml/2006/chart": "c",
    "http://purl.oclc.org/ooxml/drawingml/chart": "c",
    "urn:schemas-microsoft-com:vml": "v",
    "http://purl.org/dc/elements/1.1/": "dc",
}


@dataclass(frozen=True, slots=True)
class Relation:
    """Relation from one part of a package to another."""

    kind: str  # the last segment of its type: `footnotes`, `header`, `officeDocument`
    target: str  # the name of a part; empty if it lies outside of the package


def short(name: str) -> str:
    """Return a name with its usual prefix in place of its namespace, as in `w:p`."""
    namespace, _, local = name.rpartition("}")
    return f"{_PREFIXES.get(namespace[1:], '?')}:{local}" if namespace else local


def tag(element: etree._Element) -> str:
    """Return the prefixed name of an element; empty for comments and processing instructions."""
    return short(element.tag) if isinstance(element.tag, str) else ""


def child(element: etree._Element | None, name: str) -> etree._Element | None:
    """Return the first child with a prefixed name."""
    return next((c for c in element if tag(c) == name), None) if element is not None else None


def attribute(element: etree._Element | None, name: str) -> str | None:
    """Return the value of an attribute by its prefixed name."""
    if element is None:
        return None
    return next((str(value) for key, value in element.items() if short(str(key)) == name), None)


class DocxPackage:
    """Opened DOCX file; raises UnreadableContent for too many parts or too much when unpacked."""

    def __init__(self, data: bytes) -> None:
        self._archive = zipfile.ZipFile(io.BytesIO(data))
        parts = self._archive.infolist()
        if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED:
            raise UnreadableContent(
                f"Unpacked, this document would take more than {UNPACKED // 1024**2} MB: "
                "paste its text."
            )
        self.names = {part.filename for part in parts}

    def data(self, name: str) -> bytes:
        """Return the bytes of a part; empty if it is missing."""
        return self._archive.read(name) if name in self.names else b""

    def xml(self, name: str) -> etree._Element | None:
        """Return the root element of a part; None if it is missing.

        Entities are not resolved: raises ValueError if the part has a document type declaration.
        """
        data = self.data(name)
        if not data:
            return None
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
        )
        root = etree.fromstring(data, parser)
        if root.getroottree().docinfo.doctype:
            raise ValueError("a part of a document declares no entities")
        return root

    def relations(self, name: str) -> dict[str, Relation]:
        """Return the relations of a part, by their ids."""
        folder, file = posixpath.split(name)
        root = self.xml(posixpath.join(folder, "_rels", f"{file}.rels"))
        found = {}
        for relation in root if root is not None else ():
            target = unquote(relation.get("Target", "")).partition("#")[0]
            inside = relation.get("TargetMode") != "External" and target
            path = (
                posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
                if inside
                else ""
            )
            kind = relation.get("Type", "").rpartition("/")[2]
            found[relation.get("Id", "")] = Relation(kind, path)
        return found

    def document(self) -> str:
        """Return the name of the part that holds the main text."""
        for relation in self.relations("").values():
            if relation.kind == "officeDocument" and relation.target in self.names:
                return relation.target
        return "word/document.xml"
