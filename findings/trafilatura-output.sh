#!/usr/bin/env bash
# trafilatura 2.3.1 leaves out the words of inline <output> and <time> elements and reads on as if nothing stood there,
# also where it is told to favour recall; those of <data>, <var>, <kbd>, <dfn> and <bdi> stay. Seen:
#   time:   'The truce begins on and ends after two months, the ministry said.'
#   output: 'The truce begins on and ends after two months, the ministry said.'
#   data:   'The truce begins on 11 March and ends after two months, the ministry said.'
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check trafilatura==2.3.1 lxml_html_clean==0.4.6
"$folder/venv/bin/python" - <<'PYTHON'
from trafilatura import extract

WITHOUT = "The truce begins on and ends after two months, the ministry said."
WITH = "The truce begins on 11 March and ends after two months, the ministry said."
EXPECTED = {"time": WITHOUT, "output": WITHOUT, "data": WITH, "var": WITH, "kbd": WITH, "dfn": WITH, "bdi": WITH}
seen = {}
for tag in EXPECTED:
    first = f"<p>The truce begins on <{tag}>11 March</{tag}> and ends after two months, the ministry said.</p>"
    more = f"<p>{'More of the report follows here, so that the page is long enough to be one. ' * 8}</p>"
    text = extract(f"<html><body><article>{first}{more}</article></body></html>", favor_recall=True) or ""
    seen[tag] = text.split("\n")[0]
    print(f"{tag}: {seen[tag]!r}")
raise SystemExit(seen != EXPECTED)
PYTHON
