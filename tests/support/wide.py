"""Make a data package of a negotiation with very many parties on a few issues."""

from datetime import date, timedelta
from functools import partial
from itertools import product
from pathlib import Path

from bench.package import write_descriptor, write_table

SLUG = "wide"
OPTIONS = 5
FIRMNESS = ("red_line", "demand", "preference", "open", "unclear")
HELD, OF = 2, 5  # two of five cells have a position


def make_package(
    out: Path,
    parties: int = 2_013,
    issues: int = 20,
    *,
    stating: int | None = None,
    slug: str = SLUG,
) -> None:
    """Write a package with a position and a quote in two of five cells.

    With `stating`, only so many parties have any.
    """
    out.mkdir(parents=True, exist_ok=True)
    write = partial(write_table, out)
    ours = range(parties)
    write("negotiations", "slug,title", [(slug, "Very many parties")])
    write("parties", "slug,name", ((f"p{p}", f"Party number {p}") for p in ours))
    write("participations", "negotiation,party,order", ((slug, f"p{p}", p) for p in ours))
    write(
        "issues",
        "negotiation,slug,title,ordered,order",
        ((slug, f"i{i}", f"Issue number {i}", "true", i) for i in range(issues)),
    )
    write(
        "options",
        "negotiation,issue,slug,label,rank",
        (
            (slug, f"i{i}", f"o{o}", f"Option {o}", o)
            for i, o in product(range(issues), range(OPTIONS))
        ),
    )
    write(
        "sources",
        "uid,url,title,published_on",
        (
            (f"s{s}", f"https://news.example/{s}", f"Report {s}", _day(s).isoformat())
            for s in range(100)
        ),
    )
    some = ours[:stating]
    held = [(p, i) for p, i in product(some, range(issues)) if (p * 7 + i * 3) % OF < HELD]
    write(
        "positions",
        "uid,negotiation,party,issue,status,summary,firmness,stated_on",
        (
            (f"p{p}i{i}", slug, f"p{p}", f"i{i}", "published", f"What party {p} says on issue {i}",
             FIRMNESS[(p + i) % len(FIRMNESS)], _day((p + i) % 100).isoformat())
            for p, i in held
        ),
    )  # fmt: skip
    write(
        "attitudes",
        "position,option,attitude",
        ((f"p{p}i{i}", f"o{(p * i) % OPTIONS}", "prefers") for p, i in held),
    )
    write(
        "quotes",
        "uid,position,source,exact",
        (
            (f"q{p}i{i}", f"p{p}i{i}", f"s{(p + i) % 100}", f"We of party {p} say it on issue {i}")
            for p, i in held
        ),
    )
    write_descriptor(out, slug)


def _day(number: int) -> date:
    return date(2024, 1, 1) + timedelta(days=number)
