#!/usr/bin/env bash
# bibtexparser 2.1.0: LatexDecodingMiddleware takes the percent sign of an address for the beginning of a comment and drops
# the rest of the value, without an error and without a failed block; the raw entry, and biblatex, have the whole address.
# Seen: raw https://x.example/?at=10%3A00, decoded https://x.example/?at=10
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check bibtexparser==2.1.0
"$folder/venv/bin/python" - <<'PY'
import bibtexparser
from bibtexparser.middlewares import LatexDecodingMiddleware

entry = "@misc{k,\n  title = {Talks},\n  url = {https://x.example/?at=10%3A00}\n}\n"
raw = bibtexparser.parse_string(entry)
decoded = bibtexparser.parse_string(entry, append_middleware=[LatexDecodingMiddleware()])
values = [library.entries[0].fields_dict["url"].value for library in (raw, decoded)]
print("raw", values[0], "decoded", values[1], "failed blocks", len(decoded.failed_blocks))
assert values == ["https://x.example/?at=10%3A00", "https://x.example/?at=10"] and not decoded.failed_blocks
PY
