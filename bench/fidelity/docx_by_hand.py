"""Write DOCX as XML: breaks, fields, notes, boxes, tracked changes, hidden words, tables.

Content controls too.
"""

import io
import zipfile
from xml.sax.saxutils import escape

from bench.fidelity.blocks import Block, Piece, Sentence

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_SPACES = (
    f'{_W} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)
_OFFICE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_BY = 'w:id="7" w:author="Clerk" w:date="2031-03-11T10:00:00Z"'
_PARTS = {
    "document": "document.main",
    "footnotes": "footnotes",
    "endnotes": "endnotes",
    "header1": "header",
    "comments": "comments",
    "styles": "styles",
}
_MARKS = {
    "break": "<w:br/>",
    "pagebreak": '<w:br w:type="page"/>',
    "columnbreak": '<w:br w:type="column"/>',
    "carriage": "<w:cr/>",
    "tab": "<w:tab/>",
    "nbhyphen": "<w:noBreakHyphen/>",
}
_FIELD_MARK = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
# What a run of text stands in.
_AROUND = {
    "moved": f"<w:moveFrom {_BY}>{{}}</w:moveFrom>",
    "inserted": f"<w:ins {_BY}>{{}}</w:ins>",
    "link": '<w:hyperlink r:id="rId9">{}</w:hyperlink>',
    "field": '<w:fldSimple w:instr=" DOCPROPERTY Parties ">{}</w:fldSimple>',
    "complex": _FIELD_MARK.format("begin")
    + '<w:r><w:instrText xml:space="preserve"> REF _Ref7 \\h </w:instrText></w:r>'
    + _FIELD_MARK.format("separate")
    + "{}"
    + _FIELD_MARK.format("end"),
    "control": "<w:sdt><w:sdtPr/><w:sdtContent>{}</w:sdtContent></w:sdt>",
    "smart": '<w:smartTag w:uri="urn:x" w:element="place">{}</w:smartTag>',
}
COMMENT = "Is this word right?"
_STYLE = {
    "bold": "<w:b/>",
    "italic": "<w:i/>",
    "hidden": "<w:vanish/>",
    "unhidden": '<w:vanish w:val="0"/>',
    "styled away": '<w:rStyle w:val="Away"/>',
    "styled back": '<w:rStyle w:val="Away"/><w:vanish w:val="false"/>',
}
_STYLES = (
    '<w:style w:type="character" w:styleId="Away"><w:name w:val="Away"/><w:rPr><w:vanish/>'
    "</w:rPr></w:style>"
)


class Writer:
    """Write one document, and collect its notes on the way."""

    def __init__(self) -> None:
        self.notes: dict[str, list[Sentence]] = {"footnote": [], "endnote": []}
        self.marks = 0  # number of comments and bookmarks

    def write(self, blocks: list[Block], header: str) -> bytes:
        """Return the document as bytes."""
        body = "".join(self._block(block) for block in blocks)
        setting = (
            '<w:sectPr><w:headerReference w:type="default" r:id="rId3"/><w:pgSz w:w="11906"'
            ' w:h="16838"/></w:sectPr>'
        )
        parts = {
            "document": f"<w:document {_SPACES}><w:body>{body}{setting}</w:body></w:document>",
            "footnotes": self._notes("footnote"),
            "endnotes": self._notes("endnote"),
            "comments": f"<w:comments {_SPACES}>{''.join(map(_comment, range(1, self.marks + 1)))}"
            "</w:comments>",
            "styles": f"<w:styles {_SPACES}>{_STYLES}</w:styles>",
            "header1": f"<w:hdr {_SPACES}><w:p>{_run(header)}</w:p></w:hdr>",
        }
        return _packed(parts)

    def _block(self, block: Block) -> str:
        items = ["".join(map(self._piece, item)) for item in block.items()]
        if block.style == "row":
            cells = "".join(f"<w:tc><w:tcPr/><w:p>{item}</w:p></w:tc>" for item in items)
            return f"<w:tbl><w:tblPr/><w:tr>{cells}</w:tr></w:tbl><w:p/>"
        if block.style == "box":
            return "".join(map(_box, items))
        styles = {
            "heading": '<w:pStyle w:val="Heading1"/>',
            "li": '<w:numPr><w:ilvl w:val="0"/></w:numPr>',
        }
        return "".join(
            f"<w:p><w:pPr>{styles.get(block.style, '')}</w:pPr>{item}</w:p>" for item in items
        )

    def _piece(self, piece: Piece) -> str:
        how, run = piece.how, _run(piece.text.replace("\xad", "\x1f"), _STYLE.get(piece.how, ""))
        if how in _MARKS:
            return f"<w:r>{_MARKS[how]}</w:r>"
        if how == "note":
            return self._note(piece)
        if how in _AROUND:
            return _AROUND[how].format(run)
        if how == "deleted":
            gone = run.replace("<w:t ", "<w:delText ").replace("</w:t>", "</w:delText>")
            return f"<w:del {_BY}>{gone}</w:del>"
        if how == "comment":
            self.marks += 1
            around, mark = (
                f'<w:commentRange{{}} w:id="{self.marks}"/>',
                f'<w:r><w:commentReference w:id="{self.marks}"/></w:r>',
            )
            return around.format("Start") + run + around.format("End") + mark
        if how == "bookmark":
            self.marks += 1
            start = f'<w:bookmarkStart w:id="{self.marks}" w:name="b{self.marks}"/>'
            named = f'{start}{run}<w:bookmarkEnd w:id="{self.marks}"/>'
            return f'{named}<w:proofErr w:type="spellStart"/>'
        return run

    def _note(self, piece: Piece) -> str:
        kind = (
            "footnote" if len(self.notes["footnote"]) <= len(self.notes["endnote"]) else "endnote"
        )
        assert piece.note is not None
        self.notes[kind].append(piece.note)
        number = len(self.notes[kind])
        return (
            f'<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:{kind}Reference'
            f' w:id="{number}"/></w:r>'
        )

    def _notes(self, kind: str) -> str:
        line = (
            f'<w:{kind} w:type="separator" w:id="0"><w:p><w:r><w:separator/></w:r></w:p></w:{kind}>'
        )
        made = "".join(
            f'<w:{kind} w:id="{n}"><w:p><w:r><w:{kind}Ref/></w:r>{_run(" " + note.text)}</w:p>'
            f"</w:{kind}>"
            for n, note in enumerate(self.notes[kind], 1)
        )
        return f"<w:{kind}s {_SPACES}>{line}{made}</w:{kind}s>"


def _comment(number: int) -> str:
    return f'<w:comment w:id="{number}" w:author="Clerk"><w:p>{_run(COMMENT)}</w:p></w:comment>'


def _run(text: str, style: str = "") -> str:
    # A soft hyphen is an element of its own.
    words = "<w:softHyphen/>".join(
        f'<w:t xml:space="preserve">{escape(part)}</w:t>' for part in text.split("\x1f")
    )
    return f"<w:r>{f'<w:rPr>{style}</w:rPr>' if style else ''}{words}</w:r>"


def _box(item: str) -> str:
    """Write a text box as Word does: for current programs, and again for those before 2010."""
    words = f"<w:txbxContent><w:p>{item}</w:p></w:txbxContent>"
    shape = f"<wps:wsp><wps:txbx>{words}</wps:txbx><wps:bodyPr/></wps:wsp>"
    uri = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
    drawing = (
        f'<w:drawing><wp:inline><wp:extent cx="3000000" cy="900000"/><wp:docPr id="5" name="Box"/>'
        f'<a:graphic><a:graphicData uri="{uri}">{shape}</a:graphicData></a:graphic></wp:inline>'
        "</w:drawing>"
    )
    older = (
        f'<w:pict><v:shape style="width:200pt;height:70pt"><v:textbox>{words}</v:textbox>'
        "</v:shape></w:pict>"
    )
    choice = f'<mc:Choice Requires="wps">{drawing}</mc:Choice><mc:Fallback>{older}</mc:Fallback>'
    return f"<w:p><w:r><mc:AlternateContent>{choice}</mc:AlternateContent></w:r></w:p>"


def _packed(parts: dict[str, str]) -> bytes:
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    types = "".join(
        f'<Override PartName="/word/{n}.xml" ContentType="{_OFFICE}.{_PARTS[n]}+xml"/>'
        for n in parts
    )
    default = (
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    )
    schema = 'xmlns="http://schemas.openxmlformats.org/package/2006/{}"'
    relation = f'<Relationship Id="{{}}" Type="{_RELATED}/{{}}" Target="{{}}"{{}}/>'
    inner = [
        relation.format("rId1", "footnotes", "footnotes.xml", ""),
        relation.format("rId2", "endnotes", "endnotes.xml", ""),
        relation.format("rId3", "header", "header1.xml", ""),
        relation.format("rId4", "comments", "comments.xml", ""),
        relation.format("rId5", "styles", "styles.xml", ""),
        relation.format(
            "rId9", "hyperlink", "https://example.org/accord", ' TargetMode="External"'
        ),
    ]
    files = {
        "[Content_Types].xml": f"<Types {schema.format('content-types')}>{default}{types}</Types>",
        "_rels/.rels": f"<Relationships {schema.format('relationships')}>"
        + relation.format("rId1", "officeDocument", "word/document.xml", "")
        + "</Relationships>",
        "word/_rels/document.xml.rels": f"<Relationships {schema.format('relationships')}>"
        + "".join(inner)
        + "</Relationships>",
    } | {f"word/{name}.xml": content for name, content in parts.items()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2031, 3, 11, 0, 0, 0)), head + content)
    return packed.getvalue()
