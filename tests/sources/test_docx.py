"""Test that the text of a Word document is what its reader sees: all of it, and nothing else."""

# ruff: noqa: E501  (a table of documents reads best a line each)

import io
import zipfile

import pytest

from app.sources.extraction.readers import UnreadableContent, docx
from tests.sources import make

R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
V = 'xmlns:v="urn:schemas-microsoft-com:vml"'
M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def text(body: str, **parts: str) -> str:
    """Return the text of a document with this body, further parts, and their relationships."""
    return str(docx.read(make.docx(body, **{n: p.encode() for n, p in parts.items()}))["text"])


def run(words: str, look: str = "") -> str:
    return f"<w:r><w:rPr>{look}</w:rPr><w:t xml:space='preserve'>{words}</w:t></w:r>"


def p(*inner: str, look: str = "") -> str:
    return f"<w:p><w:pPr>{look}</w:pPr>{''.join(inner)}</w:p>"


def field(instruction: str, result: str) -> str:
    mark = "<w:r><w:fldChar w:fldCharType='{}'/></w:r>"
    told = f"<w:r><w:instrText>{instruction}</w:instrText></w:r>"
    return mark.format("begin") + told + mark.format("separate") + result + mark.format("end")


def box(words: str) -> str:
    inner = f"<w:txbxContent>{p(run(words))}</w:txbxContent>"
    older = f"<mc:Fallback><w:pict><v:textbox {V}>{inner}</v:textbox></w:pict></mc:Fallback>"
    return f"<w:r><mc:AlternateContent {MC}><mc:Choice Requires='wps'>{inner}</mc:Choice>{older}</mc:AlternateContent></w:r>"


