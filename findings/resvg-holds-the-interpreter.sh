#!/bin/bash
# resvg-py 0.5.0 (resvg 0.48.1), Python 3.11: svg_to_bytes holds the interpreter's lock while it draws. A thread does not help: no
# other Python code runs meanwhile, so a server that draws a large picture in a thread answers nobody for seconds.
# Seen: "turns of another thread while drawing for 9.3 s: 1; while sleeping as long: 823" (on a busy machine)
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check resvg-py==0.5.0
"$folder/venv/bin/python" - <<'PYTHON'
import sys
import threading
import time

import resvg_py

SHAPES = "".join(f'<circle cx="{n % 97}" cy="{n % 89}" r="{n % 31}" opacity="0.5"/>' for n in range(300))
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100">{SHAPES}</svg>'
turns, end = 0, threading.Event()


def count() -> None:
    global turns
    while not end.wait(0.01):
        turns += 1


def turns_during(work) -> tuple[float, int]:
    before, began = turns, time.monotonic()
    work()
    return time.monotonic() - began, turns - before


threading.Thread(target=count, daemon=True).start()
time.sleep(0.1)
took, while_drawing = turns_during(lambda: resvg_py.svg_to_bytes(svg_string=SVG, zoom=4))
_, while_sleeping = turns_during(lambda: time.sleep(took))
end.set()
print(f"turns of another thread while drawing for {took:.1f} s: {while_drawing}; while sleeping as long: {while_sleeping}")
sys.exit(0 if while_drawing <= 2 and while_sleeping > 10 else 1)
PYTHON
