"""The colours of pictures, in sRGB, since not every program that shows SVG knows OKLCH.

They are those of the pages in the light (static/css/tokens.css and atlas.css).
"""

PAPER, SHEET, WELL = "#fbfaf7", "#ffffff", "#f4f2ee"
LINE, LINE_STRONG = "#e0ded8", "#95928b"
INK, INK_2, INK_3 = "#171d26", "#49505a", "#61676e"
NO, YES, PART, MARK = "#b02b27", "#006647", "#82510d", "#feefb5"
HATCH = "#c9c6bf"

# By the classes of app/matrix/signs.py: a cell's colour, and that of the number on it.
CELLS = {
    "c0": ("#175d9b", "#ffffff"),
    "c1": ("#6aa8dc", "#10151d"),
    "c2": ("#90c1e7", "#10151d"),
    "c3": ("#bad9ef", "#10151d"),
    "c4": ("#e6e4e0", "#10151d"),
    "c5": ("#edd8b2", "#10151d"),
    "c6": ("#e8c184", "#10151d"),
    "c7": ("#d99e4d", "#10151d"),
    "c8": ("#97570d", "#ffffff"),
    "u0": ("#cfbcf4", INK),
    "u1": ("#98e3ce", INK),
    "u2": ("#f6b4d2", INK),
    "u3": ("#d1e195", INK),
    "u4": ("#babec4", INK),
    "u5": ("#ceaaca", INK),
    "u6": ("#9ecba6", INK),
}
# The rule at a cell's edge: its width, colour and dashes say how firm a position is.
FIRMNESS = {
    "red_line": (5, NO, ""),
    "demand": (3, INK, ""),
    "preference": (2, INK_3, ""),
    "open": (3, INK_3, "3 3"),
    "unclear": (2, LINE_STRONG, "5 4"),
}
STATES = {"agreed": YES, "qualified": PART, "blocked": NO, "open": INK_2}
