"""Look up objects as they were after each commit of a page of the log, loaded in one go."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import among
from app.log.reader import REVISION, Snapshot
from app.models.issue import Option
from app.models.log import Commit, ObjectPeriod, QuoteUse, Revision
from app.models.source import QuoteCheck
from app.negotiations.code_book import merged_into, option_order
from app.positions.names_at_moment import CheckAtMoment, NamesAtMoment, slugs, source_view


@dataclass(frozen=True, slots=True)
class Wanted:
    """Ids of the objects that a page's snapshots refer to."""

    negotiations: set[int] = field(default_factory=set)
    parties: set[int | None] = field(default_factory=set)
    issues: set[int] = field(default_factory=set)
    speakers: set[int | None] = field(default_factory=set)
    sources: set[int] = field(default_factory=set)
    quotes: set[int] = field(default_factory=set)

    def add(self, s: Snapshot, negotiation_id: int | None) -> None:
        """Add the ids that one snapshot refers to."""
        if negotiation_id is not None:
            self.negotiations.add(negotiation_id)
        if s.kind == "issue":
            self.issues.add(s.id)
        if s.kind == "participation":
            self.parties.add(merged_into(s))
        self.add_document(s.data)

    def add_document(self, d: Mapping[str, Any]) -> None:
        """Add the ids that one snapshot's document refers to."""
        self.parties.add(d.get("party_id"))
        self.issues.update(
            i for i in [d.get("issue_id"), *(link["issue_id"] for link in d.get("links", ()))] if i
        )
        self.quotes.update(check["quote"] for check in d.get("checks", ()))
        for q in d.get("quotes", ()):
            self.quotes.add(q["id"])
            self.sources.add(q["source_id"])
            self.speakers.add(q["speaker_id"])
            self.parties.add(q["party_id"])


class Then:
    """Objects, checks and slugs as they were after a given commit."""

    def __init__(
        self,
        names: tuple[dict[int, str], dict[int, str], dict[int, str]],
        held: Iterable[tuple[int, int, Snapshot]],
        checks: Iterable[QuoteCheck],
        public_since: Mapping[int, int],
    ) -> None:
        self.negotiations, self.parties, self.issues = names
        self.public_since = public_since
        self._held: dict[tuple[str, int], list[tuple[int, int, Snapshot]]] = defaultdict(list)
        self._options: dict[int, set[int]] = defaultdict(set)
        self._checks: dict[int, list[QuoteCheck]] = defaultdict(list)
        for seq_from, seq_to, s in held:
            self._held[s.kind, s.id].append((seq_from, seq_to, s))
            if s.kind == "option":
                self._options[s["issue_id"]].add(s.id)
        for check in checks:  # ascending
            self._checks[check.quote_id].append(check)

    def get(self, kind: str, number: int, seq: int) -> Snapshot:
        """Return an object as it was after a commit; it must have existed."""
        return next(s for first, end, s in self._held[kind, number] if first <= seq < end)

    def all(self, kind: str, numbers: Iterable[int | None], seq: int) -> dict[int, Snapshot]:
        """Return those of the objects that existed after a commit, by id."""
        held = [
            s
            for n in numbers
            if n is not None
            for first, end, s in self._held[kind, n]
            if first <= seq < end
        ]
        return {s.id: s for s in held}

    def options(self, issue_ids: Iterable[int], seq: int) -> list[Snapshot]:
        """Return the options of these issues, in their order."""
        numbers = {n for issue in issue_ids for n in self._options[issue]}
        return sorted(self.all("option", numbers, seq).values(), key=option_order)

    def check(self, quote_id: int, seq: int) -> QuoteCheck | None:
        """Return the last check of a quote up to a commit, or None."""
        checks = self._checks[quote_id]
        place = bisect_right(checks, seq, key=lambda c: c.seq)
        return checks[place - 1] if place else None

    def names(self, documents: Sequence[Mapping[str, Any]], seq: int) -> NamesAtMoment:
        """Return the slugs, names and checks that these positions refer to, as after a commit."""
        wanted = Wanted()
        for d in documents:
            wanted.add_document(d)
        checks = {q: self.check(q, seq) for q in wanted.quotes}
        return NamesAtMoment(
            negotiations=self.negotiations,
            parties=self.parties,
            issues=self.issues,
            options={o.id: (i, o["slug"]) for i, o in enumerate(self.options(wanted.issues, seq))},
            speakers={i: s["name"] for i, s in self.all("speaker", wanted.speakers, seq).items()},
            sources={i: source_view(s) for i, s in self.all("source", wanted.sources, seq).items()},
            checks={q: CheckAtMoment.of(c) for q, c in checks.items() if c is not None},
        )


async def load_then(session: AsyncSession, wanted: Wanted, low: int, high: int) -> Then:
    """Load what is wanted as it was after any commit from `low` to `high`, in four statements."""
    ours = select(Option.id).where(among(Option.issue_id, wanted.issues))
    one_of_ours = or_(
        and_(ObjectPeriod.kind == "party", among(ObjectPeriod.object_id, wanted.parties)),
        and_(ObjectPeriod.kind == "speaker", among(ObjectPeriod.object_id, wanted.speakers)),
        and_(ObjectPeriod.kind == "source", among(ObjectPeriod.object_id, wanted.sources)),
        and_(ObjectPeriod.kind == "option", ObjectPeriod.object_id.in_(ours)),
    )
    held = await session.execute(
        select(ObjectPeriod.seq_from, ObjectPeriod.seq_to, *REVISION)
        .join(Revision, and_(Revision.seq == ObjectPeriod.seq_from, Revision.n == ObjectPeriod.n))
        .join(Commit, Commit.seq == ObjectPeriod.seq_from)
        .where(one_of_ours, ObjectPeriod.seq_from <= high, ObjectPeriod.seq_to > low)
    )
    checks = await session.scalars(
        select(QuoteCheck)
        .where(among(QuoteCheck.quote_id, wanted.quotes), QuoteCheck.seq <= high)
        .order_by(QuoteCheck.quote_id, QuoteCheck.seq)
    )
    uses = await session.execute(
        select(QuoteUse.quote_id, QuoteUse.seq)
        .where(among(QuoteUse.quote_id, wanted.quotes), QuoteUse.seq <= high)
        .order_by(QuoteUse.seq.desc())
    )
    return Then(
        await slugs(session, wanted.negotiations, wanted.parties, wanted.issues),
        [(row[0], row[1], Snapshot(*row[2:])) for row in held if row[-1] is not None],
        checks,
        {quote: seq for quote, seq in uses},  # the first use comes last
    )
