"""Compute what docs/rules.md requires, slowly and plainly, without any code of the program."""

import calendar
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import combinations

HARDEST_FIRST = ("red_line", "demand", "preference", "open")


@dataclass
class Words:
    """A quote: when it was said and by whose speaker, if stated, and its source's publication."""

    said_on: str | None
    speaker: str | None
    published_on: str | None


@dataclass
class Said:
    """A position in its newest version."""

    id: int
    party: str
    issue: str
    status: str
    stated_on: str
    quotes: list[Words]
    act: str = "states"
    firmness: str = "unclear"
    attitudes: dict[str, str] = field(default_factory=dict)
    conditions: dict[str, str] = field(default_factory=dict)
    inferred: list[str] = field(default_factory=list)
    published_at: str = ""
    span: tuple[date, date] = (date.min, date.max)  # stated_from, stated_by

    @property
    def hearsay(self) -> bool:
        """Tell whether all quotes come from other parties' speakers."""
        return all(q.speaker not in (None, self.party) for q in self.quotes)

    @property
    def place(self) -> tuple[date, date, str, int]:
        """Return the key by which positions of a cell are ordered (rule 3)."""
        return (*self.span, self.published_at, self.id)


@dataclass
class Book:
    """Everything recorded at one instant; parties and issues are in the order of the matrix."""

    consent: dict[str, bool]
    # By issue and option; None if the issue is not ordered.
    ranks: dict[str, dict[str, float | None]]
    retired: set[tuple[str, str]] = field(default_factory=set)
    positions: dict[int, Said] = field(default_factory=dict)

    def counted(self, party: str, issue: str, day: date) -> list[Said]:
        """Return the published positions of a cell that had certainly been stated by the day."""
        return [p for p in self._published(party, issue) if p.span[1] <= day]

    def current(self, party: str, issue: str, day: date) -> Said | None:
        """Return the current position of a cell, or None (rule 4)."""
        found = self.counted(party, issue, day)
        own = [p for p in found if not p.hearsay]
        return max(own or found, key=lambda p: p.place, default=None)

    def cell(self, party: str, issue: str, day: date) -> tuple[object, ...]:
        """Return the current position, how many count, and the ids in doubt.

        These are of uncertain order, or only possible.
        """
        now, found = self.current(party, issue, day), self.counted(party, issue, day)
        beside = [p.id for p in found if now and p is not now and _overlap(p.span, now.span)]
        perhaps = [p.id for p in self._published(party, issue) if p.span[0] <= day < p.span[1]]
        return now and now.id, len(found), sorted(beside), sorted(perhaps)

    def ground(self, issue: str, option: str, day: date) -> tuple[object, ...]:
        """Return the state of an option, and which parties accept it, reject it, or are silent.

        Of the silent ones, those that prefer another option are returned too.
        """
        accept, reject, silent, plain = [], [], [], set()
        for party in (p for p, needed in self.consent.items() if needed):
            now = self.current(party, issue, day)
            if now is None or option not in now.attitudes:
                silent.append(party)
                continue
            (reject if now.attitudes[option] == "rejects" else accept).append(party)
            if option not in now.conditions and option not in now.inferred and not now.hearsay:
                plain.add(party)
        state = "open"
        if plain & set(reject):
            state = "blocked"
        elif accept and not reject and not silent:
            state = "agreed" if plain == set(accept) else "qualified"
        elsewhere = [party for party in silent if self._preferred(party, issue, day) is not None]
        return state, accept, reject, silent, elsewhere

    def agreement(self, day: date) -> list[tuple[list[str], Fraction | None, int]]:
        """Return each pair of parties with its exact agreement and the number of shared issues."""
        pairs: list[tuple[list[str], Fraction | None, int]] = []
        for one, other in combinations(self.consent, 2):
            likeness = []
            for issue in self.ranks:
                a, b = (self._preferred(party, issue, day) for party in (one, other))
                if a is not None and b is not None:
                    likeness.append(self._likeness(issue, a, b))
            pairs.append(
                (
                    [one, other],
                    sum(likeness) / Fraction(len(likeness)) if likeness else None,
                    len(likeness),
                )
            )
        return pairs

    def moves(self, after: date, to: date) -> set[tuple[str, str, str, date, int | None, int]]:
        """Return the moves in a period: party, issue, kind, day, and positions before and after."""
        found = set()
        for party in self.consent:
            for issue in self.ranks:
                before = None
                for day in sorted({p.span[1] for p in self._published(party, issue)}):
                    now = self.current(party, issue, day)
                    if now and now is not before:
                        if after < day <= to:
                            found.add(
                                (
                                    party,
                                    issue,
                                    _kind(before, now),
                                    day,
                                    before and before.id,
                                    now.id,
                                )
                            )
                        before = now
        return found

    def last_move(self, party: str, issue: str, after: date, to: date) -> str | None:
        """Return the kind of the last move of a cell in a period, or None."""
        found = [
            (day, kind) for p, i, kind, day, *_ in self.moves(after, to) if (p, i) == (party, issue)
        ]
        return max(found)[1] if found else None

    def _published(self, party: str, issue: str) -> list[Said]:
        cell = (party, issue)
        return [
            p
            for p in self.positions.values()
            if p.status == "published" and (p.party, p.issue) == cell
        ]

    def _preferred(self, party: str, issue: str, day: date) -> str | None:
        now = self.current(party, issue, day)
        return next((o for o, a in now.attitudes.items() if a == "prefers"), None) if now else None

    def _likeness(self, issue: str, a: str, b: str) -> Fraction:
        scale = {
            o: Fraction(str(rank)) for o, rank in self.ranks[issue].items() if rank is not None
        }
        if a == b or not scale:
            return Fraction(a == b)
        ends = [rank for o, rank in scale.items() if (issue, o) not in self.retired or o in (a, b)]
        return 1 - abs(scale[a] - scale[b]) / (max(ends) - min(ends))


