"""Draw the addresses that are asked for, the same for every system of a size."""

import csv
import random
from pathlib import Path

from bench.peers.data import SECTORS, SIZES
from bench.peers.specs import Values

# Addresses drawn for each operation, so that no one cached answer is measured.
ADDRESSES = 64
WINDOW = 20  # parties and issues
SUMMARY = ("Ceasefire " + "monitoring " * 13)[:140].strip()
EXACT = ("Ceasefire " + "observer " * 27)[:250].strip()


def draw(size: str, data: Path) -> list[Values]:
    """Return what to fill into the addresses."""
    parties, issues, positions = SIZES[size][:3]
    rng = random.Random(7)
    drawn: list[dict[str, object]] = [
        {
            "party": rng.randint(1, parties),
            "issue": rng.randint(1, issues),
            "word": rng.randint(1, SECTORS),
            "summary": SUMMARY,
            "exact": EXACT,
            "window": _window(parties, issues),
        }
        for _ in range(ADDRESSES)
    ]
    numbers = [rng.randint(1, positions) for _ in range(ADDRESSES)]
    chosen = _rows(data / "position.csv", "id", set(numbers))
    quoted = _rows(data / "quote.csv", "position_id", set(numbers))
    for values in drawn:  # neighbours, so that no more is drawn and the rest stays the same
        values["other"] = int(str(values["party"])) % parties + 1
        values["next"] = int(str(values["issue"])) % issues + 1
    for values, number in zip(drawn, numbers, strict=True):
        position = chosen[number]
        values["position"], values["quote"] = number, quoted[number]["id"]
        values["position_summary"] = position["summary"]
        values["position_cell"] = f"party=p{position['party_id']}&issue=i{position['issue_id']}"
    return list(drawn)


def _window(parties: int, issues: int) -> str:
    columns = [f"party=p{n}" for n in range(1, min(parties, WINDOW) + 1)]
    return "&".join(columns + [f"issue=i{n}" for n in range(1, min(issues, WINDOW) + 1)])


def _rows(path: Path, column: str, wanted: set[int]) -> dict[int, dict[str, str]]:
    """Return the first row for each number of a column."""
    found: dict[int, dict[str, str]] = {}
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            number = int(row[column])
            if number in wanted:
                found.setdefault(number, row)
    return found
