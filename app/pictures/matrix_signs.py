"""Draw a large matrix: one sign for each cell, and beside each row what its numbers mean."""

from dataclasses import dataclass
from itertools import groupby

from app.matrix import formatting, signs
from app.matrix.build import MatrixView
from app.matrix.grid import GridRow
from app.matrix.signs import Sign
from app.pictures import marks, sheet
from app.pictures.canvas import Canvas, Ink
from app.pictures.lettering import cut, width_of, wrap
from app.pictures.matrix_words import describe
from app.pictures.palette import INK_2, LINE_STRONG
from app.pictures.sheet import EDGE, About, Heading, Item

ISSUE, STATE, CELL, HIGH, KEY = 220.0, 24.0, 24.0, 19.0, 400.0
LONGEST_NAME = 180.0
TITLE, NAME = Ink(12, leading=1.2), Ink(12)
GROUP, OPTION = Ink(11, colour=INK_2, bold=True), Ink(11, colour=INK_2, leading=1.2)

# What the signs mean, in the order and the words of the page's own legend.
EXPLAINED = (
    ("scale", Sign("1", "c0", frozenset()), "prefers the option of this number, first in order"),
    ("scale", Sign("", "c4", frozenset()), "middle"),
    ("scale", Sign("n", "c8", frozenset()), "last in order"),
    ("unordered", Sign("2", "u1", frozenset()), "prefers it, options without an order"),
    ("accepts", Sign("○2", "", frozenset()), "accepts, prefers none (○ alone: several)"),
    ("rejects", Sign("✕2", "no", frozenset()), "rejects, prefers none"),
    ("inferred", Sign("2?", "guess", frozenset()), "inferred, not said so"),
    ("hearsay", Sign("(2)", "heard", frozenset()), "only another party says so"),
    ("withdrawn", Sign("–", "", frozenset()), "gave up its position"),
    ("words", Sign("…", "", frozenset()), "no position on the options"),
    ("red", Sign("", "red", frozenset()), "red line"),
    ("cond", Sign("", "cond", frozenset()), "only if …"),
    ("vague", Sign("2", "vague", frozenset()), "date imprecise"),
    ("possible", Sign("?", "perhaps", frozenset()), "perhaps said by this day"),
    ("searched", Sign("", "silent", frozenset()), "nothing found"),
    ("never", Sign("", "never", frozenset()), "not yet looked"),
    ("hidden", Sign("", "hidden", frozenset()), "hidden by the filter"),
)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row as it is set: its lines and its signs."""

    row: GridRow
    title: list[str]
    options: list[str]
    signs: list[Sign]

    @property
    def height(self) -> float:
        return max(HIGH, TITLE.line * len(self.title) + 4, OPTION.line * len(self.options) + 4)


def draw_signs(matrix: MatrixView, heading: Heading, about: About) -> str:
    """Return the picture."""
    canvas, columns = Canvas(), matrix.columns
    width = max(2 * EDGE + ISSUE + STATE + CELL * len(columns) + 12 + KEY, 900.0)
    y = sheet.head(canvas, width, heading, about)
    rows = [_set(row) for row in matrix.grid.rows]
    y = _heads(canvas, matrix, y)
    for group, together in groupby(rows, key=lambda made: made.row.issue.group):
        if group:
            y = canvas.lines(wrap(group.upper(), 11, width - 2 * EDGE), EDGE, y + 4, ISSUE, GROUP)
            y += 3
        for made in together:
            y = _row(canvas, matrix, made, y)
    kinds = signs.all_kinds(sign.kinds for made in rows for sign in made.signs)
    y = sheet.legend(canvas, _legend(kinds), y + 10, width)
    height = sheet.foot(canvas, y, width, about)
    return canvas.finish(width, height, heading.title, describe(matrix, heading))


def _set(row: GridRow) -> _Row:
    numbered = enumerate(row.issue.options, 1)
    held = {o for c in row.cells if c and c.position for o in c.position.attitudes}
    labels = [f"{n}\u00a0{o.label}" for n, o in numbered if not o.retired or o.slug in held]
    return _Row(
        row,
        wrap(row.issue.title, TITLE.size, ISSUE - 8),
        wrap(" · ".join(labels), OPTION.size, KEY),
        [signs.sign(row.issue, cell) for cell in row.cells],
    )


def _heads(canvas: Canvas, matrix: MatrixView, y: float) -> float:
    names = [cut(p.short_name or p.name, NAME.size, LONGEST_NAME) for p in matrix.columns]
    height = max((width_of(name, NAME.size) for name in names), default=0) + 8
    height = max(height, 24)
    for place, name in enumerate(names):
        x = EDGE + ISSUE + STATE + CELL * (place + 0.5) + 4
        canvas.text(name, x, y + height - 4, NAME, turn=True)
    return y + height


def _row(canvas: Canvas, matrix: MatrixView, made: _Row, y: float) -> float:
    row, height = made.row, made.height
    canvas.lines(made.title, EDGE, y + 1, ISSUE - 8, TITLE)
    ground = formatting.ground(row.issue, matrix.ground[row.issue.slug], matrix.names)
    marks.state(canvas, ground.state, EDGE + ISSUE + STATE / 2 - 4, y + height / 2)
    for place, (cell, sign) in enumerate(zip(row.cells, made.signs, strict=True)):
        move = signs.MOVES[cell.move] if cell and cell.move else ""
        box = (EDGE + ISSUE + STATE + CELL * place, y, CELL - 1, height - 1)
        marks.cell(canvas, sign, box, move)
    x = EDGE + ISSUE + STATE + CELL * len(row.cells) + 12
    canvas.lines(made.options, x, y + 1, KEY, OPTION)
    return y + height


def _legend(kinds: frozenset[str]) -> list[Item]:
    def draws(sign: Sign) -> marks.Draw:
        def draw(canvas: Canvas, x: float, y: float) -> None:
            canvas.rect((x - 1, y - 9, CELL + 1, HIGH), LINE_STRONG)
            marks.cell(canvas, sign, (x, y - 8, CELL - 1, HIGH - 2))

        return draw

    found = [Item(CELL, draws(sign), words) for kind, sign, words in EXPLAINED if kind in kinds]
    return [*found, *marks.state_items()]