def period(text: str) -> tuple[date, date]:
    """Return the first and the last day of a day, a month or a year."""
    year, month, day = (*map(int, text.split("-")), 0, 0)[:3]
    last = calendar.monthrange(year, month or 12)[1]
    return date(year, month or 1, day or 1), date(year, month or 12, day or last)


def named_by(quotes: list[Words]) -> str | None:
    """Return the date that replaces a missing `stated_on`."""
    if said := [q.said_on for q in quotes if q.said_on]:
        return max(said, key=lambda text: (period(text)[1], len(text)))
    return min(
        (q.published_on for q in quotes if q.published_on),
        key=lambda text: period(text)[1],
        default=None,
    )


def span(stated_on: str, quotes: list[Words]) -> tuple[date, date] | None:
    """Return `stated_from` and `stated_by`, or None if a quote begins only later."""
    first, last = period(stated_on)
    bounds = []
    for q in quotes:
        begin, end = period(q.said_on or stated_on)
        out = period(q.published_on)[1] if q.published_on else end
        bounds.append(out if begin <= out < end else end)
    by = max(first, min(last, max(bounds)))
    return None if any(q.said_on and period(q.said_on)[0] > by for q in quotes) else (first, by)


def _overlap(one: tuple[date, date], other: tuple[date, date]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _kind(before: Said | None, now: Said) -> str:
    if before is None or before.hearsay:
        return "new"
    if "withdraws" in (before.act, now.act) and before.act != now.act == "withdraws":
        return "withdrawn"
    if (before.attitudes, before.conditions) != (now.attitudes, now.conditions):
        return "moved"
    firmness = (before.firmness, now.firmness)
    if len({*firmness}) == 1 or "unclear" in firmness or "withdraws" in (before.act, now.act):
        return "restated"
    was, has_become = map(HARDEST_FIRST.index, firmness)
    return "hardened" if has_become < was else "softened"
