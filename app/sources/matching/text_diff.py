"""Compare two wordings word by word, to show what changed; pure functions."""

from itertools import groupby
from typing import Literal

import regex
from rapidfuzz.distance import Indel

from app.sources.matching.normalise import UNSPACED

Op = Literal["equal", "replace", "delete", "insert"]

_LETTERS = rf"[[\p{{L}}\p{{M}}\p{{N}}_]--{UNSPACED}]++"
_TOKEN = regex.compile(rf"(?V1)\s++|{UNSPACED}\p{{M}}*+|{_LETTERS}(?:[’'.,]{_LETTERS})*+|(?s:.)")
_AT_MOST = 4_000_000  # pairs of words compared; above it everything that differs is one change


def words_diff(a: str, b: str) -> list[tuple[Op, str, str]]:
    """Return the edits from `a` to `b`; the joined pieces give both texts.

    Each edit is an operation, its part of `a` and its part of `b`.
    """
    before, after = _TOKEN.findall(a), _TOKEN.findall(b)
    if len(before) * len(after) > _AT_MOST:
        opcodes = _ends(before, after)
    else:
        steps = Indel.opcodes(before, after)
        opcodes = [
            (s.tag == "equal", s.src_start, s.src_end, s.dest_start, s.dest_end) for s in steps
        ]
    # White space that is equal between two changes says nothing: it would only split one change
    # into many.
    last = len(opcodes) - 1
    same = [
        (kept and (i in (0, last) or "".join(before[i1:i2]).strip() != ""), i1, i2, j1, j2)
        for i, (kept, i1, i2, j1, j2) in enumerate(opcodes)
    ]
    pieces: list[tuple[Op, str, str]] = []
    for kept, group in groupby(same, key=lambda piece: piece[0]):
        run = list(group)
        old, new = "".join(before[run[0][1] : run[-1][2]]), "".join(after[run[0][3] : run[-1][4]])
        pieces.append(
            (
                "equal" if kept else "replace" if old and new else "delete" if old else "insert",
                old,
                new,
            )
        )
    return pieces


def _ends(before: list[str], after: list[str]) -> list[tuple[bool, int, int, int, int]]:
    """Compare only the beginnings and the ends."""
    n, m = len(before), len(after)
    head = next((i for i in range(min(n, m)) if before[i] != after[i]), min(n, m))
    tail = next(
        (i for i in range(min(n, m) - head) if before[-1 - i] != after[-1 - i]), min(n, m) - head
    )
    cuts = [
        (True, 0, head, 0, head),
        (False, head, n - tail, head, m - tail),
        (True, n - tail, n, m - tail, m),
    ]
    return [cut for cut in cuts if cut[1] < cut[2] or cut[3] < cut[4]]
