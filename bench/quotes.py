"""Measure checking a quote in the hardest cases: python -m bench.quotes [SHAPE …].

Every text has 2,000,000 characters (2 MB or more), a quote up to about 10,000. Printed for each
shape is the CPU time of a check, and of the word-by-word comparison with the closest passage; CPU
time, so that other work on the machine does not count.
"""

import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.sources.matching.anchor import QuoteMatch, check
from app.sources.matching.text_diff import words_diff

TEXT, QUOTE = 2_000_000, 10_000  # characters
TIMES = 3  # measurements of a slow case; the fastest counts


@dataclass(frozen=True)
class Case:
    """A quote to check, and its text."""

    text: str
    exact: str
    prefix: str | None = None
    suffix: str | None = None


def fill(piece: str, size: int = TEXT) -> str:
    """Repeat a piece up to a size."""
    return (piece * (size // len(piece) + 1))[:size]


def words(count: int, *, seed: int = 1, of: int = 5_000) -> list[str]:
    """Draw words at random, some of them often, as in prose."""
    draw = random.Random(seed)
    known = ["".join(draw.choices("etaoinshrdlu", k=draw.randint(2, 9))) for _ in range(of)]
    return draw.choices(known, weights=[1 / n for n in range(1, of + 1)], k=count)


def prose(size: int = TEXT, *, seed: int = 1) -> str:
    """Make text without meaning."""
    return " ".join(words(size // 5, seed=seed))[:size].strip()


PROSE = prose()
MIDDLE = PROSE.index(" ", TEXT // 2) + 1
CUT = PROSE[MIDDLE : PROSE.index(" ", MIDDLE + QUOTE)]
UNIQUE = " ".join(f"{n:x}" for n in range(TEXT // 5))[:TEXT]
HAN = "".join(random.Random(2).choices([chr(c) for c in range(0x4E00, 0x5200)], k=TEXT))
MARKS = "".join(random.Random(3).choices("\u0301\u0323\u0307\u0302\u0331\u0345", k=TEXT))
RUN = fill("a ")
MOTLEY = fill("a ", QUOTE // 2) + "b " + fill("a ", QUOTE // 2) + "a"


def every_other(text: str, changed: Callable[[str], str]) -> str:
    """Change every other word."""
    return " ".join(changed(w) if n % 2 else w for n, w in enumerate(text.split(" ")))


def elided(text: str, size: int, step: int) -> str:
    """Keep `size` words of every `step`."""
    all_words = text.split(" ")
    return " … ".join(" ".join(all_words[n : n + size]) for n in range(0, len(all_words), step))[
        :QUOTE
    ]


def marked(text: str) -> str:
    """Put a combining mark on every letter that composes with one."""
    return "".join(c + "\u0301" if c in "aeiou" else c for c in text)


SHAPES: dict[str, Callable[[], Case]] = {
    "prose, cut out": lambda: Case(PROSE, CUT),
    "prose, cut out at its end": lambda: Case(PROSE, PROSE[-QUOTE:].split(" ", 1)[1]),
    "prose, other dashes": lambda: Case(
        PROSE.replace(" ", " - ", 100_000)[:TEXT], CUT.replace(" ", " – ")
    ),
    "prose, other prose": lambda: Case(PROSE, prose(QUOTE, seed=9)),
    "prose, every other word another": lambda: Case(
        PROSE, every_other(CUT, lambda w: w[::-1] + "x")
    ),
    "prose, every other letter another": lambda: Case(
        PROSE, "".join("#" if n % 2 else c for n, c in enumerate(CUT))
    ),
    "prose, letter case of every other word": lambda: Case(PROSE, every_other(CUT, str.upper)),
    "prose, the last letter another": lambda: Case(PROSE, CUT[:-1] + "!x"),
    "prose, its words in another order": lambda: Case(PROSE, " ".join(reversed(CUT.split(" ")))),
    "prose, letters without spaces": lambda: Case(
        PROSE.replace(" ", "")[:TEXT], CUT.replace(" ", "")[1:] + "q"
    ),
    "prose, elisions": lambda: Case(PROSE, elided(PROSE[MIDDLE : MIDDLE + 5 * QUOTE], 3, 10)),
    "prose, elisions, the last out of order": lambda: Case(
        PROSE,
        elided(PROSE[MIDDLE : MIDDLE + 5 * QUOTE], 3, 10)[:9_900].rsplit(" … ", 1)[0]
        + " … no such words here",
    ),
    "prose, elisions all over it": lambda: Case(PROSE, elided(PROSE, 3, 600)),
    "prose, a prefix that fits nowhere": lambda: Case(PROSE, CUT, "no such words", "nor these"),
    "one word": lambda: Case(PROSE, "qqq" + "x" * 9_000),
    "a short quotation that is not there": lambda: Case(PROSE, "the quick brown fox jumps over it"),
    "a quotation of 64 letters that is not there": lambda: Case(
        PROSE, "the quick brown fox jumps over the lazy dog " * 2
    ),
    "unique words": lambda: Case(UNIQUE, UNIQUE[TEXT // 2 : TEXT // 2 + QUOTE].replace("5", "6")),
    "one letter": lambda: Case("a" * TEXT, "a" * QUOTE),
    "one letter, then another": lambda: Case("a" * TEXT, "a" * QUOTE + "b"),
    "one letter, another first": lambda: Case("a" * TEXT, "b" + "a" * QUOTE),
    "one letter, another amid": lambda: Case("a" * TEXT, "a" * 5_000 + "b" + "a" * 5_000),
    "one-letter words": lambda: Case(RUN, fill("a ", QUOTE)),
    "one-letter words, then another": lambda: Case(RUN, fill("a ", QUOTE) + "b"),
    "one-letter words, another first": lambda: Case(RUN, "b " + fill("a ", QUOTE)),
    "one-letter words, a prefix that fits nowhere": lambda: Case(RUN, fill("a ", QUOTE), "b", None),
    "one-letter words, a suffix that fits nowhere": lambda: Case(RUN, fill("a ", QUOTE), None, "b"),
    "one-letter words, long context that fits nowhere": lambda: Case(
        RUN, fill("a ", QUOTE), "b " + fill("a ", QUOTE), fill("a ", QUOTE) + "b"
    ),
    "one-letter words, elisions": lambda: Case(RUN, fill("a a a … ", QUOTE)),
    "one-letter words, elisions, then another": lambda: Case(
        RUN, fill("a a a … ", QUOTE) + "b b b"
    ),
    "one-letter words, elisions too short": lambda: Case(RUN, fill("a … ", QUOTE) + "a"),
    "hits inside words": lambda: Case(fill("aab "), fill("ab aab ", QUOTE)),
    "hits inside words, from their middle": lambda: Case(fill("xab "), "ab" + fill(" xab", QUOTE)),
    "hits inside words, to their middle": lambda: Case(fill("abx "), fill("abx ", QUOTE) + "ab"),
    "hits inside one word": lambda: Case("x" * TEXT, "x x x"),
    "hits inside words, dense": lambda: Case(fill("xab "), "ab"),
    "hits inside words, at apostrophes": lambda: Case(fill("x'ab "), "ab"),
    "hits inside words, at apostrophes, other scripts amid": lambda: Case(fill("x'ab谈谈"), "ab"),
    "hits inside words, before marks": lambda: Case(fill("x\u0301"), "x", "x"),
    "hits inside words, at drawn words": lambda: Case(PROSE.replace(" ", "’")[:-1], "on", "e", "t"),
    "hits inside words, context on both sides": lambda: Case(fill("x'ab'y "), "ab", "'", "'"),
    "hits inside words, many parts": lambda: Case(
        fill("xa a a a ", 20_000) + fill("xa 谈 a ab "), fill("a a a a … ", QUOTE) + "b b b"
    ),
    "hits inside words of 65 letters": lambda: Case(fill("a" * 80 + " "), "a" * 65),
    "hits inside words, then near misses": lambda: Case(
        fill("x" + MOTLEY + "x ", 1_000_000) + fill("a "), MOTLEY
    ),
    "hits inside words, then near misses, in wide characters": lambda: Case(
        "👩" + fill("x" + MOTLEY + "x ", 1_000_000) + fill("a "), MOTLEY
    ),
    "near misses of long period": lambda: Case(fill(CUT + " "), CUT[:-3] + "qqq"),
    "near misses of long period, head": lambda: Case(fill(CUT + " "), "qqq" + CUT[3:]),
    "near misses of half length": lambda: Case(fill(CUT[:5_000] + " "), CUT[:5_000] + "qqq"),
    "near misses from the middle of words": lambda: Case(fill("x" + CUT + "x "), CUT),
    "near misses in marks": lambda: Case(
        fill("x" + CUT.replace(" ", "-") + "x "), CUT.replace(" ", "–")
    ),
    "ambiguous, of long period": lambda: Case(fill(CUT + " "), CUT),
    "ambiguous, a suffix settles it": lambda: Case(fill(CUT + " ") + "end", CUT, None, "end"),
    "Chinese, cut out": lambda: Case(HAN, HAN[MIDDLE : MIDDLE + QUOTE]),
    "Chinese, every other character another": lambda: Case(
        HAN, "".join("我" if n % 2 else c for n, c in enumerate(HAN[MIDDLE : MIDDLE + QUOTE]))
    ),
    "Chinese, elisions": lambda: Case(
        HAN, "…".join(HAN[n : n + 6] for n in range(MIDDLE, MIDDLE + 3 * QUOTE, 20))[:QUOTE]
    ),
    "Chinese, one character": lambda: Case("我" * TEXT, "我" * QUOTE + "你"),
    "Chinese, one character, elisions": lambda: Case(
        "我" * TEXT, fill("我我我我我我…", QUOTE) + "你你你你你你"
    ),
    "Thai": lambda: Case(fill("ไม่ยอมรับ"), fill("ไม่ยอมรับ", QUOTE) + "ก"),
    "Hangul in letters": lambda: Case(
        fill("\u1112\u1161\u11ab\u1100\u1173\u11af "), fill("한글 ", QUOTE) + "나"
    ),
    "Arabic with marks": lambda: Case(fill("لَنْ نَقْبَلَ "), fill("لن نقبل ", QUOTE)),
    "combining marks alone": lambda: Case(MARKS, MARKS[:QUOTE] + "a"),
    "combining marks, one letter": lambda: Case(
        "a" + "\u0301" * TEXT, "a" + "\u0301" * QUOTE + "b"
    ),
    "combining marks, in every word": lambda: Case(
        fill("a\u0301\u0323\u0307 "), fill("a\u0323\u0307\u0301 ", QUOTE) + "b"
    ),
    "prose, decomposed": lambda: Case(
        marked(PROSE)[:TEXT], marked(CUT)[:QUOTE].rsplit(" ", 1)[0] + " q"
    ),
    "zero widths alone": lambda: Case("\u200b" * TEXT, "\u200b" * QUOTE + "a"),
    "zero widths between letters": lambda: Case(fill("a\u200b"), "a" * QUOTE + "b"),
    "soft hyphens": lambda: Case(fill("se\xadcu\xadri\xadty "), fill("security ", QUOTE) + "x"),
    "white space alone": lambda: Case(" " * TEXT, "a" + " " * QUOTE + "b"),
    "white space between words": lambda: Case(fill("a \n\t\xa0  "), fill("a ", QUOTE) + "b"),
    "quotation marks alone": lambda: Case("“" * TEXT, "'" * QUOTE + "a"),
    "quotation marks between letters": lambda: Case(fill("a’"), fill("a'", QUOTE) + "b"),
    "apostrophes at words": lambda: Case(fill("’a "), fill("'a ", QUOTE) + "b"),
    "full stops alone": lambda: Case("." * TEXT, "a" + "." * QUOTE + "b"),
    "elisions alone": lambda: Case("…" * TEXT, "a" + "…" * QUOTE + "b"),
    "elisions in brackets": lambda: Case(fill("[...] "), "a" + fill("[...] ", QUOTE) + "b"),
    "brackets": lambda: Case("[" * TEXT, "a" + "[" * QUOTE + "b"),
    "numbers": lambda: Case(fill("1,0"), fill("1,0", QUOTE) + "2"),
    "flags": lambda: Case("🇺" * TEXT, "🇺" * QUOTE + "a"),
    "emoji joined": lambda: Case(
        fill("👩\u200d👩\u200d👧"), fill("👩\u200d👩\u200d👧", QUOTE) + "a"
    ),
    "two letters": lambda: Case(
        "".join(random.Random(4).choices("ab", k=TEXT)), "ab" * (QUOTE // 2)
    ),
    "two one-letter words": lambda: Case(
        " ".join(random.Random(4).choices("ab", k=TEXT // 2)),
        " ".join(random.Random(5).choices("ab", k=QUOTE // 2)),
    ),
    "Fibonacci's word": lambda: Case(fibonacci(TEXT), fibonacci(QUOTE) + "b"),
    "capital sharp letters": lambda: Case("İ" * TEXT, "i̇" * (QUOTE // 2)),
    "letters that compose": lambda: Case("\u1100\u1161" * (TEXT // 2), "가" * QUOTE + "나"),
    "one letter and a mark that changes place": lambda: Case(
        fill("a" + "\u0301\u0323" * 16), fill("a", QUOTE)
    ),
}


def fibonacci(size: int) -> str:
    """Make the Fibonacci word, in which every part recurs, but not periodically."""
    a, b = "a", "ab"
    while len(b) < size:
        a, b = b, b + a
    return b[:size]


def measure(case: Case) -> tuple[float, QuoteMatch]:
    """Return the seconds that a check takes, the fastest of a few, and its result."""
    seconds, found = float("inf"), None
    for _ in range(TIMES):
        begun = time.process_time()
        found = check(case.text, case.exact, case.prefix, case.suffix)
        seconds = min(seconds, time.process_time() - begun)
        if seconds < 0.2:
            break
    assert found is not None
    return seconds, found


def compare(case: Case, found: QuoteMatch) -> float:
    """Return the seconds that the word-by-word comparison with the closest passage takes."""
    begun = time.process_time()
    if found.closest is not None:
        words_diff(case.exact, found.closest.exact)
    return time.process_time() - begun


def report(names: list[str]) -> Iterator[str]:
    """Yield a line for each shape, and one for the slowest."""
    worst = 0.0
    for name in names:
        case = SHAPES[name]()
        seconds, found = measure(case)
        comparing = compare(case, found)
        worst = max(worst, seconds, comparing)
        yield f"{seconds:6.3f} s  {comparing:6.3f} s  {found.verification:<10}  {name}"
    yield (
        f"{worst:6.3f} s  the worst of {len(names)} shapes: {TEXT:,} characters of text,"
        f" {QUOTE:,} of quotation"
    )


def main() -> None:
    """Print the report for the shapes given as arguments; all without any."""
    for line in report(sys.argv[1:] or list(SHAPES)):
        print(line, flush=True)


if __name__ == "__main__":
    main()
