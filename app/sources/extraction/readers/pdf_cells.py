"""Find table cells that continue in the same column of the next page; pure functions."""

from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Protocol

_MOST = 8  # cells in a row, at most
_NEAR = 2.0  # points


class PdfCell(Protocol):
    """Block that may be a cell of a table; positions in points."""

    page: int
    size: float
    text: str
    aside: bool
    start: float  # its own edges, without those of its column
    end: float

    def has_ended(self) -> bool:
        """Tell whether its text ends like a sentence."""
        ...


def broken_off(blocks: Sequence[PdfCell]) -> dict[int, int]:
    """Map blocks at the end of a page to the blocks at the top of the next that continue them.

    Columns of running text look like cells, but continue from one column to the next. So blocks
    count as cells only if two or more are side by side at the end of a page and all of them without
    a sentence end continue in the same columns of the next page.
    """
    main = [at for at, block in enumerate(blocks) if not block.aside]
    pages = [list(group) for _, group in groupby(main, key=lambda at: blocks[at].page)]
    found: dict[int, int] = {}
    for here, following in pairwise(pages):
        row, tops = _row(blocks, here[::-1]), _row(blocks, following)
        if len(row) < 2 or blocks[following[0]].page != blocks[here[0]].page + 1:
            continue
        going_on = [at for at in row if not blocks[at].has_ended()]
        pairs = {at: top for at in going_on for top in tops if _goes_on(blocks[at], blocks[top])}
        small = sum(blocks[top].text[:1].islower() for top in pairs.values())
        if 1 < len(set(pairs.values())) == len(going_on) and small >= max(2, len(pairs) - 1):
            found.update(pairs)
    return found


def _row(blocks: Sequence[PdfCell], order: Sequence[int]) -> list[int]:
    """List the first blocks in this order, up to one that is above or below another of them."""
    row: list[int] = []
    for at in order[:_MOST]:
        edges = blocks[at].start + _NEAR, blocks[at].end - _NEAR
        if any(edges[0] < blocks[n].end and blocks[n].start < edges[1] for n in row):
            break
        row.append(at)
    return row


def _goes_on(cell: PdfCell, top: PdfCell) -> bool:
    return abs(cell.start - top.start) < _NEAR and abs(cell.size - top.size) < 0.5
