#!/usr/bin/env bash
# docx2txt 0.9 gives the words of a text box twice, since Word writes a box once as a shape of today and once more as
# VML for programs of before 2010 (mc:AlternateContent); python-docx 1.2.0 gives them not at all. Seen:
#   docx2txt:    'We will sign on Monday. We will sign on Monday.'
#   python-docx: ''
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check docx2txt==0.9 python-docx==1.2.0
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import docx2txt
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

MORE = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
words = "<w:txbxContent><w:p><w:r><w:t>We will sign on Monday.</w:t></w:r></w:p></w:txbxContent>"
uri = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
graphic = f'<a:graphic><a:graphicData uri="{uri}"><wps:wsp><wps:txbx>{words}</wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic>'
drawing = f'<w:drawing><wp:inline><wp:extent cx="3000000" cy="900000"/><wp:docPr id="5" name="Box"/>{graphic}</wp:inline></w:drawing>'
older = f'<w:pict><v:shape style="width:200pt;height:70pt"><v:textbox>{words}</v:textbox></v:shape></w:pict>'
both = f'<mc:AlternateContent><mc:Choice Requires="wps">{drawing}</mc:Choice><mc:Fallback>{older}</mc:Fallback></mc:AlternateContent>'
document = Document()
document.element.body.insert(0, parse_xml(f"<w:p {nsdecls('w', 'wp', 'a')} {MORE}><w:r>{both}</w:r></w:p>"))
document.save("box.docx")
twice = " ".join(docx2txt.process("box.docx").split())
never = "".join(paragraph.text for paragraph in Document("box.docx").paragraphs)
print(f"docx2txt:    {twice!r}")
print(f"python-docx: {never!r}")
raise SystemExit(not (twice.count("We will sign on Monday.") == 2 and never == ""))
PYTHON
