"""Draw what every picture has: a heading, what its signs mean, and where it is from."""

from collections.abc import Callable
from dataclasses import dataclass

from app.core import dates
from app.pictures.canvas import Canvas, Ink
from app.pictures.lettering import SERIF, width_of, wrap
from app.pictures.palette import INK_2, INK_3, LINE_STRONG, PART

EDGE = 28.0
TITLE = Ink(24, bold=True, family=SERIF, leading=1.2)
UNDER = Ink(14, colour=INK_2)
WARNING = Ink(13, colour=PART, bold=True)
FOOT = Ink(12, colour=INK_2)
SMALL = Ink(12, colour=INK_3)


@dataclass(frozen=True, slots=True)
class About:
    """Where a picture is from: the same at every picture of a view."""

    negotiation: str
    as_of: str
    known_at: str  # as shown, to the minute
    licence: str | None
    permalink: str
    notes: tuple[str, ...] = ()  # what a reader must know: filters, parts, reading not yet done
    invented: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """What a picture shows."""

    title: str
    under: str


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of the legend: draws its sign at (x, y of the middle), and has words."""

    width: float
    draw: Callable[[Canvas, float, float], None]
    words: str


def head(canvas: Canvas, width: float, heading: Heading, about: About) -> float:
    """Draw the heading; return the y below it."""
    room = width - 2 * EDGE
    y = canvas.lines(wrap(heading.title, TITLE.size, room, bold=True), EDGE, 18, room, TITLE)
    y = canvas.lines(wrap(heading.under, UNDER.size, room), EDGE, y + 2, room, UNDER)
    if about.invented:
        said = ["Invented for practice: no place, person or paper here exists."]
        y = canvas.lines(said, EDGE, y, room, WARNING)
    for note in about.notes:
        y = canvas.lines(wrap(note, UNDER.size, room), EDGE, y, room, Ink(14, colour=PART))
    return y + 14


def legend(canvas: Canvas, items: list[Item], y: float, width: float) -> float:
    """Draw the legend in as many lines as it needs; return the y below it."""
    if not items:
        return y
    x, line = EDGE, 22.0
    for item in items:
        wide = item.width + 6 + width_of(item.words, FOOT.size)
        if x > EDGE and x + wide > width - EDGE:
            x, y = EDGE, y + line
        item.draw(canvas, x, y + line / 2)
        canvas.text(item.words, x + item.width + 6, y + line / 2 + 4, FOOT)
        x += wide + 18
    return y + line + 4


def foot(canvas: Canvas, y: float, width: float, about: About) -> float:
    """Draw the last lines: dates, licence, address; return the height of the picture."""
    room = width - 2 * EDGE
    canvas.rule(EDGE, y + 6, width - EDGE, y + 6, LINE_STRONG)
    said = [
        f"{about.negotiation}, as of {dates.display(about.as_of)},"
        f" as Parley knew it on {about.known_at}",
        about.licence or "",
    ]
    line = " · ".join(filter(None, said))
    y = canvas.lines(wrap(line, FOOT.size, room), EDGE, y + 8, room, FOOT)
    y = canvas.lines(wrap(about.permalink, SMALL.size, room), EDGE, y, room, SMALL)
    return y + 16


def swatch(fill: str, stroke: str = LINE_STRONG) -> Callable[[Canvas, float, float], None]:
    """Return what draws a small box as a sign of the legend."""

    def draw(canvas: Canvas, x: float, y: float) -> None:
        canvas.shape("rect", x=x + 0.5, y=y - 7.5, width=19, height=15, fill=fill, stroke=stroke)

    return draw
