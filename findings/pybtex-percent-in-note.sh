#!/usr/bin/env bash
# pybtex 0.26.1 decodes text fields as LaTeX, where a percent sign begins a comment, also within the braces of \url: a note
# with \url{…%3A…}, which BibTeX and biber pass on as it is, ends in "unbalanced braces". The same address in the field
# url is taken, since that is read raw.
# Seen: note: syntax error in line 1: unbalanced braces; url: … URL: https://x.example/?at=10%3A00.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pybtex==0.26.1
"$folder/venv/bin/python" - <<'PY'
from pybtex import PybtexEngine
from pybtex.exceptions import PybtexError


def printed(fields: str) -> str:
    entry = f"@misc{{k, author = {{Ann}}, title = {{Talks}}, year = {{2024}}, {fields}}}"
    try:
        return PybtexEngine().format_from_string(entry, "unsrt", output_backend="plaintext").strip()
    except PybtexError as error:
        return str(error)


note = printed(r"note = {See \url{https://x.example/?at=10%3A00}}")
url = printed("url = {https://x.example/?at=10%3A00}")
print("note:", note)
print("url:", url)
assert "unbalanced braces" in note and "at=10%3A00" in url
PY
