"""Draw one issue or one party: a line for each cell, with its strip, its words and a quote."""

from dataclasses import dataclass

from app.matrix import formatting
from app.matrix.build import MatrixView
from app.matrix.grid import GridCell, IssueView
from app.models.vocabulary import Act, QuoteKind
from app.pictures import marks, quotes, sheet, words
from app.pictures.canvas import Canvas, Ink
from app.pictures.lettering import wrap
from app.pictures.matrix_words import describe
from app.pictures.palette import INK_2, STATES
from app.pictures.sheet import EDGE, About, Heading
from app.positions.views import PositionView, QuoteView

WIDTH, NAME, WANT, GAP = 1040.0, 190.0, 300.0, 18.0
QUOTE = WIDTH - 2 * EDGE - NAME - WANT - 2 * GAP
LABEL, GROUND = Ink(14, bold=True), Ink(13, colour=INK_2)


@dataclass(frozen=True, slots=True)
class Stand:
    """A cell under the name of its party, or the title of its issue."""

    label: str
    issue: IssueView
    cell: GridCell | None


def draw_issue(matrix: MatrixView, about: About) -> str:
    """Return the picture of one issue."""
    [row] = matrix.grid.rows
    issue = row.issue
    asked = f": {issue.question}" if issue.question else ""
    heading = Heading(issue.title, f"{matrix.negotiation.title}{asked}")
    canvas = Canvas()
    y = sheet.head(canvas, WIDTH, heading, about)
    ground = formatting.ground(issue, matrix.ground[issue.slug], matrix.names)
    marks.state(canvas, ground.state, EDGE + 5, y + 10)
    ink = Ink(15, colour=STATES[ground.state], bold=True)
    room = WIDTH - 2 * EDGE
    y = canvas.lines(wrap(ground.text, 15, room - 16, bold=True), EDGE + 16, y, room, ink)
    y = canvas.lines(wrap(ground.detail, GROUND.size, room), EDGE, y, room, GROUND)
    labels = [option.label for option in issue.options if not option.retired]
    order = "Options, in order: " if issue.ordered else "Options: "
    listed = wrap(order + (" – " if issue.ordered else " · ").join(labels), GROUND.size, room)
    y = canvas.lines(listed, EDGE, y, room, GROUND) + 10
    named = zip(matrix.columns, row.cells, strict=True)
    stands = [Stand(party.name, issue, cell) for party, cell in named]
    return _finish(canvas, matrix, stands, y, heading, about)


def draw_party(matrix: MatrixView, about: About) -> str:
    """Return the picture of one party."""
    [party] = matrix.columns
    needed = "needed" if party.consent_required else "not needed"
    under = f"{matrix.negotiation.title} · {party.role}, {needed} for a deal"
    heading = Heading(f"{party.name}: what it wants", under)
    canvas = Canvas()
    y = sheet.head(canvas, WIDTH, heading, about)
    stands = [Stand(row.issue.title, row.issue, row.cells[0]) for row in matrix.grid.rows]
    return _finish(canvas, matrix, stands, y, heading, about)


def _finish(
    canvas: Canvas,
    matrix: MatrixView,
    stands: list[Stand],
    y: float,
    heading: Heading,
    about: About,
) -> str:
    for stand in stands:
        y = _stand(canvas, matrix, stand, y)
    items = [*marks.firmness_items(), *marks.attitude_items()]
    y = sheet.legend(canvas, items, y + 10, WIDTH)
    height = sheet.foot(canvas, y, WIDTH, about)
    return canvas.finish(WIDTH, height, heading.title, describe(matrix, heading))


def _stand(canvas: Canvas, matrix: MatrixView, stand: Stand, y: float) -> float:
    cell = stand.cell
    canvas.rule(EDGE, y, WIDTH - EDGE, y)
    top = y + 8
    if cell and cell.position and cell.position.act != Act.WITHDRAWS:
        made = words.said(cell, stand.issue, matrix.names, WANT - 12, matrix.as_of.isoformat())
        marks.firmness(canvas, cell.position.firmness, EDGE + NAME, top, max(made.height, 16))
    left = canvas.lines(wrap(stand.label, 14, NAME - 12, bold=True), EDGE, top - 3, NAME, LABEL)
    made = words.said(cell, stand.issue, matrix.names, WANT - 12, matrix.as_of.isoformat())
    middle = words.draw(canvas, made, EDGE + NAME + 12, top - 2, WANT - 12)
    right = top
    if cell and cell.position and (quote := _spoken(cell.position)):
        x = EDGE + NAME + WANT + GAP
        right = quotes.draw(canvas, quote, matrix.names, (x, top - 4, QUOTE), brief=True)
        quotes.rule(canvas, x - 9, top - 4, right)
    return max(left, middle, right) + 10


def _spoken(position: PositionView) -> QuoteView | None:
    """Return the quote to show: the first direct one, else the first."""
    direct = (q for q in position.quotes if q.kind == QuoteKind.DIRECT)
    return next(direct, position.quotes[0] if position.quotes else None)
