"""Keep where the example's quotes stand in the article, by offsets and hashes.

The article itself is the publisher's. Make the file again with it:
`python -m tests.support.places ARTICLE`
"""

import csv
import hashlib
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILE = ROOT / "tests" / "example_places.json"
QUOTES = ROOT / "seeds" / "ukraine-ceasefire-2025" / "quotes.csv"
Row = dict[str, str]


@dataclass(frozen=True)
class Place:
    """Say where a quote with prefix and suffix begins, in code points, and what is around it."""

    start: int
    sha256: str
    paragraph_ends_in: str
    in_caption: bool


@dataclass(frozen=True)
class Places:
    """Hold the places of quotes by uid, in a text of `length` code points."""

    text_sha256: str
    length: int
    quotes: dict[str, Place]


def read_places() -> Places:
    """Read the places that are kept in the repository."""
    kept = json.loads(FILE.read_text())
    return Places(**{**kept, "quotes": {uid: Place(**p) for uid, p in kept["quotes"].items()}})


def places_in(article: str, quotes: Sequence[Row]) -> Places:
    """Find the quotes in the article, in which each occurs once."""
    found = {quote["uid"]: _place(article, quote) for quote in quotes}
    return Places(_hash(article), len(article), found)


def _place(article: str, quote: Row) -> Place:
    laid = _laid(quote)
    assert article.count(laid) == 1, laid
    start = article.index(laid)
    paragraph = article[article.rfind("\n", 0, start) + 1 :].partition("\n")[0]
    caption = re.search(r"\((AP Photo|.* via AP)", paragraph) is not None
    return Place(start, _hash(laid), paragraph.rstrip()[-1], caption)


def stand_in(places: Places, quotes: Sequence[Row]) -> str:
    """Return a text with each quote at its place, and a letter that no quote has elsewhere."""
    text = ["ж"] * places.length
    for quote in quotes:
        laid, start = _laid(quote), places.quotes[quote["uid"]].start
        text[start : start + len(laid)] = laid
        for edge in (start - 1, start + len(laid)):  # so that no quote begins or ends inside a word
            if 0 <= edge < places.length and text[edge] == "ж":
                text[edge] = " "
    return "".join(text)


def laid_hash(quote: Row) -> str:
    """Return the SHA-256 of a quote with its prefix and suffix."""
    return _hash(_laid(quote))


def _laid(quote: Row) -> str:
    return quote["prefix"] + quote["exact"] + quote["suffix"]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    with open(QUOTES, encoding="utf-8", newline="") as file:
        made = places_in(Path(sys.argv[1]).read_text(encoding="utf-8"), list(csv.DictReader(file)))
    FILE.write_text(json.dumps(asdict(made), indent=1, ensure_ascii=False) + "\n")