SEEN = {
    "line break": (p(run("a ceasefire"), "<w:r><w:br/></w:r>", run("only after")), "a ceasefire\nonly after"),
    "page and column breaks": (
        p(run("a"), "<w:r><w:br w:type='page'/></w:r>", run("b"), "<w:r><w:br w:type='column'/></w:r>", run("c")),
        "a\nb\nc",
    ),
    "carriage return and tabs": (p(run("a"), "<w:r><w:cr/><w:tab/></w:r>", run("b")), "a\n\tb"),
    "where a page ended when it was last printed": (p(run("re"), "<w:r><w:lastRenderedPageBreak/></w:r>", run("ad")), "read"),
    "stops of tabs are no tabs": (p(run("a"), look="<w:tabs><w:tab w:val='left' w:pos='9'/></w:tabs>"), "a"),
    "hyphens": (
        p(run("cease"), "<w:r><w:noBreakHyphen/></w:r>", run("fire re"), "<w:r><w:softHyphen/></w:r>", run("settled")),
        "cease\u2011fire re\u00adsettled",
    ),
    "symbol": (p(run("x "), "<w:r><w:sym w:font='Symbol' w:char='F0B3'/></w:r>", run(" 3")), "x ≥ 3"),
    "letters in a font of symbols": (p(run("\uf061", "<w:rFonts w:ascii='Symbol'/>"), run(" ray")), "α ray"),
    "simple field": (p(run("on "), f"<w:fldSimple w:instr='REF a'>{run('Article 5')}</w:fldSimple>", run(" of")), "on Article 5 of"),
    "field": (p(run("on "), field(" REF a ", run("Article 5")), run(" of")), "on Article 5 of"),
    "field in the instruction of another": (p(field("IF " + field("PAGE", run("3")) + "= 3", run("yes"))), "yes"),
    "field over two paragraphs": (
        p("<w:r><w:fldChar w:fldCharType='begin'/><w:instrText>TOC</w:instrText><w:fldChar w:fldCharType='separate'/></w:r>", run("One"))
        + p(run("Two"), "<w:r><w:fldChar w:fldCharType='end'/></w:r>"),
        "One\n\nTwo",
    ),
    "choice in a form": (
        p("<w:r><w:fldChar w:fldCharType='begin'><w:ffData><w:ddList><w:result w:val='1'/><w:listEntry w:val='no'/>"
          "<w:listEntry w:val='yes'/></w:ddList></w:ffData></w:fldChar></w:r><w:r><w:fldChar w:fldCharType='end'/></w:r>"),
        "yes",
    ),
    "hyperlink, smart tag, content control, direction": (
        p("<w:hyperlink>", run("a "), "</w:hyperlink><w:smartTag>", run("b "), "</w:smartTag><w:sdt><w:sdtPr/><w:sdtContent>",
          run("c "), "</w:sdtContent></w:sdt><w:bdo w:val='rtl'>", run("d "), "</w:bdo>", run("e")),
        "a b c d e",
    ),
    "content control around paragraphs": (f"<w:sdt><w:sdtContent>{p(run('a'))}</w:sdtContent></w:sdt>", "a"),
    "bookmark, comment, proof": (
        p("<w:bookmarkStart w:id='1' w:name='x'/>", run("a "), "<w:proofErr w:type='spellStart'/><w:commentRangeStart w:id='2'/>",
          run("b"), "<w:commentRangeEnd w:id='2'/><w:r><w:commentReference w:id='2'/></w:r><w:bookmarkEnd w:id='1'/>"),
        "a b",
    ),
    "insertion and deletion": (
        p(run("We "), f"<w:del>{run('will ')}<w:r><w:delText>never </w:delText></w:r></w:del><w:ins>{run('may ')}</w:ins>", run("go")),
        "We may go",
    ),
    "moved words": (p(f"<w:moveFrom>{run('a ')}</w:moveFrom>", run("b "), f"<w:moveTo>{run('a')}</w:moveTo>"), "b a"),
    "deleted mark of a paragraph": (p(run("We will "), look="<w:rPr><w:del/></w:rPr>") + p(run("not sign")), "We will not sign"),
    "hidden run": (p(run("We will "), run("not ", "<w:vanish/>"), run("sign")), "We will sign"),
    "hidden switched off": (p(run("We will "), run("not ", "<w:vanish w:val='false'/>"), run("sign")), "We will not sign"),
    "hidden on the web alone": (p(run("page 3", "<w:webHidden/>")), "page 3"),
    "look before a change": (p(run("seen", "<w:rPrChange><w:rPr><w:vanish/></w:rPr></w:rPrChange>")), "seen"),
    "hidden field": (p("<w:r><w:rPr><w:vanish/></w:rPr><w:fldChar w:fldCharType='begin'/></w:r>", run("never", "<w:vanish/>"),
                       "<w:r><w:rPr><w:vanish/></w:rPr><w:fldChar w:fldCharType='end'/></w:r>", run("seen")), "seen"),
    "text box, once": (p(run("We "), box("Aside."), run("agree.")), "We agree.\n\nAside."),
    "lettering": (p(f"<w:r><w:pict><v:shape {V}><v:textpath string='DRAFT'/></v:shape></w:pict></w:r>", run("a")), "a\n\nDRAFT"),
    "table": (
        f"<w:tbl><w:tr><w:tc>{p(run('a'))}</w:tc><w:tc>{p(run('b'))}{p(run('c'))}</w:tc></w:tr></w:tbl>" + p(run("d")),
        "a\n\nb\n\nc\n\nd",
    ),
    "cells that others cover, rows that are deleted or hidden": (
        f"<w:tbl><w:tr><w:tc><w:tcPr><w:vMerge w:val='restart'/></w:tcPr>{p(run('a'))}</w:tc></w:tr>"
        f"<w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr>{p(run('never'))}</w:tc></w:tr>"
        f"<w:tr><w:trPr><w:del/></w:trPr><w:tc>{p(run('never'))}</w:tc></w:tr>"
        f"<w:tr><w:trPr><w:hidden/></w:trPr><w:tc>{p(run('never'))}</w:tc></w:tr></w:tbl>",
        "a",
    ),
    "capitals": (p(run("Nato", "<w:caps/>")), "Nato"),
    "list": (p(run("a"), look="<w:numPr/>") + p(run("b"), look="<w:numPr/>"), "a\n\nb"),
    "initial letter in a frame": (p(run("T"), look="<w:framePr w:dropCap='drop' w:lines='3'/>") + p(run("he talks")), "The talks"),
    "formula": (
        p(run("so "), f"<m:oMath {M}><m:r><m:t>x=</m:t></m:r><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t>"
          "</m:r></m:den></m:f></m:oMath>", run(" here")),
        "so x=1/2 here",
    ),
    "ruby": (p(f"<w:r><w:ruby><w:rt>{run('kan')}</w:rt><w:rubyBase>{run('漢')}</w:rubyBase></w:ruby></w:r>", run("字")), "漢字\n\nkan"),
    "right to left": (p(run("لن نقبل", "<w:rtl/>"), look="<w:bidi/>"), "لن نقبل"),
    "line ends in the file": (p("<w:r><w:t>We\n  will</w:t></w:r>"), "We   will"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "seen"), SEEN.values(), ids=SEEN)
def test_what_is_seen_is_read(body: str, seen: str) -> None:
    assert text(body) == seen


STYLES = f"""<w:styles xmlns:w="{make.WORD}">
<w:style w:type="paragraph" w:styleId="Base"><w:rPr><w:vanish/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Gone"><w:basedOn w:val="Base"/></w:style>
<w:style w:type="paragraph" w:styleId="Back"><w:basedOn w:val="Base"/><w:rPr><w:vanish w:val="0"/></w:rPr></w:style>
<w:style w:type="character" w:styleId="Hid"><w:rPr><w:vanish/></w:rPr></w:style></w:styles>"""
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    + "".join(f'<Relationship Id="{id_}" Type="{TYPE}{kind}" Target="{target}"/>' for id_, kind, target in (
        ("s", "styles", "styles.xml"), ("f", "footnotes", "/word/notes.xml"), ("e", "endnotes", "endnotes.xml"),
        ("h", "header", "head.xml"), ("h1", "header", "first.xml"), ("t", "footer", "foot.xml"), ("g", "diagramData", "graphic.xml"),
        ("c", "aFChunk", "chunk.txt"), ("d", "aFChunk", "chunk.docx"),
    ))
    + "</Relationships>"
)  # fmt: skip


