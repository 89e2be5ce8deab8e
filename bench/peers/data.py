"""Generate the data of the bench: the same size always gives the same bytes."""

import csv
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")
Cell = tuple[int, int]  # a party and an issue


class Size(NamedTuple):
    """How much there is of everything."""

    parties: int
    issues: int
    positions: int
    quotes: float  # per position
    sources: int


SIZES = {
    "S": Size(8, 12, 600, 1.5, 60),
    "M": Size(40, 60, 20_000, 1.5, 2_000),
    "W": Size(227, 20, 5_000, 1.2, 500),
    "L": Size(200, 300, 1_000_000, 1.2, 50_000),
}
FIRMNESS = ("red_line", "demand", "preference", "open", "unclear")
# Rare words, so that a search finds a few rows and not a third of the table.
SECTORS = 500
SPEAKERS, OPTIONS = 3, 4  # per party, per issue
SILENT = 10  # one cell in this many has no position
DAYS = [(date(2022, 1, 1) + timedelta(n)).isoformat() for n in range(1_700)]
WORDS = """ceasefire monitoring border troops withdrawal guarantee security council observer treaty
prisoner exchange corridor humanitarian aid sanctions relief sovereignty territory referendum
election timetable verification inspector neutral mediator proposal draft article annex signature
ratify parliament mandate force deadline partial complete unconditional reject accept consider
insist demand prefer propose delay before after without within under above months weeks days region
city port railway energy grid fuel harvest export grain insurance reconstruction fund frozen assets
court inquiry amnesty language minority school media broadcast statement minister president
delegation envoy spokesman negotiation round meeting summit telephone letter protocol agreement
clause reservation interim final status line zone demilitarised artillery drone airspace naval mine
clearance return refugees property compensation""".split()


@dataclass(frozen=True)
class Chance:
    """Draw words and numbers; the order of the calls decides what comes out."""

    rng: random.Random
    long: Sequence[str]  # runs of words
    short: Sequence[str]

    def below(self, n: int) -> int:
        """Return a number from 0 to n - 1."""
        return int(self.rng.random() * n)

    def one(self, of: Sequence[T]) -> T:
        """Return one of them."""
        return of[self.below(len(of))]

    def text(self, runs: int) -> str:
        """Return a sentence; one in four has a rare word."""
        parts = [self.one(self.long) for _ in range(runs)]
        if self.rng.random() < 0.25:
            parts[-1] += f" sector{1 + self.below(SECTORS)}"
        return ", ".join(parts).capitalize() + "."


def generate(name: str, folder: Path) -> None:
    """Write a CSV file for each table of a size."""
    size, rng = SIZES[name], random.Random(f"bench-{name}")
    folder.mkdir(parents=True, exist_ok=True)
    chance = Chance(rng, _runs(rng, 4_000, 42), _runs(rng, 1_000, 28))
    _code_book(size, chance, folder)
    cells = [
        (party, issue)
        for party in range(1, size.parties + 1)
        for issue in range(1, size.issues + 1)
        if (party * 7 + issue) % SILENT
    ]
    # Each of these cells gets one position, the rest fall where they fall.
    where = cells + [chance.one(cells) for _ in range(size.positions - len(cells))]
    rng.shuffle(where)
    _write(
        folder,
        "position",
        "id party_id issue_id option_id firmness summary stated_on",
        _positions(where, chance),
    )
    _write(
        folder,
        "quote",
        "id position_id source_id speaker_id exact prefix suffix kind",
        _quotes(size, where, chance),
    )


def _runs(rng: random.Random, count: int, length: int) -> list[str]:
    made = []
    for _ in range(count):
        text = rng.choice(WORDS)
        while len(text) < length:
            text += " " + rng.choice(WORDS)
        made.append(text)
    return made


def _write(folder: Path, name: str, head: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with open(folder / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(head.split())
        writer.writerows(rows)


def _code_book(size: Size, chance: Chance, folder: Path) -> None:
    parties, issues = range(1, size.parties + 1), range(1, size.issues + 1)
    _write(folder, "negotiation", "id slug title", [(1, "bench", "Benchmark negotiation")])
    _write(
        folder,
        "party",
        "id negotiation_id slug name",
        ((p, 1, f"p{p}", f"Party {p}") for p in parties),
    )
    _write(
        folder,
        "issue",
        "id negotiation_id slug title",
        ((i, 1, f"i{i}", chance.one(chance.short).capitalize()) for i in issues),
    )
    _write(
        folder,
        "option",
        "id issue_id slug label rank",
        (
            ((i - 1) * OPTIONS + r, i, f"o{r}", chance.one(chance.short).capitalize(), r)
            for i in issues
            for r in range(1, OPTIONS + 1)
        ),
    )
    _write(
        folder,
        "source",
        "id url title publisher published_on",
        (
            (
                s, f"https://source.example/{s}", chance.one(chance.long).capitalize(),
                f"Publisher {s % 40}", chance.one(DAYS),
            )
            for s in range(1, size.sources + 1)
        ),
    )  # fmt: skip
    _write(
        folder,
        "speaker",
        "id party_id name office",
        (
            ((p - 1) * SPEAKERS + k, p, f"Speaker {p}-{k}", "Minister")
            for p in parties
            for k in range(1, SPEAKERS + 1)
        ),
    )


def _positions(where: Sequence[Cell], chance: Chance) -> Iterator[tuple[Any, ...]]:
    for number, (party, issue) in enumerate(where, 1):
        option = (issue - 1) * OPTIONS + 1 + chance.below(OPTIONS)
        firmness, summary = chance.one(FIRMNESS), chance.text(3)
        yield number, party, issue, option, firmness, summary, chance.one(DAYS)


def _quotes(size: Size, where: Sequence[Cell], chance: Chance) -> Iterator[tuple[Any, ...]]:
    number = 0
    for position, (party, _) in enumerate(where, 1):
        for _ in range(1 + (chance.rng.random() < size.quotes - 1)):
            number += 1
            source = 1 + chance.below(size.sources)
            speaker = (party - 1) * SPEAKERS + 1 + chance.below(SPEAKERS)
            exact = chance.text(5)
            prefix, suffix = chance.one(chance.short), chance.one(chance.short)
            kind = "direct" if chance.rng.random() < 0.7 else "reported"
            yield number, position, source, speaker, exact, prefix, suffix, kind
