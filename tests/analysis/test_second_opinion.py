"""Test that random entries in any order give the answers that docs/rules.md requires.

Both time axes are tested; the expected answers come from tests/support/opinion.py.
"""

import random
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from tests.support.factories import Answer, Body
from tests.support.fixtures import Lake
from tests.support.opinion import HARDEST_FIRST, Book, Said, Words, named_by, span

N = "/negotiations/lake"
DATES = (
    "2024",
    "2024-03",
    "2024-03",
    "2024-03-10",
    "2024-03-12",
    "2024-03-31",
    "2024-04",
    "2024-02-29",
    "2023-12-31",
)
DAYS = (
    "2023-12-30",
    "2023-12-31",
    "2024-02-29",
    "2024-03-09",
    "2024-03-10",
    "2024-03-11",
    "2024-03-31",
    "2024-12-31",
)
RANKS: dict[str, dict[str, float | None]] = {
    "quota": {"q20": 1, "q30": 1.5, "q40": 4},
    "dam": {"closed": None, "open": None, "shared": None},
}


@dataclass
class Story:
    """An editor who enters things at random, and a book of what must be known after each entry."""

    lake: Lake
    chance: random.Random
    book: Book
    sources: list[tuple[int, str | None]] = field(default_factory=list)
    # Earlier states of the book, each with the instant from which it held.
    past: list[tuple[str, Book]] = field(default_factory=list)

    def enter(self) -> None:
        some = self.chance.choice
        stated = [p for p in self.book.positions.values() if p.status in ("published", "draft")]
        gone = [p for p in self.book.positions.values() if p.status != "published"]
        if not stated or self.chance.random() < 0.6:
            self.state()
        elif gone and self.chance.random() < 0.4:
            self.publish(some(gone))
        else:
            some((self.correct, self.correct, self.retract, self.seat, self.retire))(some(stated))

    def state(self) -> None:
        some, party, issue = self.chance.choice, *self.chance.choice((("north", "quota"), *CELLS))
        sent, quotes = self.quotes()
        stated_on = some((*DATES, None))
        said = Said(
            0,
            party,
            issue,
            some(("published",) * 4 + ("draft",)),
            stated_on or named_by(quotes) or "",
            quotes,
        )
        self.word(said)
        body = {
            "negotiation": "lake", "party": party, "issue": issue, "status": said.status,
            "act": said.act, "firmness": said.firmness, "attitudes": said.attitudes,
            "conditions": said.conditions, "inferred": said.inferred, "quotes": sent,
        }  # fmt: skip
        answer = self.lake.ada.post(
            "/positions", body | ({"stated_on": stated_on} if stated_on else {})
        )
        self.keep(said, answer, refused=not said.stated_on and said.status == "published")

    def correct(self, said: Said) -> None:
        changed = replace(said)
        self.word(changed)
        changed.act = said.act
        if said.act == "withdraws":
            changed.attitudes, changed.conditions, changed.inferred = {}, {}, []
        gone: Body = {option: None for option in said.attitudes if option not in changed.attitudes}
        unbound: Body = {
            o: None
            for o in said.conditions
            if o in changed.attitudes and o not in changed.conditions
        }
        change = {
            "firmness": changed.firmness, "attitudes": gone | changed.attitudes,
            "conditions": unbound | changed.conditions, "inferred": changed.inferred,
        }  # fmt: skip
        if self.chance.random() < 0.5:
            change["stated_on"] = changed.stated_on = self.chance.choice(DATES)
        if self.chance.random() < 0.3:
            change["quotes"], changed.quotes = self.quotes()
        self.keep(changed, self.lake.ada.patch(f"/positions/{said.id}", change))

    def publish(self, said: Said) -> None:
        if said.stated_on:
            answer = self.lake.ada.patch(f"/positions/{said.id}", {"status": "published"})
            self.keep(replace(said, status="published"), answer)

    def retract(self, said: Said) -> None:
        self.keep(replace(said, status="retracted"), self.lake.ada.retract(said.id))

    def seat(self, said: Said) -> None:
        self.book.consent[said.party] = not self.book.consent[said.party]
        change = {"consent_required": self.book.consent[said.party]}
        self.note(self.lake.ada.patch(f"{N}/parties/{said.party}", change))

    def retire(self, said: Said) -> None:
        option = (said.issue, self.chance.choice(list(RANKS[said.issue])))
        self.book.retired ^= {option}
        change = {"options": [{"slug": option[1], "retired": option in self.book.retired}]}
        self.note(self.lake.ada.patch(f"{N}/issues/{said.issue}", change))

    def quotes(self) -> tuple[list[Body], list[Words]]:
        """Return one or two quotes, as they are sent and as the book has them."""
        sent: list[Body] = []
        kept: list[Words] = []
        for _ in range(self.chance.choice((1, 1, 2))):
            number, published_on = self.chance.choice(self.sources)
            words = Words(
                self.chance.choice((None, None, *DATES)),
                self.chance.choice((None, *CONSENT)),
                published_on,
            )
            speaker = words.speaker and {"office": "Spokesperson", "party": words.speaker}
            sent.append(
                {"source_id": number, "exact": "as it was said"}
                | ({"speaker": speaker} if speaker else {})
            )
            sent[-1] |= {"said_on": words.said_on} if words.said_on else {}
            kept.append(words)
        return sent, kept

    def word(self, said: Said) -> None:
        """Give a position random content, with options that are not retired."""
        some = self.chance.choice
        said.act, said.firmness = (
            some(("states",) * 5 + ("withdraws",)),
            some((*HARDEST_FIRST, "unclear")),
        )
        open_to = [
            option for option in RANKS[said.issue] if (said.issue, option) not in self.book.retired
        ]
        said.attitudes = {o: some(("accepts", "rejects")) for o in open_to if some((True, False))}
        if open_to and some((True, True, False)):
            said.attitudes[some(open_to)] = "prefers"
        if said.act == "withdraws":
            said.attitudes = {}
        said.conditions = {
            option: "only if …" for option in said.attitudes if self.chance.random() < 0.2
        }
        said.inferred = [option for option in said.attitudes if self.chance.random() < 0.2]

    def keep(self, said: Said, answer: Answer, *, refused: bool = False) -> None:
        """Compare an answer with what it should say, and record it in the book."""
        when = span(said.stated_on, said.quotes) if said.stated_on else (date.min, date.max)
        if refused or when is None:
            assert answer.status == 422, (said, answer.json)
            return
        data = answer.data
        said.span, said.id = when, data["id"]
        if said.status == "published":
            said.published_at = said.published_at or data["recorded_at"]
        if said.stated_on:
            dates = (data["stated_on"], data["stated_from"], data["stated_by"])
            assert dates == (said.stated_on, *map(str, when)), (said, data)
        self.book.positions[said.id] = said
        self.note(answer)

    def note(self, answer: Answer) -> None:
        assert answer.status < 300, answer.json
        self.past.append((answer.meta["known_at"], deepcopy(self.book)))


