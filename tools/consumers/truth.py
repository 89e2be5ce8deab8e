"""Tell what each export must contain, from the API's answers, and compare.

It needs the standard library only.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FORMULA = tuple("=+-@\t\r\n\0＝＋－＠")
Rows = list[dict[str, Any]]
SAME = "the same"


@dataclass(frozen=True)
class Seen:
    """A row of the table: the export, the reader, what was compared, and the result."""

    export: str
    consumer: str
    compared: str
    result: str
    fault: bool = False


def load(place: Path) -> dict[str, Any]:
    """Return the API's answers."""
    return dict(json.loads((place / "truth.json").read_text()))


def guarded(value: Any) -> Any:
    """Return a text as exports guard it against formulas; other values unchanged."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def quote_rows(truth: Mapping[str, Any], *, guard: bool = False) -> Rows:
    """Return the rows of the long CSV and of the sheet Quotes, in the API's order."""
    cells = truth["matrix"]["cells"]
    current = {c["position"]["id"] for c in cells if c["position"]}
    names = {p["slug"]: p["name"] for p in truth["matrix"]["parties"]}
    titles = {i["slug"]: i["title"] for i in truth["matrix"]["issues"]}
    rows = []
    for p in truth["positions"]:
        shared = {
            name: p[name]
            for name in ("act", "summary", "firmness", "salience", "stated_on", "stated_by")
        }
        shared |= {"position_id": p["id"], "current": p["id"] in current, "party": p["party"]}
        shared |= {"party_name": names[p["party"]], "issue_title": titles[p["issue"]]}
        for q in p["quotes"]:
            said = {
                name: q[name]
                for name in ("exact", "prefix", "suffix", "translation", "said_on", "link", "start")
            }
            said |= {"quote_id": q["id"], "speaker_name": (q["speaker"] or {}).get("name")}
            source = {
                f"source_{n}": q["source"][n]
                for n in ("url", "reference", "title", "publisher", "published_on")
            }
            rows.append(shared | said | source)
    return [{n: guarded(v) for n, v in row.items()} for row in rows] if guard else rows


def plain(value: Any) -> Any:
    """Return a value as an untyped file has it.

    None is an empty text; numbers and booleans are written out.
    """
    if value is None or value != value or str(value) in ("<NA>", "NaT"):
        return ""
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        return "true" if value else "false"
    if isinstance(value, float | int) or type(value).__module__ == "numpy":
        number = float(value)
        return str(int(number)) if math.isfinite(number) and number == int(number) else repr(number)
    text = str(value)
    return text.lower() if text in ("True", "False") else text


def differences(found: Iterable[Mapping[str, Any]], wanted: Rows, key: Sequence[str]) -> list[str]:
    """Describe missing rows, extra rows, and cells that differ, by column."""
    by_key = {tuple(plain(row.get(k)) for k in key): row for row in found}
    right = {tuple(plain(row[k]) for k in key): row for row in wanted}
    told = [f"{len(by_key)} rows instead of {len(right)}"] if len(by_key) != len(right) else []
    wrong: dict[str, list[tuple[str, str]]] = {}
    for at, row in right.items():
        other = by_key.get(at)
        if other is None:
            told.append(f"no row {at}")
            continue
        for column, value in row.items():
            got, right_one = str(plain(other.get(column))), str(plain(value))
            if got != right_one:
                wrong.setdefault(column, []).append((got, right_one))
    for column, pairs in wrong.items():
        got, right_one = min(pairs, key=lambda pair: len(pair[1]))
        told.append(
            f"{column} differs in {len(pairs)} of {len(right)}, e.g. {got[:40]!r} for"
            f" {right_one[:40]!r}"
        )
    return told


def seen(
    export: str, consumer: str, compared: str, told: Sequence[str], *, known: str = ""
) -> Seen:
    """Return a row of the table.

    `known` explains a known difference; it is a fault if there is none any more.
    """
    if known and not told:
        return Seen(export, consumer, compared, f"no longer differs: {known}", fault=True)
    if known:
        return Seen(export, consumer, compared, f"{known} ({'; '.join(told)[:300]})")
    return Seen(export, consumer, compared, "; ".join(told)[:600] or SAME, fault=bool(told))
