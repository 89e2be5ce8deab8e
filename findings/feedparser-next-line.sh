#!/usr/bin/env bash
# feedparser 6.0.14: U+0085 (NEXT LINE), which XML 1.0 allows and a well-formed Atom feed in UTF-8 may contain, comes out as
# U+2026 (…): control characters of this range are taken for bytes of Windows-1252, although the feed is no such thing.
# xml.etree of Python keeps it. A quotation compared with its source no longer matches.
# Seen: bozo False, title "a\u2026b", xml.etree "a\x85b"
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check feedparser==6.0.14
"$folder/venv/bin/python" - <<'PY'
from xml.etree import ElementTree

import feedparser

feed = (
    '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><id>urn:x:f</id>'
    "<updated>2025-03-17T00:00:00Z</updated><entry><title>a\x85b</title><id>urn:x:e</id>"
    "<updated>2025-03-17T00:00:00Z</updated></entry></feed>"
).encode()
found = feedparser.parse(feed)
kept = ElementTree.fromstring(feed).findtext(".//{*}entry/{*}title")
print("bozo", bool(found.bozo), "title", ascii(found.entries[0].title), "xml.etree", ascii(kept))
assert (found.entries[0].title, kept) == ("a\u2026b", "a\x85b")
PY
