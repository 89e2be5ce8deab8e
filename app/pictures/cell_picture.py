"""Draw a cell: what a party wants on an issue, option by option, with its quotes."""

from app.core import dates
from app.matrix import formatting
from app.matrix.build import MatrixView
from app.matrix.formatting import AxisMark
from app.matrix.grid import GridCell
from app.models.vocabulary import Act
from app.pictures import marks, quotes, sheet, words
from app.pictures.canvas import Canvas, Ink
from app.pictures.lettering import wrap
from app.pictures.palette import INK, INK_2, INK_3, NO, PART
from app.pictures.sheet import EDGE, About, Heading
from app.positions.phrases import led, only_if
from app.positions.views import PositionView

WIDTH = 820.0
ROOM = WIDTH - 2 * EDGE
LABEL, SAID = Ink(14), Ink(13, colour=INK_2)
IF, STATED = Ink(14, colour=PART), Ink(13, colour=INK_2)


def draw_cell(matrix: MatrixView, about: About) -> str:
    """Return the picture of the only cell of a matrix."""
    [party], [row] = matrix.columns, matrix.grid.rows
    [cell] = row.cells
    issue = row.issue
    question = f": {issue.question}" if issue.question else ""
    heading = Heading(_title(matrix, cell), f"{party.name} on {issue.title}{question}")
    canvas = Canvas()
    y = sheet.head(canvas, WIDTH, heading, about)
    position = cell.position if cell else None
    if cell is None or position is None:
        y = canvas.lines(_silence(cell, about.as_of), EDGE, y, ROOM, words.WANT)
    else:
        y = _stated(canvas, position, cell, matrix, y)
        y = _options(canvas, matrix, position, y)
        for quote in position.quotes:
            y = quotes.draw(canvas, quote, matrix.names, (EDGE, y + 10, ROOM))
    height = sheet.foot(canvas, y + 14, WIDTH, about)
    said = [
        f"{quotes.speaker(q, matrix.names)}: “{q.exact}”"
        for q in (position.quotes if position else [])
    ]
    described = ". ".join([heading.under, *said])
    return canvas.finish(WIDTH, height, heading.title, described)


def _title(matrix: MatrixView, cell: GridCell | None) -> str:
    [party], [row] = matrix.columns, matrix.grid.rows
    position = cell.position if cell else None
    if position is None:
        day = dates.display(matrix.as_of.isoformat())
        possible = bool(cell and cell.possible)
        return (
            f"No position of {party.name} is certain by {day}"
            if possible
            else f"No position of {party.name} yet"
        )
    stance = formatting.stance_title(row.issue, position)
    said = position.summary or f"{party.short_name or party.name}: {stance}"
    return led(said, position.attributed_by, matrix.names)


def _silence(cell: GridCell | None, as_of: str) -> list[str]:
    said = words.silence(cell, as_of) if cell else ""
    return wrap(said[:1].upper() + said[1:], words.WANT.size, ROOM)


def _stated(
    canvas: Canvas, position: PositionView, cell: GridCell, matrix: MatrixView, y: float
) -> float:
    x = EDGE
    if position.act != Act.WITHDRAWS:
        marks.firmness(canvas, position.firmness, EDGE, y + 2, 16)
        x += 12
    said = " · ".join(words.facts(position, "0000"))
    y = canvas.lines(wrap(said, STATED.size, ROOM), x, y, ROOM, STATED)
    doubts = " · ".join(words.doubts_of(position, cell, matrix.names))
    return canvas.lines(wrap(doubts, STATED.size, ROOM), EDGE, y, ROOM, Ink(13, colour=PART)) + 6


def _options(canvas: Canvas, matrix: MatrixView, position: PositionView, y: float) -> float:
    """Draw the attitude to each option, as the page lists them."""
    [row] = matrix.grid.rows
    canvas.rule(EDGE, y, WIDTH - EDGE, y)
    for option in row.issue.options:
        attitude = position.attitudes.get(option.slug)
        if option.retired and not attitude:
            continue
        inferred = option.slug in position.inferred
        said = f"{attitude or 'not stated'}{', inferred' * inferred}"
        label = f"{option.label}{' · status quo' * option.status_quo}"
        marks.mark(canvas, AxisMark(0, attitude or "tick", inferred), EDGE + 6, y + 13)
        colour = NO if attitude == "rejects" else INK_2 if attitude else INK_3
        canvas.text(said, WIDTH - EDGE, y + 17, Ink(13, colour=colour), anchor="end")
        room = ROOM - 160
        ink = Ink(14, colour=INK if attitude else INK_3)
        y = canvas.lines(wrap(label, LABEL.size, room), EDGE + 22, y + 2, room, ink)
        if condition := position.conditions.get(option.slug):
            lines = wrap(only_if(condition), IF.size, room)
            y = canvas.lines(lines, EDGE + 22, y, room, IF)
        y += 5
        canvas.rule(EDGE, y, WIDTH - EDGE, y)
    return y
