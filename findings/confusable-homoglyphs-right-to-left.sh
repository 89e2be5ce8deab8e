#!/usr/bin/env bash
# confusable-homoglyphs 3.3.1: its table has the characters of right-to-left scripts between two U+200E, as Unicode's file
# prints them for people, so is_confusable finds nothing where a Hebrew or Arabic letter stands for a Latin one.
# Seen: Cyrillic True, Hebrew False, 1371 keys of 9619 with a mark
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check confusable-homoglyphs==3.3.1
"$folder/venv/bin/python" - <<'PY'
from confusable_homoglyphs.confusables import confusables_data, is_confusable

cyrillic, hebrew = (bool(is_confusable(c, preferred_aliases=["latin"])) for c in ("\u043e", "\u05e1"))
marked = [key for key in confusables_data if "\u200e" in key]
print("Cyrillic", cyrillic, "Hebrew", hebrew, len(marked), "keys of", len(confusables_data), "with a mark")
assert cyrillic and not hebrew
assert confusables_data["\u200e\u05e1\u200e"][0]["c"] == "o" and "\u05e1" not in confusables_data
PY
