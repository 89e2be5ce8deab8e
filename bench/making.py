"""Make a data package of very many positions, without this program's code.

Like a package of another program it has keys of its own, no history and no texts.
"""

import random
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from bench.package import write_descriptor, write_table

OPTIONS, SPEAKERS, QUOTES = 4, 3, 1.2  # per issue, per party, per position on average
FIRMNESS = ("red_line", "demand", "preference", "open", "unclear")
DAYS = [(date(2022, 1, 1) + timedelta(n)).isoformat() for n in range(1_700)]
WORDS = """ceasefire monitoring border troops withdrawal guarantee security council observer treaty
prisoner exchange corridor relief sanctions referendum timetable inspector mediator proposal annex
ratify deadline reject accept insist demand prefer propose delay within months weeks region city
port railway energy grid harvest export frozen assets court inquiry amnesty language media
statement minister envoy summit protocol reservation interim status line zone drone airspace mine
clearance refugees property compensation""".split()


def make_package(out: Path, count: int) -> None:
    """Write a package of `count` published positions with 1.2 quotes each.

    The same count gives the same bytes.
    """
    rng = random.Random(count)
    # About 16 positions in a cell, at most 40,000 cells.
    side = max(2, min(200, round((count / 16) ** 0.5)))
    parties, issues, sources = range(side), range(side), range(max(1, count // 20))
    pool = [" ".join(rng.choices(WORDS, k=6)) for _ in range(4_000)]

    def words(n: int) -> str:
        return ", ".join(rng.choices(pool, k=n)).capitalize() + f" sector{rng.randrange(2_000)}."

    out.mkdir(parents=True, exist_ok=True)
    write = partial(write_table, out)
    write("negotiations", "slug,title", [("bench", "Very many positions")])
    write("parties", "slug,name", ((f"p{p}", f"Party {p}") for p in parties))
    write("participations", "negotiation,party,order", (("bench", f"p{p}", p) for p in parties))
    write(
        "issues",
        "negotiation,slug,title,ordered",
        (("bench", f"i{i}", f"Issue {i}", "true") for i in issues),
    )
    options = [
        ("bench", f"i{i}", f"o{o}", f"Option {o}", o) for i in issues for o in range(OPTIONS)
    ]
    write("options", "negotiation,issue,slug,label,rank", options)
    speakers = [
        (f"p{p}-{k}", f"Speaker {p}-{k}", "Minister", f"p{p}")
        for p in parties
        for k in range(SPEAKERS)
    ]
    write("speakers", "uid,name,office,party", speakers)
    papers = (
        (f"s{s}", f"https://source.example/{s}", pool[s % len(pool)], rng.choice(DAYS))
        for s in sources
    )
    write("sources", "uid,url,title,published_on", papers)
    cells = [(rng.randrange(side), rng.randrange(side)) for _ in range(count)]
    write(
        "positions",
        "uid,negotiation,party,issue,summary,firmness,stated_on",
        (
            (n, "bench", f"p{p}", f"i{i}", words(3), rng.choice(FIRMNESS), rng.choice(DAYS))
            for n, (p, i) in enumerate(cells)
        ),
    )
    chosen = ((n, f"o{rng.randrange(OPTIONS)}", "prefers") for n in range(count))
    write("attitudes", "position,option,attitude", chosen)
    quoted = (n for n in range(count) for _ in range(1 + (rng.random() < QUOTES - 1)))
    write(
        "quotes",
        "uid,position,source,exact,prefix,suffix,speaker",
        (
            (
                q, n, f"s{rng.randrange(len(sources))}", words(5), rng.choice(pool),
                rng.choice(pool),
                f"p{cells[n][0]}-{q % SPEAKERS}",
            )
            for q, n in enumerate(quoted)
        ),
    )  # fmt: skip
    write_descriptor(out, "bench")
