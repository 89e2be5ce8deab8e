"""Read code books, which the process keeps, and show what they hold to readers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import ColumnElement, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import NotFound, bad_parameter
from app.db.engine import among
from app.log.documents import (
    IssueDocument,
    NegotiationDocument,
    OptionDocument,
    ParticipationDocument,
    PartyDocument,
)
from app.log.reader import Moment, Snapshot, select_held
from app.log.recall import recall
from app.models.log import ObjectPeriod
from app.models.negotiation import Negotiation, Participation
from app.negotiations.views import IssueView, NegotiationView, OptionView, PartyView

BYTES_OF_OBJECT = 3_000  # what an object of a code book takes in memory, with its view
CODE_BOOK = ("negotiation", "participation", "issue", "option")


@dataclass(frozen=True)
class CodeBook:
    """One negotiation as known at a moment, without positions and looks.

    Participations, issues and the options of each issue are in their order.
    """

    negotiation: Snapshot[NegotiationDocument]
    participations: list[Snapshot[ParticipationDocument]]
    parties: dict[int, Snapshot[PartyDocument]]
    issues: list[Snapshot[IssueDocument]]
    options: dict[int, list[Snapshot[OptionDocument]]]  # by issue

    @cached_property
    def party_views(self) -> list[PartyView]:
        """The parties with their parts in the negotiation, in its order."""
        slugs = self.party_slugs()
        return [
            party_view(s, self.parties[s.data["party_id"]], slugs.get(merged_into(s) or 0))
            for s in self.participations
        ]

    @cached_property
    def issue_views(self) -> list[IssueView]:
        """The issues with their options, in the negotiation's order."""
        return [issue_view(s, self.options[s.id]) for s in self.issues]

    @cached_property
    def party_ids(self) -> dict[str, int]:
        """The ids of the parties by slug."""
        return {p.data["slug"]: id_ for id_, p in self.parties.items()}

    @cached_property
    def issue_ids(self) -> dict[str, int]:
        """The ids of the issues by slug."""
        return {issue.data["slug"]: issue.id for issue in self.issues}

    @cached_property
    def option_ids(self) -> dict[str, int]:
        """The ids of the options by `issue/option`."""
        return {
            f"{issue.data['slug']}/{option.data['slug']}": option.id
            for issue in self.issues
            for option in self.options[issue.id]
        }

    def party_slugs(self) -> dict[int, str]:
        """Return the slugs of the parties by id."""
        return {id_: p.data["slug"] for id_, p in self.parties.items()}

    @property
    def size(self) -> int:
        """How many objects it holds."""
        return (
            1
            + len(self.participations)
            + len(self.parties)
            + len(self.issues)
            + sum(len(options) for options in self.options.values())
        )

    def party_names(self) -> dict[str, str]:
        """Return the names of the parties by slug."""
        return {p.data["slug"]: p.data["name"] for p in self.parties.values()}


async def code_book(session: AsyncSession, at: Moment, slug: str) -> CodeBook:
    """Return a negotiation without its positions and looks.

    Raise NotFound if it did not exist at that moment. The process keeps what it has read: at most
    one SQL statement.
    """
    found: CodeBook | None = recall(session, at).get("code book", slug)
    if found is None:
        books = await _read_code_books(session, at, Negotiation.slug == slug)
        if not books:
            raise NotFound(
                f"There is no negotiation {slug!r}" + (" at that instant." if at.pinned else ".")
            )
        [found] = books
    return found


async def code_books(
    session: AsyncSession, at: Moment, numbers: Iterable[int]
) -> dict[int, CodeBook]:
    """Return the code books of negotiations by number, with one statement for all not kept."""
    known = recall(session, at)
    found = {n: book for n in set(numbers) if (book := known.get("code book", n))}
    if missing := set(numbers) - found.keys():
        read = await _read_code_books(session, at, among(Negotiation.id, missing))
        found |= {book.negotiation.id: book for book in read}
    return found


