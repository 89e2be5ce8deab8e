"""Choose the sign that stands for a cell in the atlas, and its colour; pure functions, no markup.

Only what a party itself prefers has the colour of its option. What is inferred, said by others, or
only accepted or rejected has a sign of another shape (docs/decisions/0051).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from app.matrix.grid import GridCell, IssueView, OptionView
from app.models.vocabulary import Act, Attitude, Firmness, MoveKind, Silence
from app.positions.views import PositionView

STEPS = 8  # of the scale, from c0 to c8
HUES = 7  # of issues without an order, from u0 to u6
# What moved, beside the number; the same words as in the legend of moves.
MOVES = {
    MoveKind.NEW: "+",
    MoveKind.MOVED: "→",
    MoveKind.HARDENED: "▲",
    MoveKind.SOFTENED: "▽",
    MoveKind.WITHDRAWN: "–",
    MoveKind.RESTATED: "=",
}
# Before the number, where no option is preferred.
MARKS = {"accepts": "○", "rejects": "✕", "withdrawn": "–", "words": "…"}
AGES = ((7, "up to a week"), (31, "up to a month"), (92, "up to three months"),
        (366, "up to a year"), (1096, "up to three years"))  # fmt: skip
OLDEST = "older"


@dataclass(frozen=True, slots=True)
class Sign:
    """What is seen of a cell: a short text, CSS classes, and what the legend has to explain."""

    text: str
    classes: str
    kinds: frozenset[str]


BLANK = {
    "hidden": Sign("", "hidden", frozenset({"hidden"})),
    "searched": Sign("", "silent", frozenset({"searched"})),
    "never": Sign("", "silent never", frozenset({"never"})),
    "possible": Sign("?", "silent perhaps", frozenset({"possible"})),
}


def sign(issue: IssueView, cell: GridCell | None) -> Sign:
    """Return the sign of a cell: the number of the option that its party prefers, if it does."""
    if cell is None or cell.position is None:
        return _blank(cell)
    position = cell.position
    kind = _kind(position)
    shown = [option for option, attitude in position.attitudes.items() if attitude == kind]
    text, classes, kinds = _number(issue, shown), [], {kind}
    inferred = any(option in position.inferred for option in shown)
    if kind in MARKS:
        text = MARKS[kind] + text
    elif not inferred and not position.attributed_by:
        kinds = {"scale" if issue.ordered else "unordered"}
        classes.append(colour(issue, shown[0]))
    if kind == "rejects":
        classes.append("no")
    if inferred:
        text = f"{text}?"
        classes.append("guess")
        kinds.add("inferred")
    if position.attributed_by:
        text = f"({text})"
        classes.append("heard")
        kinds.add("hearsay")
    edges = _edges(cell, position, shown)
    return Sign(text, " ".join([*classes, *edges]), frozenset({*kinds, *edges}))


def _number(issue: IssueView, shown: Collection[str]) -> str:
    """Return the number of the only option shown; none where there are several."""
    if len(shown) != 1:
        return ""
    return str(next(place for place, o in enumerate(issue.options, 1) if o.slug in shown))


def _edges(cell: GridCell, position: PositionView, shown: Collection[str]) -> list[str]:
    """Name what is drawn at the edges of a cell: red line, condition, imprecise date."""
    edges = []
    if position.firmness == Firmness.RED_LINE and position.act != Act.WITHDRAWS:
        edges.append("red")
    if any(option in position.conditions for option in shown):
        edges.append("cond")
    if cell.order_uncertain or cell.possible:
        edges.append("vague")
    return edges


def shares(cell: GridCell, option: str) -> bool:
    """Tell whether the party of a cell prefers or accepts an option."""
    said = cell.position.attitudes.get(option) if cell.position else None
    return said in (Attitude.PREFERS, Attitude.ACCEPTS)


def marked(made: Sign) -> Sign:
    """Mark a sign as one of those that share an option."""
    return Sign(made.text, f"{made.classes} hi".strip(), made.kinds)


def _blank(cell: GridCell | None) -> Sign:
    if cell is None:
        return BLANK["hidden"]
    if cell.possible:
        return BLANK["possible"]
    return BLANK["searched" if cell.silence == Silence.SEARCHED else "never"]


def _kind(position: PositionView) -> str:
    if position.act == Act.WITHDRAWS:
        return "withdrawn"
    attitudes = position.attitudes.values()
    for attitude in (Attitude.PREFERS, Attitude.ACCEPTS, Attitude.REJECTS):
        if attitude in attitudes:
            return attitude.value
    return "words"


def colour(issue: IssueView, slug: str) -> str:
    """Return the class of an option's colour: its place on the scale, or a hue without an order.

    Places follow the ranks, as distances of agreement do: 1, 2 and 9 are not evenly spaced.
    """
    place = next(n for n, option in enumerate(issue.options) if option.slug == slug)
    if not issue.ordered:
        return f"u{place % HUES}"
    ranks = [
        float(o.rank)
        for o in issue.options
        if o.rank is not None and (not o.retired or o.slug == slug)
    ]
    rank, low, high = issue.options[place].rank, min(ranks, default=0), max(ranks, default=0)
    if rank is None or high == low:
        return f"c{STEPS // 2}"
    return f"c{round(STEPS * (float(rank) - low) / (high - low))}"


def numbered(issue: IssueView) -> list[tuple[int, OptionView, str]]:
    """List an issue's options with the numbers and colours that stand for them in the atlas."""
    return [
        (number, option, colour(issue, option.slug))
        for number, option in enumerate(issue.options, 1)
    ]


def age(cell: GridCell | None, as_of: str) -> Sign:
    """Return how long before `as_of` a position had been stated, as a short text and a step."""
    if cell is None or cell.position is None:
        return _blank(cell)
    position = cell.position
    if position.stated_by is None or position.stated_on is None:
        return Sign("…", "", frozenset({"undated"}))
    days = max((date.fromisoformat(as_of) - date.fromisoformat(position.stated_by)).days, 0)
    step = next((n for n, (most, _) in enumerate(AGES) if days <= most), len(AGES))
    text = _short(days, position.stated_on)
    kinds, classes = {f"age {step}"}, f"a{step}"
    if position.attributed_by:
        text, classes = f"({text})", f"{classes} heard"
        kinds.add("hearsay")
    if cell.order_uncertain or cell.possible:
        classes = f"{classes} vague"
        kinds.add("vague")
    return Sign(text, classes, frozenset(kinds))


def _short(days: int, stated_on: str) -> str:
    """Write an age no finer than the date that it is counted from."""
    if days >= 1096 or len(stated_on) == len("2025"):
        return f"{days // 365}y"
    exact = len(stated_on) == len("2025-03-13")
    return f"{days}d" if days < 100 and exact else f"{round(days / 30.44)}m"


def ages(kinds: Collection[str]) -> list[tuple[str, str]]:
    """List the steps of age that occur, as (class, words)."""
    words = [*(said for _, said in AGES), OLDEST]
    return [(f"a{n}", said) for n, said in enumerate(words) if f"age {n}" in kinds]


def all_kinds(some: Iterable[frozenset[str]]) -> frozenset[str]:
    """Return all that a legend has to explain."""
    return frozenset[str]().union(*some)
