#!/usr/bin/env bash
# python-docx 1.2.0: font.italic, bold and size of a style leave what Word keeps apart for scripts such as Arabic and Hebrew.
# The style Quote of the built-in template is italic for both; italic = False makes Latin text upright and Arabic text not,
# and a new size leaves that of Arabic as it was. cs_italic and cs_bold exist; there is no such property for the size. Seen:
#   Quote:   i='0' iCs=None (that is: on)
#   Caption: sz='18' szCs='18', after size = 14 points: sz='28' szCs='18'
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check python-docx==1.2.0
"$folder/venv/bin/python" - <<'PYTHON'
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Pt


def seen(style, *names):
    found = {name: style.element.rPr.find(qn(f"w:{name}")) for name in names}
    return {name: None if node is None else node.get(qn("w:val")) for name, node in found.items()}, found


styles = Document().styles
quote, caption = styles["Quote"], styles["Caption"]
quote.font.italic = False
values, nodes = seen(quote, "i", "iCs")
print("Quote:", values, "iCs is there:", nodes["iCs"] is not None)
before, _ = seen(caption, "sz", "szCs")
caption.font.size = Pt(14)
after, _ = seen(caption, "sz", "szCs")
print("Caption:", before, "then", after)
same = (
    values == {"i": "0", "iCs": None}
    and nodes["iCs"] is not None
    and (before, after) == ({"sz": "18", "szCs": "18"}, {"sz": "28", "szCs": "18"})
)
raise SystemExit(not same)
PYTHON
