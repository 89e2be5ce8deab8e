"""Put an SVG together of shapes and lines of text, without styles, which our policy refuses."""

from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from app.pictures.lettering import END_RTL, SANS, START_RTL, font_of, is_rtl
from app.pictures.palette import HATCH, INK, LINE, PAPER

Attribute = str | float | int
NOT_XML = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])


@dataclass(frozen=True, slots=True)
class Ink:
    """How a text is set."""

    size: float = 13
    colour: str = INK
    bold: bool = False
    family: str = SANS
    leading: float = 1.3

    @property
    def line(self) -> float:
        """The height of a line."""
        return round(self.size * self.leading, 1)


def number(value: float) -> str:
    """Write a number with one decimal at most."""
    return f"{value:.1f}".removesuffix(".0")


@dataclass(slots=True)
class Canvas:
    """Collects what is drawn, from the back to the front."""

    parts: list[str] = field(default_factory=list)

    def shape(self, tag: str, **attributes: Attribute | None) -> None:
        """Add a shape; `_` in names stands for `-`, and what is None is left out."""
        given = "".join(
            f" {name.replace('_', '-')}="
            + quoteattr(number(value) if isinstance(value, float | int) else value)
            for name, value in attributes.items()
            if value is not None
        )
        self.parts.append(f"<{tag}{given}/>")

    def rect(
        self, box: tuple[float, float, float, float], fill: str, stroke: str | None = None
    ) -> None:
        """Fill a box of x, y, width and height."""
        x, y, width, height = box
        self.shape("rect", x=x, y=y, width=width, height=height, fill=fill, stroke=stroke)

    def hatch(self, box: tuple[float, float, float, float]) -> None:
        """Draw slanting lines in a box: as a path, since patterns take renderers far longer."""
        x, y, width, height = box
        strokes = [
            f"M{number(x + min(d, width))} {number(y + max(0, d - width))}"
            f"L{number(x + max(0, d - height))} {number(y + min(d, height))}"
            for d in range(6, int(width + height), 7)
        ]
        self.shape("path", d="".join(strokes), stroke=HATCH, fill="none")

    def rule(self, x1: float, y1: float, x2: float, y2: float, stroke: str = LINE) -> None:
        """Draw a thin line."""
        self.shape("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke)

    def text(
        self, words: str, x: float, y: float, ink: Ink, *, anchor: str = "start", turn: bool = False
    ) -> None:
        """Set one line; `y` is its base line, `turn` lets it run upwards."""
        if not words:
            return
        words = words.translate(NOT_XML).replace("✕", "×")  # few fonts have it
        made = f"{START_RTL}{words}{END_RTL}" if is_rtl(words) else words
        attributes = {
            "x": number(x),
            "y": number(y),
            "font-family": font_of(words, ink.family),
            "font-size": number(ink.size),
            "fill": ink.colour,
            "font-weight": "600" if ink.bold else None,
            "text-anchor": anchor if anchor != "start" else None,
            "transform": f"rotate(-90 {number(x)} {number(y)})" if turn else None,
        }
        given = "".join(f" {n}={quoteattr(v)}" for n, v in attributes.items() if v)
        self.parts.append(f"<text{given}>{escape(made)}</text>")

    def lines(self, lines: list[str], x: float, y: float, width: float, ink: Ink) -> float:
        """Set lines below one another, from a top; return the y below them.

        A line from right to left ends at the right edge of the column.
        """
        for line in lines:
            y += ink.line
            rtl = is_rtl(line)
            base = y - ink.size * 0.3
            self.text(line, x + width if rtl else x, base, ink, anchor="end" if rtl else "start")
        return y

    def finish(self, width: float, height: float, title: str, description: str) -> str:
        """Return the picture, with a name and a description for those who do not see it."""
        w, h = number(width), number(height)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}"'
            f' viewBox="0 0 {w} {h}" role="img" aria-labelledby="t" aria-describedby="d">'
            f'<title id="t">{escape(title.translate(NOT_XML))}</title>'
            f'<desc id="d">{escape(description.translate(NOT_XML))}</desc>'
            f'<rect width="{w}" height="{h}" fill="{PAPER}"/>{"".join(self.parts)}</svg>\n'
        )