def test_styles_hide_words() -> None:
    body = "".join(
        p(run(words, f"<w:rStyle w:val='{style}'/>" if style else ""), look=f"<w:pStyle w:val='{of}'/>")
        for words, style, of in (
            ("hidden by what it is based on", "", "Gone"), ("seen", "", "Back"), ("hidden by its own", "Hid", "Back"),
            ("seen, as hidden twice", "Hid", "Gone"),
        )
    )  # fmt: skip
    parts = {"word/styles.xml": STYLES, "word/_rels/document.xml.rels": RELATIONS}
    assert text(body, **parts) == "seen\n\nseen, as hidden twice"


def notes(kind: str, *made: str) -> str:
    rule = f"<w:{kind} w:type='separator' w:id='0'>{p(run('never'))}</w:{kind}>"
    listed = "".join(
        f"<w:{kind} w:id='{n}'>{p('<w:r><w:footnoteRef/></w:r>', run(note))}</w:{kind}>"
        for n, note in enumerate(made, 1)
    )
    return f"<w:{kind}s xmlns:w='{make.WORD}'>{rule}{listed}</w:{kind}s>"


def test_notes_stand_behind_the_text_and_heads_and_feet_behind_them() -> None:
    body = p(
        run("We insist"), "<w:r><w:footnoteReference w:id='2'/></w:r>", run(" on it"),
        "<w:r><w:footnoteReference w:customMarkFollows='1' w:id='1'/><w:t>*</w:t></w:r>", run("."),
        "<w:r><w:endnoteReference w:id='1'/></w:r>", "<w:del><w:r><w:footnoteReference w:id='3'/></w:r></w:del>",
    ) + (
        f"<w:sectPr {R}><w:headerReference w:type='default' r:id='h'/><w:headerReference w:type='first' r:id='h1'/>"
        "<w:footerReference w:type='default' r:id='t'/></w:sectPr>"
    )  # fmt: skip
    head = f"<w:hdr xmlns:w='{make.WORD}'>{{}}</w:hdr>"
    parts = {
        "word/_rels/document.xml.rels": RELATIONS,
        "word/notes.xml": notes("footnote", " First by number.", "Second by number.", "never"),
        "word/endnotes.xml": notes("endnote", "At the end."),
        "word/head.xml": head.format(p(run("Ministry"))),
        "word/first.xml": head.format(p(run("never, without a first page of its own"))),
        "word/foot.xml": head.format(p(run("Ministry")) + p(run("Draft"))),
    }
    seen = [
        "We insist on it.",
        "Second by number.",
        "First by number.",
        "At the end.",
        "Ministry",
        "Draft",
    ]
    assert text(body, **parts).split("\n\n") == seen


def test_words_of_diagrams_and_of_embedded_files_are_read() -> None:
    graphic = f"<dgm:relIds xmlns:dgm='http://schemas.openxmlformats.org/drawingml/2006/diagram' {R} r:dm='g'/>"
    chunks = f"<w:altChunk {R} r:id='c'/><w:altChunk {R} r:id='d'/>"
    made = make.docx(
        p(run("See."), f"<w:r>{graphic}</w:r>") + chunks,
        **{
            "word/_rels/document.xml.rels": RELATIONS.encode(),
            "word/graphic.xml": b"<x xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main'><a:p><a:r><a:t>In a box</a:t></a:r></a:p></x>",
            "word/chunk.txt": b"Plain.",
            "word/chunk.docx": make.docx(p(run("Inner."))),
        },
    )
    assert docx.read(made)["text"].split("\n\n") == ["See.", "In a box", "Plain.", "Inner."]


def test_the_main_part_and_strict_names_are_found_wherever_they_are() -> None:
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(
            "_rels/.rels",
            RELATIONS.replace("styles", "officeDocument", 1).replace(
                "styles.xml", "/doc/main.xml", 1
            ),
        )
        archive.writestr(
            "doc/main.xml",
            f"<w:document xmlns:w='{strict}'><w:body>{p(run('Strict.'))}</w:body></w:document>",
        )
    assert docx.read(packed.getvalue())["text"] == "Strict."


@pytest.mark.parametrize(
    "core", ["<broken", '<!DOCTYPE a [<!ENTITY b "x">]><a>&b;</a>', "", "\x00"]
)
def test_no_metadata_refuses_a_document(core: str) -> None:
    found = docx.read(make.docx(p(run("Words.")), core=core))
    assert (found["text"], found["title"]) == ("Words.", None)


def test_a_text_that_declares_entities_is_refused() -> None:
    entity = f"<!DOCTYPE d [<!ENTITY b 'x'>]><w:document xmlns:w='{make.WORD}'>{p(run('&b;'))}</w:document>"
    with pytest.raises(ValueError, match="entities"):
        docx.read(make.docx("", **{"word/document.xml": entity.encode()}))
    with pytest.raises(UnreadableContent, match="spreadsheet"):
        docx.read(make.docx("").replace(b"word/document.xml", b"xl/d/workbook.xml"))
