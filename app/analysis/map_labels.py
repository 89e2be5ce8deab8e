"""Lay out a map of parties: points to scale, and names that do not touch; pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

SMALL, LARGE = (640.0, 440.0), (1120.0, 720.0)  # width and height
FEW = 12  # parties for which the small map is large enough
EDGE_X, EDGE_Y = 110.0, 36.0  # left free for names
DOT = 5.0
LINE = 20.0  # height of a name
NEAR, STEP = 9.0, 20.0  # from a dot to its name: at first, and with each further try
RINGS = 5
DIRECTIONS = ((1, 0), (-1, 0), (0, -1), (0, 1), (0.8, -0.8), (-0.8, -0.8), (0.8, 0.8), (-0.8, 0.8))


@dataclass(frozen=True, slots=True)
class Spot:
    """A party on the map: its dot, and where its name stands; far names have a line to the dot."""

    x: float
    y: float
    label_x: float
    label_y: float
    anchor: str  # start, middle or end
    line: bool


Box = tuple[float, float, float, float]  # left, top, right, bottom


def size_for(parties: int) -> tuple[float, float]:
    """Return the width and height of a map of so many parties."""
    return SMALL if parties <= FEW else LARGE


def lay_out(points: Sequence[tuple[float, float]], names: Sequence[str]) -> list[Spot]:
    """Place dots to one scale in both directions, and names beside them."""
    size = width, height = size_for(len(points))
    xs, ys = [x for x, _ in points], [-y for _, y in points]
    wide, high = max(xs) - min(xs), max(ys) - min(ys)
    scale = min(
        (width - 2 * EDGE_X) / wide if wide else float("inf"),
        (height - 2 * EDGE_Y) / high if high else float("inf"),
    )
    if scale == float("inf"):
        scale = 1.0
    dots = [
        (
            width / 2 + (x - (max(xs) + min(xs)) / 2) * scale,
            height / 2 + (y - (max(ys) + min(ys)) / 2) * scale,
        )
        for x, y in zip(xs, ys, strict=True)
    ]
    taken: list[Box] = [(x - DOT, y - DOT, x + DOT, y + DOT) for x, y in dots]
    placed: list[Spot | None] = [None] * len(dots)
    # From the outside in: names in the middle have more ways to go.
    middle = (width / 2, height / 2)
    order = sorted(
        range(len(dots)),
        key=lambda n: -((dots[n][0] - middle[0]) ** 2 + (dots[n][1] - middle[1]) ** 2),
    )
    for n in order:
        spot, box = _place(dots[n], _text_width(names[n]), taken, size)
        placed[n] = spot
        taken.append(box)
    return [spot for spot in placed if spot is not None]


def _place(
    dot: tuple[float, float], width: float, taken: Sequence[Box], size: tuple[float, float]
) -> tuple[Spot, Box]:
    """Return the first free place beside a dot, else the one that overlaps least."""
    tried: list[tuple[float, Spot, Box]] = []
    for ring, (across, down) in product(range(RINGS), DIRECTIONS):
        spot, box = _beside(dot, width, across, down, ring)
        cost = sum(_overlap(box, other) for other in taken) + _outside(box, size)
        if cost == 0:
            return spot, box
        tried.append((cost, spot, box))
    _, spot, box = min(tried, key=lambda one: one[0])
    return spot, box


def _beside(
    dot: tuple[float, float], width: float, across: float, down: float, ring: int
) -> tuple[Spot, Box]:
    reach = NEAR + STEP * ring
    x, y = dot[0] + across * reach, dot[1] + down * reach
    anchor = "start" if across > 0 else "end" if across < 0 else "middle"
    left = x if across > 0 else x - width if across < 0 else x - width / 2
    middle = y + (LINE / 2 - 4) * (down > 0) - (LINE / 2 - 4) * (down < 0)
    spot = Spot(
        round(dot[0], 1), round(dot[1], 1), round(x, 1), round(middle + 4, 1), anchor, ring > 0
    )
    return spot, (left - 2, middle - LINE / 2, left + width + 2, middle + LINE / 2)


def _overlap(one: Box, other: Box) -> float:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return across * down if across > 0 and down > 0 else 0.0


def _outside(box: Box, size: tuple[float, float]) -> float:
    return (
        max(-box[0], 0) + max(-box[1], 0) + max(box[2] - size[0], 0) + max(box[3] - size[1], 0)
    ) * LINE


def _text_width(text: str) -> float:
    """Estimate the width of a name in the 19 px that phones show it in, rather too wide."""
    return sum(
        13.0 if char.isupper() or ord(char) > 0x2FF else 6.0 if char in " .,:;il|!'’" else 10.4
        for char in text
    )
