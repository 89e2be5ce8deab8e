#!/usr/bin/env bash
# citeproc-py 0.11.1: a title that a style puts in the place of a missing author, through a macro, is printed a second time
# at its own place. CSL 1.0.2 says that what was substituted is left out in the rest of the output, as citeproc-js does.
# Seen: ‘Long’ (1938) ‘Long’.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check citeproc-py==0.11.1
"$folder/venv/bin/python" - <<'PY'
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON

item = {"id": "long", "type": "document", "title": "Long", "issued": {"date-parts": [[1938]]}}
style = CitationStylesStyle("harvard-cite-them-right", locale="en-GB", validate=False)
bibliography = CitationStylesBibliography(style, CiteProcJSON([item]), formatter.plain)
bibliography.register(Citation([CitationItem("long")]))
printed = str(bibliography.bibliography()[0])
print(printed)
assert printed.count("Long") == 2
PY