CONSENT = {"north": True, "south": True, "council": False}
CELLS = [(party, issue) for party in CONSENT for issue in RANKS]


@pytest.fixture
def story(lake: Lake, request: pytest.FixtureRequest) -> Story:
    """Return the lake after 26 random entries with the parametrised seed."""
    ranks = [{"slug": option, "rank": rank} for option, rank in RANKS["quota"].items()]
    lake.ada.patch(f"{N}/issues/quota", {"options": ranks[::-1]})
    story = Story(lake, random.Random(request.param), Book(dict(CONSENT), RANKS))
    for published_on in (None, "2024-03-10", "2024-03", "2024"):
        dated = {"published_on": published_on} if published_on else {}
        story.sources.append((lake.ada.source(**dated)["id"], published_on))
    for _ in range(26):
        story.enter()
    return story


@pytest.mark.parametrize("story", range(3), indirect=True)
def test_what_the_rules_say_is_answered(story: Story) -> None:
    for known_at, book in [story.past[-1], *story.chance.choices(story.past, k=6)]:
        as_of, since = story.chance.choices(DAYS, k=2)
        day, since_day = date.fromisoformat(as_of), date.fromisoformat(since)
        times = {"as_of": as_of, "known_at": known_at}

        def ask(path: str, **query: Any) -> Any:
            return story.lake.stranger.get(f"{N}/{path}", **query).data

        cells = {(c["party"], c["issue"]): c for c in ask("matrix", since=since, **times)["cells"]}
        for cell in CELLS:
            position, found = cells[cell]["position"], cells[cell]
            answered = (
                position and position["id"], found["positions_count"],
                found.get("order_uncertain", []), found.get("possible", []),
            )  # fmt: skip
            assert answered == book.cell(*cell, day), (cell, times)
            assert found["changed"] == (book.current(*cell, day) != book.current(*cell, since_day))
            assert found["move"] == book.last_move(*cell, since_day, day), (cell, since, times)

        for issue in ask("common-ground", **times)["issues"]:
            for found in issue["options"]:
                sides = (
                    [e["party"] for e in found[side]] for side in ("accepted_by", "rejected_by")
                )
                answered = (found["state"], *sides, found["silent"], found["elsewhere"])
                assert answered == book.ground(issue["issue"], found["option"], day), (
                    issue["issue"],
                    found,
                    times,
                )

        pairs = ask("agreement", **times)["pairs"]
        for pair, (parties, likeness, issues) in zip(pairs, book.agreement(day), strict=True):
            assert (pair["parties"], pair["issues"]) == (parties, issues), times
            assert (pair["agreement"] is None) == (likeness is None)
            assert likeness is None or abs(Fraction(str(pair["agreement"])) - likeness) <= Fraction(
                1, 2000
            ), times

        start, end = sorted((as_of, since))
        moves = ask("changes", known_at=known_at, **{"from": start, "to": end})
        shown = [
            (m["party"], m["issue"], m["kind"], date.fromisoformat(m["on"]),
             m["before"] and m["before"]["id"], m["after"]["id"])
            for m in moves
        ]  # fmt: skip
        assert len(shown) == len(set(shown))
        assert set(shown) == book.moves(date.fromisoformat(start), date.fromisoformat(end)), times
