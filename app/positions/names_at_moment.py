"""Look up what the ids in positions' documents referred to at one moment."""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

from sqlalchemy import CompoundSelect, Select, any_, bindparam, literal, select, union_all
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import among
from app.db.prepared import Prepared
from app.log.reader import AT, NUMBERS, Moment, Snapshot, held_of_kinds, list_held
from app.log.recall import recall
from app.models.issue import Issue, Option
from app.models.log import ObjectPeriod
from app.models.negotiation import Negotiation, Party
from app.models.source import QuoteCheck
from app.negotiations.code_book import CodeBook, code_books, option_order
from app.positions.views import PositionView, SourceView

BYTES_OF_ORIGIN = 700  # in memory
MOST_SOURCES = 10_000  # the most kept in memory while very many positions are read


class CheckAtMoment(NamedTuple):
    """The result of checking a quote against the text of its source."""

    quote_id: int
    verification: str
    prefix: str | None
    suffix: str | None
    start: int | None
    end: int | None
    segments: list[list[int]] | None
    fragment: str | None
    page: int | None

    @classmethod
    def of(cls, row: QuoteCheck) -> Self:
        """Copy the result out of a row of the database."""
        return cls(*(getattr(row, name) for name in cls._fields))


@dataclass(frozen=True, slots=True)
class NamesAtMoment:
    """What has been looked up so far, by id.

    Everything is as of one moment, except slugs, which never change.
    """

    negotiations: dict[int, str] = field(default_factory=dict)
    parties: dict[int, str] = field(default_factory=dict)
    issues: dict[int, str] = field(default_factory=dict)
    # The place of each option among those of its issue, to sort by, and its slug.
    options: dict[int, tuple[int, str]] = field(default_factory=dict)
    speakers: dict[int, str | None] = field(default_factory=dict)
    sources: dict[int, SourceView] = field(default_factory=dict)
    checks: dict[int, CheckAtMoment] = field(default_factory=dict)

    def add_code_book(self, book: CodeBook) -> None:
        """Take over what a code book of the same moment names."""
        self.negotiations[book.negotiation.id] = book.negotiation["slug"]
        self.parties.update(book.party_slugs())
        for issue in book.issues:
            self.issues[issue.id] = issue["slug"]
            for place, option in enumerate(book.options[issue.id]):
                self.options[option.id] = (place, option["slug"])


async def learn(
    session: AsyncSession,
    at: Moment,
    names: NamesAtMoment,
    documents: Sequence[Mapping[str, Any]],
    quotes: Sequence[Mapping[str, Any]],
) -> None:
    """Add to `names` what these documents and quotes refer to and what it does not have yet.

    `names` then has the checks of these quotes alone, so that it stays small however many positions
    are read one after the other.
    """
    negotiations = {d["negotiation_id"] for d in documents} - names.negotiations.keys()
    for book in (await code_books(session, at, negotiations)).values():
        names.add_code_book(book)
    negotiations -= names.negotiations.keys()
    parties = {d["party_id"] for d in documents} | {q["party_id"] for q in quotes}
    parties -= names.parties.keys() | {None}
    issues = {d["issue_id"] for d in documents} | {
        link["issue_id"] for d in documents for link in d["links"]
    }
    issues -= names.issues.keys()
    if negotiations or parties or issues:
        found = await slugs(session, negotiations, parties, issues)
        for known, new in zip(
            (names.negotiations, names.parties, names.issues), found, strict=True
        ):
            known.update(new)
    if issues:
        ours = select(Option.id).where(among(Option.issue_id, issues))
        options = await list_held(
            session, at, ObjectPeriod.kind == "option", ObjectPeriod.object_id.in_(ours)
        )
        names.options.update(
            {o.id: (i, o["slug"]) for i, o in enumerate(sorted(options, key=option_order))}
        )
    speakers, sources = ({q[key] for q in quotes} for key in ("speaker_id", "source_id"))
    await learn_speakers_and_sources(session, at, names, speakers, sources)
    checked = {q["id"] for q in quotes}
    for number in names.checks.keys() - checked:
        del names.checks[number]
    if missing := checked - names.checks.keys():
        names.checks.update(await checks_at(session, at, missing))


