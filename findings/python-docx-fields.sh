#!/usr/bin/env bash
# python-docx 1.2.0: the text of a paragraph passes over the words of simple fields, content controls and tracked
# insertions, all of which Word shows, and keeps the words of hidden runs, which Word does not show. Seen:
#   field:     'We insist on  of the accord.'
#   control:   'We insist on  of the accord.'
#   insertion: 'We will  sign.'
#   hidden:    'We will not sign.'
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check python-docx==1.2.0
"$folder/venv/bin/python" - <<'PYTHON'
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

RUN = '<w:r><w:t xml:space="preserve">{}</w:t></w:r>'
SHAPES = {
    "field": ("We insist on ", '<w:fldSimple w:instr=" REF art5 ">' + RUN.format("Article 5") + "</w:fldSimple>", " of the accord."),
    "control": ("We insist on ", "<w:sdt><w:sdtContent>" + RUN.format("Article 5") + "</w:sdtContent></w:sdt>", " of the accord."),
    "insertion": ("We will ", '<w:ins w:id="1" w:author="Clerk">' + RUN.format("not") + "</w:ins>", " sign."),
    "hidden": ("We will ", '<w:r><w:rPr><w:vanish/></w:rPr><w:t xml:space="preserve">not </w:t></w:r>', "sign."),
}
EXPECTED = {
    "field": "We insist on  of the accord.",
    "control": "We insist on  of the accord.",
    "insertion": "We will  sign.",
    "hidden": "We will not sign.",
}
seen = {}
for name, (before, amid, after) in SHAPES.items():
    inner = RUN.format(before) + amid + RUN.format(after)
    document = Document()
    document.element.body.insert(0, parse_xml(f"<w:p {nsdecls('w')}>{inner}</w:p>"))
    seen[name] = document.paragraphs[0].text
    print(f"{name}: {seen[name]!r}")
raise SystemExit(seen != EXPECTED)
PYTHON
