"""Read what the head of a text says about its source: title, date, publisher; pure functions.

Only what looks like a headline or a dateline counts, and it is only ever suggested: an editor sees
it and may change it.
"""

import re
from collections.abc import Collection
from datetime import date

from app.core.dates import parse_human

HEAD = 4_000  # characters that are looked at
LINES = 5  # lines in which a headline and a dateline are expected
LONGEST_TITLE = 200
LONGEST_DATELINE = 140
SHORTEST_TITLE = 8
LONGEST_PLACE = 50  # characters of a place, before the date with which a text opens
LONGEST_REST = 8  # words from the date to the end of a line that names a publisher, and an author
_NUMBER = r"\d{1,2}(?:st|nd|rd|th|\.)?"
_WORD = r"[^\W\d_]{3,12}\.?"
_DATE = re.compile(
    rf"\b(?:{_NUMBER}\s+{_WORD}\s+\d{{4}}|{_WORD}\s+{_NUMBER},?\s+\d{{4}}"
    r"|\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{4})\b"
)
_OPENING = re.compile(rf"{_DATE.pattern}\s*\)?\s*[–—:-]")  # a date before the first sentence
_BY = re.compile(r"(?:^|[.,|·–—]\s*)[Bb]y ([^\W\d_][^.,|·\d]{3,60}?)\s*(?=$|[.,|·])")
_END = re.compile(r"[.;:,…]$")


def suggested(text: str, *, today: date, publishers: Collection[str] = ()) -> dict[str, str]:
    """Return title, publisher, author and date (as stored) that the head of a text suggests.

    `publishers` are those known already: a single word before the date may also be a place.
    """
    lines = [" ".join(line.split()) for line in text[:HEAD].split("\n")]
    head = [line for line in lines if line][:LINES]
    if not head:
        return {}
    found = {}
    if _is_headline(head, lines):
        found["title"] = head[0]
    dated = [(line, m) for line in head for m in _dates(line) if _is_dateline(line, m[1])]
    days = {day for _, (day, _) in dated if day <= today.isoformat()}
    if len(days) != 1:  # none, or it is not certain which
        return found
    found["published_on"] = days.pop()
    line, (_, start) = dated[0]
    if line != found.get("title"):
        found |= _names(line, start, publishers)
    return found


def _is_headline(head: list[str], lines: list[str]) -> bool:
    """Tell whether the first line is a headline: a short line by itself, and no sentence."""
    first = head[0]
    if not SHORTEST_TITLE <= len(first) <= LONGEST_TITLE or _END.search(first):
        return False
    if first[0].islower() or len(head) < 2 or _DATE.fullmatch(first):
        return False
    place = lines.index(first)
    return lines[place + 1] == "" or len(head[1]) <= LONGEST_DATELINE


def _is_dateline(line: str, start: int) -> bool:
    """Tell whether a date at `start` is one of publication: in a short line, or before a text."""
    return len(line) <= LONGEST_DATELINE or (
        start <= LONGEST_PLACE and _OPENING.match(line, start) is not None
    )


def _dates(line: str) -> list[tuple[str, int]]:
    """Return the days that a line names, each with its place; none that can mean two days."""
    found = []
    for match in _DATE.finditer(line):
        try:
            day = parse_human(match[0], date.max)
        except ValueError:
            continue
        if day.precision == "day":
            found.append((day.text, match.start()))
    return found


def _names(line: str, start: int, publishers: Collection[str]) -> dict[str, str]:
    before, after = line[:start].rstrip(), line[start:].split()
    parted = before.endswith((",", "|", "·", "–", "—"))  # "…, 25 January", not "of 25 January"
    before = before.strip(" ,.|·–—-(")
    parts = [part.strip() for part in re.split(r"[,|·]| [–—-] ", before) if part.strip()]
    known = {p.casefold(): p for p in publishers}
    said = next((known[part.casefold()] for part in parts if part.casefold() in known), None)
    # Before a sentence that begins in the same line stands the place where it was written.
    alone = len(after) <= LONGEST_REST
    if said is None and alone and parted and len(parts) == 1 and 2 <= len(parts[0].split()) <= 6:
        said = parts[0]
    by = _BY.search(line)
    author = by[1].strip() if by else None
    found = {"publisher": said, "author": author}
    return {name: text for name, text in found.items() if text}
