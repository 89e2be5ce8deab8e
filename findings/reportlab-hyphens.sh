#!/usr/bin/env bash
# reportlab 5.1.0: a paragraph with marked-up words and embeddedHyphenation=1 that is split over two frames loses hyphens
# of compounds when its parts are laid out: the page then reads "longterm". With embeddedHyphenation=0 they stay. Seen:
#   embeddedHyphenation=1: hyphens lost: True
#   embeddedHyphenation=0: hyphens lost: False
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check reportlab==5.1.0 pyphen==0.18.1
"$folder/venv/bin/python" - <<'PYTHON'
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Paragraph

TEXT = "<i>Today</i> they warned of the long-term consequences of a so-called inter-agency report, said <b>her office</b> today. "
KEPT = ("long-term", "so-called", "inter-agency")


def lost(embedded: int) -> bool:
    """Split a paragraph in frames of many widths; tell whether a compound comes out as one word."""
    style = ParagraphStyle("p", fontSize=11, hyphenationLang="en_GB", embeddedHyphenation=embedded)
    for width in range(130, 300):
        paragraph = Paragraph(TEXT * 8, style)
        paragraph.wrap(width, 1000)
        for part in paragraph.split(width, 60):
            part.wrap(width, 1000)
            words = part.getPlainText(identify=True)
            if any(compound.replace("-", "") in words for compound in KEPT):
                return True
    return False


seen = {embedded: lost(embedded) for embedded in (1, 0)}
for embedded, gone in seen.items():
    print(f"embeddedHyphenation={embedded}: hyphens lost: {gone}")
raise SystemExit(seen != {1: True, 0: False})
PYTHON