async def learn_speakers_and_sources(
    session: AsyncSession,
    at: Moment,
    names: NamesAtMoment,
    speakers: Set[int | None],
    sources: Set[int | None],
) -> None:
    """Add speakers and sources, by id, that `names` does not have yet.

    The process keeps how they read in one state.
    """
    if len(names.sources) > MOST_SOURCES:
        names.sources.clear()
    known = recall(session, at)
    learnt: dict[str, tuple[dict[int, Any], Iterable[int | None]]] = {
        "speaker": (names.speakers, speakers),
        "source": (names.sources, sources),
    }
    missing: dict[str, list[int]] = {}
    for kind, (seen, wanted) in learnt.items():
        for number in {n for n in wanted if n is not None} - seen.keys():
            kept: tuple[Any] | None = known.get("origin", kind, number)
            if kept is None:
                missing.setdefault(kind, []).append(number)
            else:
                [seen[number]] = kept
    if not missing:
        return
    for kind, held in (await held_of_kinds(session, at, missing)).items():
        for number, found in held.items():
            shown = found["name"] if kind == "speaker" else source_view(found)
            learnt[kind][0][number] = shown
            known.keep_state("origin", kind, number, value=(shown,), size=BYTES_OF_ORIGIN)


async def called(
    session: AsyncSession, at: Moment, known: Mapping[str, str], positions: Iterable[PositionView]
) -> dict[str, str]:
    """Return the names of parties by slug, including those of speakers whose party takes no part.

    `known` has those of the negotiation's parties.
    """
    said = {
        slug
        for p in positions
        for slug in (*p.attributed_by, *(q.speaker.party for q in p.quotes if q.speaker))
        if slug is not None
    }
    return {**known, **await party_names(session, at, said - known.keys())}


async def party_names(session: AsyncSession, at: Moment, slugs: Collection[str]) -> dict[str, str]:
    """Return the names of parties by slug, whether or not they take part in a negotiation."""
    if not slugs:
        return {}
    theirs = select(Party.id).where(Party.slug.in_(slugs))
    held = await list_held(
        session, at, ObjectPeriod.kind == "party", ObjectPeriod.object_id.in_(theirs)
    )
    return {s["slug"]: s["name"] for s in held}


def _slugs() -> CompoundSelect[*tuple[Any, ...]]:
    named = (("n", Negotiation, "negotiations"), ("p", Party, "parties"), ("i", Issue, "issues"))
    return union_all(
        *(
            select(literal(kind), entity.id, entity.slug).where(
                entity.id == any_(bindparam(name, type_=NUMBERS))
            )
            for kind, entity, name in named
        )
    )


SLUGS = Prepared(_slugs)


async def slugs(
    session: AsyncSession,
    negotiation_ids: Iterable[int],
    party_ids: Iterable[int | None],
    issue_ids: Iterable[int],
) -> tuple[dict[int, str], dict[int, str], dict[int, str]]:
    """Return the slugs of negotiations, parties and issues by id.

    Slugs never change, so the live rows are right for every moment.
    """
    rows = await SLUGS.all(
        session,
        negotiations=list(negotiation_ids),
        parties=[number for number in party_ids if number is not None],
        issues=list(issue_ids),
    )
    by_kind: dict[str, dict[int, str]] = {"n": {}, "p": {}, "i": {}}
    for kind, number, slug in rows:
        by_kind[kind][number] = slug
    return by_kind["n"], by_kind["p"], by_kind["i"]


def _checks() -> Select[*tuple[Any, ...]]:
    return (
        select(*(getattr(QuoteCheck, name) for name in CheckAtMoment._fields))
        .ext(distinct_on(QuoteCheck.quote_id))
        .where(
            QuoteCheck.quote_id == any_(bindparam("numbers", type_=NUMBERS)), QuoteCheck.seq <= AT
        )
        .order_by(QuoteCheck.quote_id, QuoteCheck.seq.desc())
    )


CHECKS = Prepared(_checks)


async def checks_at(
    session: AsyncSession, at: Moment, quote_ids: Iterable[int]
) -> dict[int, CheckAtMoment]:
    """Return the latest check of each quote up to a moment, by the id of the quote."""
    rows = await CHECKS.all(session, numbers=sorted(set(quote_ids)), at=at.seq)
    return {row[0]: CheckAtMoment(*row) for row in rows}


def source_view(source: Snapshot) -> SourceView:
    """Return what readers of a quote see of its source."""
    d = source.data
    return SourceView(
        source.id, d["uid"], d["url"], d["reference"], d["title"], d["publisher"], d["published_on"]
    )  # fmt: skip
