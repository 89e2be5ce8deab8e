"""Draw one SVG as PNG: a program of its own, since resvg lets no other Python run meanwhile.

It reads the picture on standard input and imports nothing of the application, so that it starts in
a tenth of a second. Arguments: the scale, whether to look for fonts of the system, our fonts.
"""

import os
import sys

import resvg_py


def main() -> None:
    """Draw the picture and write the PNG to standard output."""
    scale, system, *fonts = sys.argv[1:]
    os.nice(5)  # pages come first
    png = resvg_py.svg_to_bytes(
        svg_string=sys.stdin.buffer.read().decode(),
        zoom=float(scale),
        font_files=fonts,
        skip_system_fonts=system == "no",
        sans_serif_family="Source Sans 3",
        serif_family="Source Serif 4",
    )
    sys.stdout.buffer.write(png)


if __name__ == "__main__":
    main()
