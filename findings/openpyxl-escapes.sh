#!/usr/bin/env bash
# openpyxl 3.1.5 does not undo the escapes of XLSX (ECMA-376, ST_Xstring) in inline strings when it reads a file: the text
# "_x000D_", which XlsxWriter 3.2.9 has to write as "_x005F_x000D_", comes back in the longer form. LibreOffice and R readxl give back
# the text. openpyxl.utils.escape.unescape mends it.
# Seen: written _x000D_, read _x005F_x000D_, unescaped _x000D_
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check openpyxl==3.1.5 XlsxWriter==3.2.9
"$folder/venv/bin/python" - <<'PY'
import io

import openpyxl
import xlsxwriter
from openpyxl.utils.escape import unescape

file = io.BytesIO()
with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
    book.add_worksheet().write_string(0, 0, "_x000D_")
read = openpyxl.load_workbook(file).active["A1"].value
print("written _x000D_, read", read, "unescaped", unescape(read))
assert read == "_x005F_x000D_" and unescape(read) == "_x000D_"
PY
