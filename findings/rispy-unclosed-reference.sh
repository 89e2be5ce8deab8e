#!/usr/bin/env bash
# rispy 0.10.0 drops a last reference that is not closed by ER, and references whose tags have one space before the dash, and
# says nothing: no error, an empty list. Both are common in files that were edited by hand.
# Seen: closed 1 reference, without ER 0, with one space 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check rispy==0.10.0
"$folder/venv/bin/python" - <<'PY'
import rispy

closed = "TY  - ELEC\nTI  - Talks\nER  - \n"
counts = [len(rispy.loads(text)) for text in (closed, closed.removesuffix("ER  - \n"), closed.replace("  -", " -"))]
print("closed {} reference, without ER {}, with one space {}".format(*counts))
assert counts == [1, 0, 0]
PY
