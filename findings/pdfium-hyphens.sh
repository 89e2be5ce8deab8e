#!/usr/bin/env bash
# pypdfium2 5.15.2 (PDFium): a hyphen at the end of a line becomes U+FFFE, which Unicode reserves for no character, and
# the line break after it goes: also the hyphen of a compound, so that "long-term" is found by no search. Seen:
#   page: 'A long\ufffeterm truce'
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check pypdfium2==5.15.2 reportlab==5.1.0
"$folder/venv/bin/python" - <<'PYTHON'
from io import BytesIO

from pypdfium2 import PdfDocument
from reportlab.pdfgen.canvas import Canvas

file = BytesIO()
canvas = Canvas(file, pagesize=(300, 100))
canvas.drawString(20, 60, "A long-")
canvas.drawString(20, 45, "term truce")
canvas.save()
text = PdfDocument(file.getvalue())[0].get_textpage().get_text_range()
print(f"page: {text!r}")
raise SystemExit(text != "A long\ufffeterm truce")
PYTHON
