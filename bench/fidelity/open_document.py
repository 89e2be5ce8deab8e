"""Write OpenDocument text as one XML file, for LibreOffice to convert to DOCX and PDF."""

from xml.sax.saxutils import escape

from bench.fidelity.blocks import Block, Piece

_NAMES = ("office", "text", "style", "table")
_OASIS = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in _NAMES
) + (
    ' xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
    ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
    ' xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'
)
_MARKS = {
    "break": "<text:line-break/>",
    "carriage": "<text:line-break/>",
    "tab": "<text:tab/>",
    "nbhyphen": "‑",
}
_WHO = (
    "<office:change-info><dc:creator>Clerk</dc:creator><dc:date>2031-03-11T10:00:00</dc:date>"
    "</office:change-info>"
)
_STYLES = {
    "bold": 'fo:font-weight="bold"',
    "italic": 'fo:font-style="italic"',
    "hidden": 'text:display="none"',
}
_LANGUAGES = {"en": "GB", "uk": "UA", "ru": "RU", "de": "DE", "fr": "FR", "ar": "EG"}


class Writer:
    """Write one document, and collect its tracked changes on the way."""

    def __init__(self, language: str, columns: int = 1) -> None:
        self.language, self.columns = language, columns
        self.changes: list[str] = []
        self.notes = 0

    def write(self, blocks: list[Block], header: str) -> bytes:
        """Return the document as XML."""
        body = "".join(map(self._block, blocks))
        if self.columns > 1:
            body = f'<text:section text:style-name="Two" text:name="Columns">{body}</text:section>'
        changes = (
            f"<text:tracked-changes>{''.join(self.changes)}</text:tracked-changes>"
            if self.changes
            else ""
        )
        return (
            f'<?xml version="1.0" encoding="UTF-8"?><office:document {_OASIS} office:version="1.3" '
            f'office:mimetype="application/vnd.oasis.opendocument.text">{self._styles(header)}'
            f"<office:body><office:text>{changes}{body}</office:text></office:body>"
            "</office:document>"
        ).encode()

    def _styles(self, header: str) -> str:
        country, rtl = _LANGUAGES[self.language], self.language == "ar"
        way = (
            ' style:writing-mode="rl-tb" fo:text-align="end"' if rtl else ' fo:text-align="justify"'
        )
        complex_script = (
            f' style:language-complex="ar" style:country-complex="{country}"' if rtl else ""
        )
        return (
            f'<office:styles><style:style style:name="Standard" style:family="paragraph">'
            f'<style:paragraph-properties fo:margin-bottom="0.3cm"{way}/><style:text-properties '
            f'fo:font-size="11pt" style:font-name="DejaVu Serif" fo:language="{self.language}"'
            f' fo:country="{country}"'
            f' fo:hyphenate="true"{complex_script}/></style:style></office:styles>'
            "<office:automatic-styles>"
            f"{''.join(map(_style, _STYLES))}"
            '<style:style style:name="Two" style:family="section"><style:section-properties>'
            "<style:columns "
            f'fo:column-count="{self.columns}" fo:column-gap="0.6cm"/></style:section-properties>'
            "</style:style>"
            '<style:page-layout style:name="Page"><style:page-layout-properties'
            ' fo:page-width="21cm" '
            'fo:page-height="29.7cm" fo:margin="2cm"/>'
            "<style:header-style/><style:footer-style/></style:page-layout>"
            "</office:automatic-styles>"
            '<office:master-styles><style:master-page style:name="Standard"'
            ' style:page-layout-name="Page">'
            f"<style:header><text:p>{escape(header)}</text:p></style:header><style:footer><text:p>"
            "<text:page-number/></text:p></style:footer></style:master-page></office:master-styles>"
        )

    def _block(self, block: Block) -> str:
        items = ["".join(map(self._piece, item)) for item in block.items()]
        if block.style == "row":
            columns = f'<table:table-column table:number-columns-repeated="{len(items)}"/>'
            cells = "".join(
                f"<table:table-cell>{_paragraph(item)}</table:table-cell>" for item in items
            )
            return f"<table:table>{columns}<table:table-row>{cells}</table:table-row></table:table>"
        if block.style == "li":
            entries = "".join(
                f"<text:list-item>{_paragraph(item)}</text:list-item>" for item in items
            )
            return f"<text:list>{entries}</text:list>"
        if block.style == "box":
            words = "".join(map(_paragraph, items))
            box = f'<draw:text-box fo:min-height="2cm">{words}</draw:text-box>'
            return _paragraph(
                f'<draw:frame text:anchor-type="as-char" svg:width="12cm">{box}</draw:frame>'
            )
        if block.style == "heading":
            return "".join(f'<text:h text:outline-level="1">{item}</text:h>' for item in items)
        return "".join(map(_paragraph, items))

    def _piece(self, piece: Piece) -> str:
        words, how = escape(piece.text), piece.how
        if how in _MARKS:
            return _MARKS[how]
        if how in ("bold", "italic", "hidden"):
            return f'<text:span text:style-name="{how}">{words}</text:span>'
        if how == "link":
            return (
                f'<text:a xlink:type="simple" xlink:href="https://example.org/accord">{words}'
                "</text:a>"
            )
        if how == "field":
            return f"<text:text-input>{words}</text:text-input>"
        if how == "bookmark":
            return f'<text:bookmark-start text:name="b"/>{words}<text:bookmark-end text:name="b"/>'
        if how == "note" and piece.note:
            self.notes += 1
            kind = "footnote" if self.notes % 2 else "endnote"
            body = f"<text:note-body>{_paragraph(escape(piece.note.text))}</text:note-body>"
            number = f"<text:note-citation>{(self.notes + 1) // 2}</text:note-citation>"
            return f'<text:note text:note-class="{kind}">{number}{body}</text:note>'
        if how in ("deleted", "inserted"):
            return self._change(how, words)
        return words

    def _change(self, how: str, words: str) -> str:
        name = f"ct{len(self.changes) + 1}"
        kind = "deletion" if how == "deleted" else "insertion"
        gone = _paragraph(words) if how == "deleted" else ""
        self.changes.append(
            f'<text:changed-region text:id="{name}"><text:{kind}>{_WHO}{gone}</text:{kind}>'
            "</text:changed-region>"
        )
        if how == "deleted":
            return f'<text:change text:change-id="{name}"/>'
        return (
            f'<text:change-start text:change-id="{name}"/>{words}<text:change-end'
            f' text:change-id="{name}"/>'
        )


def _style(name: str) -> str:
    properties = f"<style:text-properties {_STYLES[name]}/>"
    return f'<style:style style:name="{name}" style:family="text">{properties}</style:style>'


def _paragraph(words: str) -> str:
    return f'<text:p text:style-name="Standard">{words}</text:p>'
