"""Draw a small matrix: each cell with its strip and its words."""

from collections.abc import Mapping
from itertools import groupby

from app.matrix import formatting
from app.matrix.build import MatrixView
from app.matrix.grid import GridCell, GridRow
from app.matrix.move_labels import cell_mark
from app.models.vocabulary import Act
from app.pictures import marks, sheet, words
from app.pictures.canvas import Canvas, Ink
from app.pictures.lettering import wrap
from app.pictures.palette import INK_2, LINE, LINE_STRONG, SHEET, STATES, WELL
from app.pictures.sheet import EDGE, About, Heading, Item
from app.positions.phrases import according_to

ISSUE, GROUND, PARTY, PAD = 190.0, 180.0, 164.0, 8.0
NAME, GROUP = Ink(14, bold=True), Ink(12, colour=INK_2, bold=True)
QUESTION, ROLE = Ink(12, colour=INK_2), Ink(11, colour=INK_2)


def draw_words(matrix: MatrixView, heading: Heading, about: About) -> str:
    """Return the picture."""
    canvas, columns = Canvas(), matrix.columns
    width = 2 * EDGE + ISSUE + GROUND + PARTY * len(columns)
    y = sheet.head(canvas, width, heading, about)
    y = _heads(canvas, matrix, y, width)
    for group, rows in groupby(matrix.grid.rows, key=lambda row: row.issue.group):
        if group:
            y = canvas.lines(
                wrap(group.upper(), GROUP.size, ISSUE + GROUND), EDGE + PAD, y + 6, ISSUE, GROUP
            )
            y += 4
            canvas.rule(EDGE, y, width - EDGE, y)
        for row in rows:
            y = _row(canvas, matrix, row, y)
    y = sheet.legend(canvas, _legend(matrix), y + 10, width)
    height = sheet.foot(canvas, y, width, about)
    return canvas.finish(width, height, heading.title, describe(matrix, heading))


def _heads(canvas: Canvas, matrix: MatrixView, y: float, width: float) -> float:
    names = [wrap(p.name, NAME.size, PARTY - 2 * PAD, bold=True) for p in matrix.columns]
    height = NAME.line * max(map(len, names), default=1) + ROLE.line + 2 * PAD
    canvas.rect((EDGE, y, width - 2 * EDGE, height), WELL)
    canvas.lines(["Issue"], EDGE + PAD, y + PAD, ISSUE, QUESTION)
    canvas.lines(["Common ground"], EDGE + ISSUE + PAD, y + PAD, GROUND, NAME)
    for place, (party, lines) in enumerate(zip(matrix.columns, names, strict=True)):
        x = EDGE + ISSUE + GROUND + PARTY * place + PAD
        below = canvas.lines(lines, x, y + PAD - 2, PARTY - 2 * PAD, NAME)
        canvas.lines([party.role], x, below, PARTY, ROLE)
    canvas.rule(EDGE, y + height, width - EDGE, y + height, LINE_STRONG)
    return y + height


def _row(canvas: Canvas, matrix: MatrixView, row: GridRow, y: float) -> float:
    issue, room = row.issue, PARTY - 2 * PAD - 4
    as_of = matrix.as_of.isoformat()
    cells = [words.said(cell, issue, matrix.names, room, as_of) for cell in row.cells]
    title = wrap(issue.title, NAME.size, ISSUE - 2 * PAD, bold=True)
    options = [o.label for o in issue.options if not o.retired]
    listed = (" – " if issue.ordered else " · ").join(options)
    labels = wrap(listed, ROLE.size, ISSUE - 2 * PAD)
    ground = formatting.ground(issue, matrix.ground[issue.slug], matrix.names)
    state = wrap(ground.text, NAME.size, GROUND - 2 * PAD - 14, bold=True)
    detail = wrap(ground.detail, QUESTION.size, GROUND - 2 * PAD)
    height = 2 * PAD + max(
        NAME.line * len(title) + ROLE.line * len(labels),
        NAME.line * len(state) + QUESTION.line * len(detail),
        *(cell.height for cell in cells),
    )
    canvas.rect((EDGE + ISSUE + GROUND, y, PARTY * len(cells), height), SHEET)
    below = canvas.lines(title, EDGE + PAD, y + PAD - 3, ISSUE - 2 * PAD, NAME)
    canvas.lines(labels, EDGE + PAD, below, ISSUE - 2 * PAD, ROLE)
    x = EDGE + ISSUE + PAD
    marks.state(canvas, ground.state, x + 5, y + PAD + NAME.line / 2 - 2)
    ink = Ink(NAME.size, colour=STATES[ground.state], bold=True)
    below = canvas.lines(state, x + 14, y + PAD - 3, GROUND, ink)
    canvas.lines(detail, x, below, GROUND - 2 * PAD, QUESTION)
    for place, (cell, made) in enumerate(zip(row.cells, cells, strict=True)):
        x = EDGE + ISSUE + GROUND + PARTY * place
        _cell(canvas, cell, (x, y, PARTY, height))
        words.draw(canvas, made, x + PAD + 4, y + PAD - 2, room)
        canvas.rule(x, y, x, y + height)
    bottom = y + height
    canvas.rule(EDGE, bottom, EDGE + ISSUE + GROUND + PARTY * len(cells), bottom, LINE)
    return bottom


def _cell(canvas: Canvas, cell: GridCell | None, box: tuple[float, float, float, float]) -> None:
    """Draw what stands behind the words of a cell."""
    x, y, _, height = box
    if cell is None:
        canvas.rect(box, WELL)
    elif cell.position is None:
        if cell.silence == "never_searched" and not cell.possible:
            canvas.hatch(box)
            canvas.rect((x + PAD, y + PAD - 2, 96, 20), SHEET)  # so that the words can be read
    elif cell.position.act != Act.WITHDRAWS:
        marks.firmness(canvas, cell.position.firmness, x, y, height)


def _legend(matrix: MatrixView) -> list[Item]:
    cells = [cell for row in matrix.grid.rows for cell in row.cells]
    items = [*marks.firmness_items(), *marks.attitude_items()]
    if any(c and not c.position and c.silence == "never_searched" for c in cells):
        items.append(Item(20, _unsurveyed, "not yet looked"))
    if any(c is None for c in cells):
        items.append(Item(20, sheet.swatch(WELL), "hidden by the filter"))
    return items


def _unsurveyed(canvas: Canvas, x: float, y: float) -> None:
    sheet.swatch(SHEET)(canvas, x, y)
    canvas.hatch((x + 0.5, y - 7.5, 19, 15))


def describe(matrix: MatrixView, heading: Heading) -> str:
    """Describe a matrix for those who do not see it: what each party wants, issue by issue."""
    names: Mapping[str, str] = {party.slug: party.name for party in matrix.columns}
    said = []
    for row in matrix.grid.rows[:MOST_DESCRIBED]:
        parts = [
            " ".join(
                filter(
                    None,
                    [
                        names[cell.party],
                        formatting.stance_words(row.issue, cell.position),
                        according_to(cell.position.attributed_by, matrix.names),
                        f"({mark.text})" if (mark := cell_mark(cell)) else "",
                    ],
                )
            )
            for cell in row.cells[:MOST_DESCRIBED]
            if cell and cell.position
        ]
        said.append(f"{row.issue.title}: {'; '.join(parts) or 'no position shown'}.")
    return " ".join([f"{heading.under}.", *said])


MOST_DESCRIBED = 12  # rows, and cells of a row; the page itself tells the rest
