#!/usr/bin/env bash
# reportlab 5.1.0 with pypdf 7.1.0: the bullet of a list, which every viewer draws as a bullet, comes out of the text as
# the control character U+007F; PDFium reads U+2022. reportlab writes byte 127 of WinAnsiEncoding, where the PDF
# reference's table has a bullet for every code that is not in use. Seen:
#   pypdf:  '\x7f\nWe will sign.'
#   PDFium: '• We will sign.'
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check reportlab==5.1.0 pypdf==7.1.0 pypdfium2==5.15.2
"$folder/venv/bin/python" - <<'PYTHON'
from io import BytesIO

from pypdf import PdfReader
from pypdfium2 import PdfDocument
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import ListFlowable, ListItem, Paragraph, SimpleDocTemplate

file = BytesIO()
item = ListItem(Paragraph("We will sign.", getSampleStyleSheet()["BodyText"]))
SimpleDocTemplate(file).build([ListFlowable([item], bulletType="bullet")])
by_pypdf = PdfReader(file).pages[0].extract_text().strip("\n ")
by_pdfium = PdfDocument(file.getvalue())[0].get_textpage().get_text_range().strip()
print(f"pypdf:  {by_pypdf!r}")
print(f"PDFium: {by_pdfium!r}")
raise SystemExit(not (by_pypdf.startswith("\x7f") and by_pdfium.startswith("•")))
PYTHON
