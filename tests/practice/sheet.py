"""Read the answer sheet of the practice negotiation, and the same from the API."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.factories import Desk

PACKAGE = Path(__file__).parents[2] / "seeds" / "practice"
ANSWERS = PACKAGE / "answers"
DAYS = sorted(p.stem.removeprefix("matrix-") for p in ANSWERS.glob("matrix-*.csv"))
SIGNS = {"prefers": "+", "accepts": "~", "rejects": "-"}
N = "/negotiations/practice"


@dataclass(frozen=True)
class Cell:
    """What a cell shows: `stances` such as `+q40?`, and the rest in words."""

    stances: frozenset[str]
    rest: str


def read(name: str) -> list[dict[str, str]]:
    """Read one table of the answer sheet."""
    with (ANSWERS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def expected_matrix(day: str) -> dict[tuple[str, str], Cell]:
    """Return the cells of the answer sheet by issue and party."""
    cells = {}
    for row in read(f"matrix-{day}.csv"):
        issue = row.pop("issue")
        for party, text in row.items():
            stances = re.findall(r"(?:^|(?<=\s))[-+~]\S+", text)
            rest = re.sub(r"(?:^|(?<=\s))[-+~]\S+\s*", "", text).removeprefix("said ")
            cells[issue, party] = Cell(frozenset(stances), rest)
    return cells


def shown_matrix(desk: Desk, day: str) -> dict[tuple[str, str], Cell]:
    """Return the cells that the API shows in the answer sheet's notation."""
    data = desk.get(f"{N}/matrix", as_of=day).data
    return {(c["issue"], c["party"]): shown_cell(c) for c in data["cells"]}


def shown_cell(cell: Any) -> Cell:
    """Return one cell of the API in the answer sheet's notation."""
    p = cell["position"]
    if p is None:
        return Cell(frozenset(), "searched" if cell["silence"] == "searched" else "")
    if p["act"] == "withdraws":
        return Cell(frozenset(), "withdrawn")
    stances = {
        SIGNS[attitude]
        + option
        + ("?" if option in p["conditions"] else "")
        + ("*" if option in p["inferred"] else "")
        for option, attitude in p["attitudes"].items()
    }
    by = f" by {' '.join(p['attributed_by'])}" if p["attributed_by"] else ""
    return Cell(frozenset(stances), f"({p['firmness']}){by}")


def shown_ground(desk: Desk, day: str) -> dict[tuple[str, str], str]:
    """Return the states of all options in the API by issue and option."""
    data = desk.get(f"{N}/common-ground", as_of=day).data
    return {(i["issue"], o["option"]): o["state"] for i in data["issues"] for o in i["options"]}


def shown_agreement(desk: Desk, day: str) -> dict[frozenset[str], tuple[float | None, int]]:
    """Return the agreement of each pair in the API with its number of issues."""
    pairs = desk.get(f"{N}/agreement", as_of=day).data["pairs"]
    return {frozenset(p["parties"]): (p["agreement"], p["issues"]) for p in pairs}


def unlike(desk: Desk) -> list[str]:
    """List where the matrix differs from the answer sheet, on all its days."""
    found = []
    for day in DAYS:
        shown = shown_matrix(desk, day)
        for at, cell in expected_matrix(day).items():
            if shown[at] != cell:
                found.append(f"{day} {' '.join(at)}: {cell} is expected, {shown[at]} shown")
    return found
