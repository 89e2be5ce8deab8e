#!/usr/bin/env bash
# XlsxWriter 3.2.9 with openpyxl 3.1.5: a formula that was never computed is stored with the value 0. openpyxl, asked for
# values (data_only=True), returns that 0 like any number, so a sum of 7 reads as 0; the same workbook written by openpyxl
# has no value there and reads as None. Asked for formulas, both read as "=3+4".
# Seen: XlsxWriter 0 =3+4, openpyxl None =3+4
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check XlsxWriter==3.2.9 openpyxl==3.1.5
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import openpyxl
import xlsxwriter

with xlsxwriter.Workbook("a.xlsx") as book:
    book.add_worksheet().write_formula("A1", "=3+4")
other = openpyxl.Workbook()
other.active["A1"] = "=3+4"
other.save("b.xlsx")
seen = {
    name: tuple(openpyxl.load_workbook(name, data_only=values).active["A1"].value for values in (True, False))
    for name in ("a.xlsx", "b.xlsx")
}
print("XlsxWriter", *seen["a.xlsx"], "openpyxl", *seen["b.xlsx"])
assert seen == {"a.xlsx": (0, "=3+4"), "b.xlsx": (None, "=3+4")}
PY