async def _read_code_books(
    session: AsyncSession, at: Moment, which: ColumnElement[bool]
) -> list[CodeBook]:
    # Slugs never change and participations are never deleted: the live rows have the numbers of
    # every moment.
    numbers = select(Negotiation.id).where(which)
    taking_part = select(Participation.party_id).where(Participation.negotiation_id.in_(numbers))
    rows = await session.execute(
        union_all(
            select_held(at)
            .order_by(None)
            .where(ObjectPeriod.negotiation_id.in_(numbers), ObjectPeriod.kind.in_(CODE_BOOK)),
            select_held(at)
            .order_by(None)
            .where(ObjectPeriod.kind == "party", ObjectPeriod.object_id.in_(taking_part)),
        )
    )
    held_then = sorted((Snapshot(*row) for row in rows if row[-1] is not None), key=lambda s: s.id)
    known, books = recall(session, at), _part(held_then)
    for book in books:
        for name in (book.negotiation.id, book.negotiation["slug"]):
            known.keep_state("code book", name, value=book, size=BYTES_OF_OBJECT * book.size // 2)
    return books


def _part(objects: Sequence[Snapshot]) -> list[CodeBook]:
    """Part the objects of code books by negotiation."""
    parties = {s.id: s for s in objects if s.kind == "party"}
    participations: dict[int, list[Snapshot]] = {}
    issues: dict[int, list[Snapshot]] = {}
    options: dict[int, list[Snapshot]] = {}
    for each in objects:
        if each.kind == "participation":
            participations.setdefault(each["negotiation_id"], []).append(each)
        elif each.kind == "issue":
            issues.setdefault(each["negotiation_id"], []).append(each)
        elif each.kind == "option":
            options.setdefault(each["issue_id"], []).append(each)

    def in_order(some: list[Snapshot]) -> list[Snapshot]:
        return sorted(some, key=lambda s: (s["ordinal"], s.id))

    books = []
    for negotiation in (s for s in objects if s.kind == "negotiation"):
        ours = in_order(participations.get(negotiation.id, []))
        own_issues = in_order(issues.get(negotiation.id, []))
        books.append(
            CodeBook(
                negotiation,
                ours,
                {
                    p.id: p
                    for p in sorted((parties[s["party_id"]] for s in ours), key=lambda p: p.id)
                },
                own_issues,
                {i.id: sorted(options.get(i.id, []), key=option_order) for i in own_issues},
            )
        )
    return books


def option_order(option: Snapshot[OptionDocument]) -> tuple[bool, float, int]:
    """Return the sort key of options: by rank, those without a rank last, then by id."""
    rank = option.data["rank"]
    return (rank is None, rank or 0.0, option.id)


def negotiation_view(s: Snapshot[NegotiationDocument]) -> NegotiationView:
    """Return a negotiation as readers see it."""
    d = s.data
    return NegotiationView(
        slug=d["slug"],
        title=d["title"],
        summary=d["summary"],
        status=d["status"],
        coded_through=d["coded_through"],
        licence=d["licence"],
        contact=d["contact"],
        method=d["method"],
        review=d["review"],
        invented=is_invented(s),
    )


def is_invented(negotiation: Snapshot[NegotiationDocument]) -> bool:
    """Tell whether a negotiation is made up for practice; older log entries lack this field."""
    return negotiation.data.get("invented", False)


def party_view(
    participation: Snapshot[ParticipationDocument],
    party: Snapshot[PartyDocument],
    merged_into: str | None = None,
) -> PartyView:
    """Return a party with its participation as readers see it."""
    part, d = participation.data, party.data
    return PartyView(
        slug=d["slug"],
        name=d["name"],
        short_name=d["short_name"],
        kind=d["kind"],
        aliases=d["aliases"],
        wikidata_id=d["wikidata_id"],
        role=part["role"],
        consent_required=part["consent_required"],
        order=part["ordinal"],
        merged_into=merged_into,
    )


def check_slugs(
    book: CodeBook, parties: Iterable[str], issues: Iterable[str], *, by_path: bool = False
) -> None:
    """Raise Invalid for a party or issue that the negotiation does not have.

    NotFound if the path of the address names them.
    """
    asked = (("party", parties, book.party_ids), ("issue", issues, book.issue_ids))
    for name, slugs, there in asked:
        for slug in slugs:
            if slug not in there:
                said = f"there is no {name} {slug!r} in this negotiation"
                raise NotFound(f"T{said[1:]}.") if by_path else bad_parameter(name, said)


def party_views(book: CodeBook) -> list[PartyView]:
    """Return all parties of a negotiation in their order."""
    return book.party_views


def issue_views(book: CodeBook) -> list[IssueView]:
    """Return all issues of a negotiation in their order."""
    return book.issue_views


def merged_into(participation: Snapshot[ParticipationDocument]) -> int | None:
    """Return the id of the party that it was merged into, or None."""
    return participation.data.get("merged_into_id")


def issue_view(
    issue: Snapshot[IssueDocument], options: Sequence[Snapshot[OptionDocument]]
) -> IssueView:
    """Return an issue with its options as readers see it."""
    slugs = {o.id: o.data["slug"] for o in options}
    d = issue.data
    return IssueView(
        slug=d["slug"],
        title=d["title"],
        question=d["question"],
        group=d["group"],
        ordered=d["ordered"],
        notes=d["notes"],
        order=d["ordinal"],
        options=[option_view(o, slugs.get(o.data["merged_into_id"] or 0)) for o in options],
    )


def titles_of(issues: Sequence[IssueView]) -> dict[str, str]:
    """Return the names that readers see: titles by slug of issue, labels by `issue/option`."""
    labels = {f"{i.slug}/{o.slug}": o.label for i in issues for o in i.options}
    return labels | {i.slug: i.title for i in issues}


def option_view(o: Snapshot[OptionDocument], merged_into: str | None) -> OptionView:
    """Return an option as readers see it."""
    d = o.data
    return OptionView(
        d["slug"], d["label"], plain_rank(d["rank"]), d["status_quo"], d["retired"], merged_into
    )


def plain_rank(rank: float | None) -> float | int | None:
    """Return a rank as people write it: 2, not 2.0."""
    return int(rank) if rank is not None and rank == int(rank) else rank
