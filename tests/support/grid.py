"""Make a data package of a negotiation of many parties on many issues, with every kind of cell."""

from functools import partial
from itertools import product
from pathlib import Path

from bench.package import write_descriptor, write_table

SLUG = "grid"
GROUPS = ("Water", "Border", "Trade", "Guarantees", "Procedure")
FIRST = ("Ald", "Bren", "Cor", "Del", "Est", "Fen", "Gor", "Hal", "Ist", "Jor")
LAST = ("ia", "mark", "vil", "os")
TOPICS = (
    "Quota of the upper river", "Height of the dam", "Winter flow", "Inspection of sluices",
    "Joint commission", "Price of electricity", "Fishing rights", "Flood warning", "Old canals",
    "Salt limits", "Share of repairs", "Data exchange",
)  # fmt: skip
ANSWERS = (
    "none at all", "a third of it", "half of it, in turns", "two thirds", "the whole amount",
    "the whole, and back payments", "left to the court", "left to the commission",
)  # fmt: skip
FIRMNESS = ("red_line", "demand", "preference", "open", "unclear")
ROLES = ("principal", "principal", "principal", "mediator", "observer")


def party_name(number: int) -> str:
    """Return a name that no other party of up to 40 has."""
    more = "" if number < 40 else f" {number // 40 + 1}"
    return FIRST[number // 4 % 10] + LAST[number % 4] + more


def issue_title(number: int) -> str:
    """Return a title that no other issue has."""
    return f"{TOPICS[number % 12]}, part {number // 12 + 1}"


def options_of(number: int) -> range:
    """Return the options of an issue: three to eight."""
    return range(3 + number % 6)


def is_ordered(number: int) -> bool:
    """Tell whether an issue's options are a scale: three of four are."""
    return number % 4 != 3


def make_package(
    out: Path, parties: int = 40, issues: int = 60, *, silent: int = 6, slug: str = SLUG
) -> None:
    """Write a package in which one of `silent` cells has no position; 0: every cell has one."""
    out.mkdir(parents=True, exist_ok=True)
    write = partial(write_table, out)
    cells = list(product(range(parties), range(issues)))
    mixed = {(p, i): (p * 7919 + i * 104729 + p * i * 31) % 9973 for p, i in cells}
    held = [c for c in cells if not silent or mixed[c] % silent]
    write("negotiations", "slug,title", [(slug, "River Accord talks")])
    write("parties", "slug,name", ((f"p{p}", party_name(p)) for p in range(parties)))
    write(
        "participations",
        "negotiation,party,role,order",
        ((slug, f"p{p}", ROLES[p * 5 // parties], p) for p in range(parties)),
    )
    write(
        "issues",
        "negotiation,slug,title,question,notes,ordered,group,order",
        (
            (slug, f"i{i}", issue_title(i), f"How much of it is agreed in part {i}?",
             "What counts is what is said in public.", str(is_ordered(i)).lower(),
             GROUPS[i * 5 // issues], i)
            for i in range(issues)
        ),
    )  # fmt: skip
    write(
        "options",
        "negotiation,issue,slug,label,rank",
        ((slug, f"i{i}", f"o{o}", ANSWERS[o], o + 1) for i in range(issues) for o in options_of(i)),
    )
    write(
        "sources",
        "uid,url,title,published_on",
        ((f"s{s}", f"https://news.example/{s}", f"Report {s}", _day(s)) for s in range(100)),
    )
    write(
        "positions",
        "uid,negotiation,party,issue,status,summary,firmness,act,stated_on",
        (
            (f"{slug}p{p}i{i}", slug, f"p{p}", f"i{i}", "published", f"{party_name(p)} on part {i}",
             FIRMNESS[mixed[p, i] // 7 % 5], "withdraws" if _kind(mixed[p, i]) == 19 else "states",
             _day(mixed[p, i] % 100))
            for p, i in held
        ),
    )  # fmt: skip
    write(
        "attitudes",
        "position,option,attitude,condition,inferred",
        (row for p, i in held for row in _attitudes(f"{slug}p{p}i{i}", i, mixed[p, i])),
    )
    write(
        "quotes",
        "uid,position,source,exact,kind",
        ((f"{slug}q{p}i{i}", f"{slug}p{p}i{i}", f"s{mixed[p, i] % 100}",
          f"We say so on part {i}", "direct")
         for p, i in held),
    )  # fmt: skip
    write(
        "looks",
        "uid,negotiation,party,issue,looked_on",
        ((f"{slug}l{p}i{i}", slug, f"p{p}", f"i{i}", "2024-05-20")
         for p, i in cells if silent and not mixed[p, i] % (2 * silent)),
    )  # fmt: skip
    write_descriptor(out, slug)


def _kind(mixed: int) -> int:
    return mixed // 3 % 20


def _attitudes(uid: str, issue: int, mixed: int) -> list[tuple[str, str, str, str, str]]:
    """Return what a position says about the options; one of twenty is of each rarer kind."""
    count, kind = len(options_of(issue)), _kind(mixed)
    one, other = f"o{mixed % count}", f"o{(mixed + 1) % count}"
    match kind:
        case 19:
            return []
        case 18:
            return [(uid, one, "rejects", "", "false")]
        case 17:
            return [(uid, one, "accepts", "", "false"), (uid, other, "accepts", "", "false")]
        case 16:
            return [(uid, one, "prefers", "", "true")]
        case 15:
            return [(uid, one, "prefers", "the old ford stays open", "false")]
        case 14:
            return [(uid, one, "accepts", "", "false")]
    return [(uid, one, "prefers", "", "false"), (uid, other, "rejects", "", "false")]


def _day(number: int) -> str:
    return f"2024-{1 + number // 28:02}-{1 + number % 28:02}"
