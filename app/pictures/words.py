"""Write a position in a narrow column: its strip, what it wants, on what condition, how firmly."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.core import dates
from app.matrix import formatting
from app.matrix.grid import GridCell, IssueView
from app.matrix.move_labels import MAY_BE_OLDER, cell_mark
from app.models.vocabulary import Act, Silence
from app.pictures import marks
from app.pictures.canvas import Canvas, Ink
from app.pictures.lettering import wrap
from app.pictures.palette import INK_2, INK_3, PART
from app.positions.phrases import according_to, only_if, some_time
from app.positions.views import PositionView

WANT = Ink(13, bold=True)
ALSO = Ink(12, colour=INK_2)
IF = Ink(12, colour=PART)
FACT = Ink(11, colour=INK_3)
DOUBT = Ink(11, colour=PART)
SILENT = Ink(12, colour=INK_3)
STRIP = 16.0  # height


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text and how it is set."""

    text: str
    ink: Ink


@dataclass(frozen=True, slots=True)
class Said:
    """A cell in words, wrapped to a width."""

    lines: list[Line]
    strip: formatting.Strip | None

    @property
    def height(self) -> float:
        """How high it is."""
        return sum(line.ink.line for line in self.lines) + (STRIP if self.strip else 0)


def said(
    cell: GridCell | None, issue: IssueView, names: Mapping[str, str], width: float, as_of: str
) -> Said:
    """Put a cell into words."""
    if cell is None:
        return Said([], None)
    if cell.position is None:
        return Said(_set(silence(cell, as_of), SILENT, width), None)
    position = cell.position
    lines = [line for text, ink in _stance(issue, position) for line in _set(text, ink, width)]
    lines += _set(" · ".join(facts(position, as_of)), FACT, width)
    doubts = [*doubts_of(position, cell, names)]
    lines += _set(" · ".join(doubts), DOUBT, width)
    drawn = formatting.strip(issue, position)
    return Said(lines, drawn if drawn.width <= width else None)


def _set(text: str, ink: Ink, width: float) -> list[Line]:
    return [Line(line, ink) for line in wrap(text, ink.size, width, bold=ink.bold)]


def _stance(issue: IssueView, position: PositionView) -> list[tuple[str, Ink]]:
    """Return what a position says: first the main point, each condition after its option."""
    made = formatting.stance(issue, position)
    said: list[tuple[str, Ink]] = []
    for part in (made.want, *made.also):
        ink = WANT if part is made.want else ALSO
        verb = part.verb
        run: list[str] = []
        for item in part.items:
            run.append(item.label)
            if item.condition:
                said += [(f"{verb} {', '.join(run)}".strip(), ink), (only_if(item.condition), IF)]
                run, verb = [], part.verb and "and"
        if run:
            said.append((f"{verb} {', '.join(run)}".strip(), ink))
    if not position.attitudes and position.summary and position.act != Act.WITHDRAWS:
        said.append((position.summary, ALSO))
    return said


def facts(position: PositionView, as_of: str) -> list[str]:
    """List how firm a position is, since when, and in whose words."""
    made = []
    if position.act != Act.WITHDRAWS:
        made.append(position.firmness.replace("_", " "))
    if position.stated_on:
        made.append(dates.display_short(position.stated_on, year=int(as_of[:4])))
    own = formatting.own_words(position)
    if own:
        made.append("own words")
    elif position.quotes and not position.attributed_by:
        made.append("reported")
    if position.act in (Act.THREATENS, Act.OFFERS, Act.ASKS, Act.PROPOSES):
        made.append(position.act)
    return made


def doubts_of(position: PositionView, cell: GridCell, names: Mapping[str, str]) -> list[str]:
    """List what makes a position less certain, or is new about it."""
    mark = cell_mark(cell)
    return [
        words
        for words, there in (
            ("inferred", bool(position.inferred)),
            (according_to(position.attributed_by, names), bool(position.attributed_by)),
            (MAY_BE_OLDER, bool(cell.order_uncertain)),
            ("a newer position is possible", bool(cell.possible)),
            (mark.text if mark else "", mark is not None),
        )
        if there
    ]


def silence(cell: GridCell, as_of: str) -> str:
    """Say why a cell has no position."""
    if cell.possible:
        return some_time(cell.possible_stated_on)
    if cell.silence == Silence.SEARCHED:
        day = cell.look and dates.display_short(cell.look.looked_on, year=int(as_of[:4]))
        return f"nothing found, searched {day}" if day else "nothing found"
    return "not yet looked"


def draw(canvas: Canvas, made: Said, x: float, y: float, width: float) -> float:
    """Draw a cell in words; return the y below it."""
    if made.strip:
        marks.strip(canvas, made.strip, x - 2, y + STRIP / 2)
        y += STRIP
    for line in made.lines:
        y = canvas.lines([line.text], x, y, width, line.ink)
    return y
