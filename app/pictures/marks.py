"""Draw the small signs: strips, firmness, states of common ground, cells of the atlas."""

from collections.abc import Callable

from app.matrix.formatting import AxisMark, Strip
from app.matrix.signs import Sign
from app.pictures.canvas import Canvas, Ink
from app.pictures.palette import (
    CELLS,
    FIRMNESS,
    INK,
    INK_2,
    LINE_STRONG,
    NO,
    PART,
    SHEET,
    STATES,
    WELL,
)
from app.pictures.sheet import Item

Draw = Callable[[Canvas, float, float], None]
DOTTED = "1.6 1.6"


def strip(canvas: Canvas, made: Strip, x: float, y: float) -> None:
    """Draw a position's attitudes on a small axis; (x, y) is its left end, at middle height."""
    if made.line:
        canvas.rule(x + 6, y, x + made.width - 6, y, LINE_STRONG)
    for one in made.marks:
        mark(canvas, one, x + one.x, y)


def mark(canvas: Canvas, one: AxisMark, x: float, y: float) -> None:
    """Draw one attitude, as templates/macros/stance.html does."""
    dotted = DOTTED if one.inferred else None
    match one.kind:
        case "tick":
            canvas.shape("circle", cx=x, cy=y, r=1.8, fill=LINE_STRONG)
        case "rejects":
            cross = f"M{x - 3.2:.1f} {y - 3.2:.1f}l6.4 6.4m0 -6.4l-6.4 6.4"
            canvas.shape(
                "path", d=cross, stroke=NO, stroke_width=2, fill="none", stroke_dasharray=dotted
            )
        case "prefers" if not one.inferred:
            canvas.shape("circle", cx=x, cy=y, r=one.radius or 4.6, fill=INK)
        case kind:
            canvas.shape(
                "circle", cx=x, cy=y, r=4.2 if dotted else 3.8, fill=SHEET,
                stroke=INK, stroke_width=1.5, stroke_dasharray=dotted,
            )  # fmt: skip
            if kind == "prefers":
                canvas.shape("circle", cx=x, cy=y, r=2, fill=INK)


def firmness(canvas: Canvas, value: str, x: float, y: float, height: float) -> None:
    """Draw the rule at a cell's edge."""
    width, colour, dashes = FIRMNESS[value]
    middle = x + width / 2
    canvas.shape(
        "line", x1=middle, y1=y, x2=middle, y2=y + height,
        stroke=colour, stroke_width=width, stroke_dasharray=dashes or None,
    )  # fmt: skip


def state(canvas: Canvas, value: str, x: float, y: float) -> None:
    """Draw the sign of a state of common ground around a middle."""
    colour = STATES[value]
    if value == "blocked":
        cross = f"M{x - 4:.1f} {y - 4:.1f}l8 8m0 -8l-8 8"
        return canvas.shape("path", d=cross, stroke=colour, stroke_width=2, fill="none")
    filled = colour if value == "agreed" else SHEET
    canvas.shape("circle", cx=x, cy=y, r=4.5, fill=filled, stroke=colour, stroke_width=1.5)
    if value == "qualified":
        half = f"M{x:.1f} {y - 4.5:.1f}a4.5 4.5 0 0 0 0 9z"
        canvas.shape("path", d=half, fill=colour)


def cell(
    canvas: Canvas, sign: Sign, box: tuple[float, float, float, float], move: str = ""
) -> None:
    """Draw a cell of the atlas, in a box of x, y, width and height."""
    x, y, width, height = box
    classes = sign.classes.split()
    coloured = next((name for name in classes if name in CELLS), None)
    fill, ink = CELLS[coloured] if coloured else (SHEET, NO if "no" in classes else INK)
    if "hidden" in classes:
        fill = WELL
    canvas.rect(box, fill)
    if "never" in classes:
        canvas.hatch(box)
    if "guess" in classes or "heard" in classes:
        dashes = "1.5 1.5" if "guess" in classes else "3 2"
        canvas.shape(
            "rect", x=x + 0.5, y=y + 0.5, width=width - 1, height=height - 1,
            fill="none", stroke=INK_2, stroke_dasharray=dashes,
        )  # fmt: skip
    if "red" in classes:
        canvas.rect((x, y, 4, height), SHEET)
        canvas.rect((x, y, 3, height), NO)
    if "cond" in classes:
        canvas.shape(
            "path", d=f"M{x + width - 7:.1f} {y:.1f}h7v7z", fill=INK, stroke=SHEET,
            stroke_width=0.5,
        )  # fmt: skip
    written = Ink(11, colour=PART if "perhaps" in classes else ink, bold=True)
    middle, base = x + width / 2, y + height / 2 + 4
    canvas.text(f"{sign.text}{move}", middle, base, written, anchor="middle")
    if "vague" in classes and sign.text:
        canvas.shape(
            "line", x1=middle - 5, y1=base + 2.5, x2=middle + 5, y2=base + 2.5, stroke=ink,
            stroke_dasharray="1.5 1.5",
        )  # fmt: skip


def firmness_items() -> list[Item]:
    """Return the legend of firmness."""

    def draws(value: str) -> Draw:
        return lambda canvas, x, y: firmness(canvas, value, x, y - 8, 16)

    return [Item(FIRMNESS[value][0], draws(value), value.replace("_", " ")) for value in FIRMNESS]


def attitude_items() -> list[Item]:
    """Return the legend of strips."""

    def draws(one: AxisMark) -> Draw:
        return lambda canvas, x, y: mark(canvas, one, x + 6, y)

    made = [(AxisMark(0, kind), kind) for kind in ("prefers", "accepts", "rejects")]
    made += [(AxisMark(0, "accepts", True), "inferred"), (AxisMark(0, "tick"), "not stated")]
    return [Item(12, draws(one), words) for one, words in made]


def state_items() -> list[Item]:
    """Return the legend of common ground."""

    def draws(value: str) -> Draw:
        return lambda canvas, x, y: state(canvas, value, x + 6, y)

    return [Item(12, draws(value), value) for value in STATES]
