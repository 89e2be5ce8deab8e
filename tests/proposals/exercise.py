"""Make proposals of the practice negotiation's own coding, some of them spoiled in ten ways."""

import csv
import json
import random
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.support.factories import Desk

PRACTICE = Path(__file__).resolve().parents[2] / "seeds" / "practice"
EMPTIED = ("positions", "attitudes", "links", "quotes", "looks")
RUN = {"tool": "exercise", "model": "made-up", "run": "1"}
# The first seven are for machines to find; of the rest the eighth is one with its twin, and the
# last two are what a person sees.
WAYS = (
    "word", "speaker", "date", "option", "ellipsis", "headline", "translation", "twice", "party",
    "not_carried",
)  # fmt: skip
FOR_MACHINES = WAYS[:7]
Body = dict[str, Any]


def table(name: str) -> list[dict[str, str]]:
    """Read one of the exercise's tables."""
    with (PRACTICE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def make_empty(folder: Path) -> Path:
    """Copy the practice negotiation without its positions: the code book, speakers and texts."""
    shutil.copytree(PRACTICE, folder, ignore=shutil.ignore_patterns("coding", "answers", "later"))
    for name in EMPTIED:
        path = folder / f"{name}.csv"
        path.write_text(path.read_text(encoding="utf-8").partition("\n")[0] + "\n", "utf-8")
    descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    for resource in descriptor["resources"]:
        for name in ("hash", "bytes", "rows"):
            resource.pop(name, None)
    (folder / "datapackage.json").write_text(json.dumps(descriptor), "utf-8")
    return folder


@dataclass
class Exercise:
    """What the coders found in the texts, as bodies of proposals."""

    sources: Mapping[str, int]  # ids by key
    chance: random.Random
    titles: Mapping[str, str] = field(default_factory=dict)
    languages: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    keys: dict[int, str] = field(default_factory=dict)
    people: Mapping[str, dict[str, str]] = field(default_factory=dict)
    options: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rows = table("sources")
        self.titles = {r["uid"]: r["title"] for r in rows}
        self.languages = {r["uid"]: r["language"] for r in rows}
        self.texts = {r["uid"]: (PRACTICE / r["text"]).read_text(encoding="utf-8") for r in rows}
        self.keys = {number: key for key, number in self.sources.items()}
        self.people = {r["uid"]: r for r in table("speakers")}
        found = defaultdict(list)
        for row in table("options"):
            found[row["issue"]].append(row["slug"])
        self.options = found

    def clean(self) -> list[Body]:
        """Return a proposal for each coded position that brings quotes of its own."""
        quotes, attitudes = defaultdict(list), defaultdict(list)
        retired = {(r["issue"], r["slug"]) for r in table("options") if r["retired"] == "true"}
        for row in table("quotes"):
            quotes[row["position"]].append(row)
        for row in table("attitudes"):
            if row["version"] == "1":
                attitudes[row["position"]].append(row)
        return [
            self._body(row, quotes[row["uid"]], attitudes[row["uid"]])
            for row in table("positions")
            if row["version"] == "1"
            and row["status"] == "published"
            and quotes[row["uid"]]
            and not any((row["issue"], s["option"]) in retired for s in attitudes[row["uid"]])
        ]

    def _body(
        self, row: dict[str, str], quotes: list[dict[str, str]], stances: list[dict[str, str]]
    ) -> Body:
        position: Body = {
            "negotiation": "practice",
            **{n: row[n] for n in ("party", "issue", "act", "firmness", "summary", "stated_on")},
            "attitudes": {s["option"]: s["attitude"] for s in stances},
            "conditions": {s["option"]: s["condition"] for s in stances if s["condition"]},
            "inferred": [s["option"] for s in stances if s["inferred"] == "true"],
            "quotes": [self._quote(q) for q in quotes],
        }
        return {"kind": "position", "position": position, "proposed_by": RUN}

    def _quote(self, row: dict[str, str]) -> Body:
        names = ("exact", "prefix", "suffix", "kind", "language", "translation", "said_on")
        quote: Body = {n: row[n] for n in names if row[n]}
        quote["source_id"] = self.sources[row["source"]]
        if row["speaker"]:
            person = self.people[row["speaker"]]
            given = {"name": person["name"], "office": row["office"], "party": row["party"]}
            quote["speaker"] = {n: v for n, v in given.items() if v}
        return quote

    def spoiled(self, way: str, base: Body) -> Body | None:
        """Return a proposal spoiled in one way; None if this one cannot be."""
        body = deepcopy(base)
        changed = getattr(self, f"_{way}")(body["position"], body["position"]["quotes"][0])
        return body if changed else None

    def _word(self, position: Body, quote: Body) -> bool:
        words = [m for m in re.finditer(r"\w{4,}", quote["exact"]) if not m[0].isdigit()]
        if not words:
            return False
        word = self.chance.choice(words)
        other = "нічого" if re.search("[а-яі]", quote["exact"]) else "nothing"
        quote["exact"] = quote["exact"][: word.start()] + other + quote["exact"][word.end() :]
        return True

    def _speaker(self, position: Body, quote: Body) -> bool:
        """Give the words of a speaker to another one, and mostly the position to that one's party.

        The other may speak for the same party, or the position may stay with the first party.
        """
        if "speaker" not in quote or len(position["quotes"]) > 1:
            return False
        named = quote["speaker"].get("name")
        others = [
            p
            for p in self.people.values()
            if p["name"] and p["name"] != named and p["party"] not in ("ostany", "selmere")
        ]
        other = self.chance.choice(others)
        quote["speaker"] = {n: other[n] for n in ("name", "office", "party")}
        if self.chance.random() < 0.7:
            position["party"] = other["party"]
        return True

    def _date(self, position: Body, quote: Body) -> bool:
        said = quote.get("said_on", "")
        if len(said) != 10:
            return False
        by = timedelta(days=self.chance.choice((-365, -30, 9, 400)))
        day = (date.fromisoformat(said) + by).isoformat()
        for one in position["quotes"]:
            one["said_on"] = day
        position["stated_on"] = day
        return True

    def _option(self, position: Body, quote: Body) -> bool:
        other = self.chance.choice([i for i in self.options if i != position["issue"]])
        slug = self.chance.choice(self.options[other])
        if slug in self.options[position["issue"]]:
            return False
        position["attitudes"] = {slug: "prefers"}
        position["conditions"], position["inferred"] = {}, []
        return True

    def _ellipsis(self, position: Body, quote: Body) -> bool:
        text = self.texts[self.keys[quote["source_id"]]]
        at = text.find(quote["exact"])
        found = (
            re.search(r"[.!?]”? (\w+(?: \w+){3})", text[at + len(quote["exact"]) :]) if at else None
        )
        words = quote["exact"].split()
        if not found or len(words) < 3:
            return False
        quote["exact"] = f"{' '.join(words[-3:])} … {found[1]}"
        quote.pop("prefix", None)
        quote.pop("suffix", None)
        quote.pop("translation", None)
        position["quotes"] = [quote]
        return True

    def _headline(self, position: Body, quote: Body) -> bool:
        key = self.keys[quote["source_id"]]
        if self.titles[key] not in self.texts[key]:
            return False
        quote["exact"] = self.titles[key].strip("“”«»")
        for name in ("prefix", "suffix", "translation"):
            quote.pop(name, None)
        position["quotes"] = [quote]
        return True

    def _translation(self, position: Body, quote: Body) -> bool:
        if not quote.get("translation"):
            return False
        quote["exact"], quote["language"] = quote.pop("translation"), "en"
        quote.pop("prefix", None)
        quote.pop("suffix", None)
        position["quotes"] = [quote]
        return True

    def _twice(self, position: Body, quote: Body) -> bool:
        position["summary"] = f"In other words: {position['summary']}"
        return True

    def _party(self, position: Body, quote: Body) -> bool:
        """Leave the speaker and take another party: the words are not about it."""
        parties = [p for p in ("kastrel", "dorrin", "lysmark") if p != position["party"]]
        position["party"] = self.chance.choice(parties)
        return True

    def _not_carried(self, position: Body, quote: Body) -> bool:
        others = [o for o in self.options[position["issue"]] if o not in position["attitudes"]]
        if not others:
            return False
        position["attitudes"] = {self.chance.choice(others): "prefers"}
        position["conditions"], position["inferred"] = {}, []
        return True


@dataclass
class Outcome:
    """What became of the proposals of one way: refused, flagged with which codes, joined."""

    sent: int = 0
    refused: int = 0
    flagged: int = 0
    joined: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    missed: list[Body] = field(default_factory=list)


def run(desk: Desk, clean: int, each: int, seed: int = 1) -> dict[str, Outcome]:
    """Send so many sound proposals, and so many spoiled in each way; return what became of them.

    The negotiation has its code book, its speakers and its texts, and no positions.
    """
    by_title = {s["title"]: s["id"] for s in _walk(desk)}
    sources = {r["uid"]: by_title[r["title"]] for r in table("sources")}
    exercise = Exercise(sources, random.Random(seed))
    bases = exercise.clean()
    exercise.chance.shuffle(bases)
    sound, rest = bases[:clean], bases[clean:] + bases[:clean]
    outcomes = {name: Outcome() for name in ("sound", *WAYS)}
    for body in sound:
        _send(desk, body, outcomes["sound"])
    for way in WAYS:
        made = _spoiled(exercise, way, sound if way == "twice" else rest)
        for _ in range(each):
            _send(desk, next(made), outcomes[way])
    return outcomes


def _spoiled(exercise: Exercise, way: str, bases: Sequence[Body]) -> Iterator[Body]:
    while True:
        some = list(bases)
        exercise.chance.shuffle(some)
        for base in some:
            if body := exercise.spoiled(way, base):
                if way == "twice":
                    body["proposed_by"] = {**RUN, "run": "2"}
                yield body


def _walk(desk: Desk) -> list[Body]:
    return list(desk.get("/sources", limit=200).data)


def _send(desk: Desk, body: Body, outcome: Outcome) -> None:
    outcome.sent += 1
    got = desk.post("/proposals", body)
    if got.status == 422:
        outcome.refused += 1
        outcome.codes.update({str(e.get("reason") or e["detail"])[:60] for e in got.json["errors"]})
        return
    codes = {w["code"] for w in got.data["warnings"]}
    outcome.codes.update(codes)
    if got.data["same_as"]:
        outcome.joined += 1
    elif codes:
        outcome.flagged += 1
    else:
        outcome.missed.append(body)


Printer = Callable[[str], None]


def report(outcomes: Mapping[str, Outcome], say: Printer = print) -> None:
    """Print what became of the proposals, a line for each way."""
    say(f"{'way':12} {'sent':>4} {'refused':>7} {'flagged':>7} {'joined':>6} {'unseen':>6}  why")
    for name, one in outcomes.items():
        why = ", ".join(f"{code} {n}" for code, n in one.codes.most_common(6))
        counts = f"{one.sent:4} {one.refused:7} {one.flagged:7} {one.joined:6} {len(one.missed):6}"
        say(f"{name:12} {counts}  {why}")
