"""Count what became of proposals by proposer and run, and compare them with people's coding.

Nothing is a score: each figure says what was counted.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.account import Account
from app.models.issue import Option
from app.models.position import Position, PositionAttitude, PositionQuote
from app.models.proposal import Proposal, RefusedProposals
from app.models.source import Quote
from app.models.vocabulary import PositionStatus, ProposalKind, ProposalState
from app.positions.reliability import SILENT, VALUES, ac1, alpha
from app.proposals.refusals import ALL

MOST_GROUPS = 2_000  # proposers with their models and runs
MOST_WITH_AGREEMENT = 100  # of them; each takes a statement
MOST_COMPARED = 20_000  # positions and proposals of one proposer
NAMES = ("person", "tool", "model", "version", "run", "prompt_sha256")


@dataclass(slots=True)
class Figures:
    """What became of the proposals of one account by one person or run of a program."""

    account: str
    proposed_by: Mapping[str, str]
    taken: int = 0  # by the checks
    refused: int = 0
    refused_why: Counter[str] = field(default_factory=Counter)
    repeated: int = 0  # equal to one that was there before
    waiting: int = 0
    accepted: int = 0  # as they were
    mended: int = 0
    mended_in: Counter[str] = field(default_factory=Counter)
    rejected: int = 0
    rejected_why: Counter[str] = field(default_factory=Counter)
    withdrawn: int = 0  # by who proposed them
    agreement: "Agreement | None" = None

    @property
    def proposed(self) -> int:
        """All that was sent, refused or not."""
        return self.taken + self.refused


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far proposals agree with people's own coding of the same sources.

    Each option of each cell that either has coded from such a source is one value; where one of
    them has no position there, the value is "not stated".
    """

    sources: int
    cells: int
    values: int
    differ: int
    alpha: float | None
    ac1: float | None


async def figures(session: AsyncSession, *, agreement: bool = True) -> list[Figures]:
    """Return the figures of all proposers, those with most proposals first."""
    found: dict[tuple[str, bytes], Figures] = {}

    def of(account: str, by: Mapping[str, str]) -> Figures:
        key = (account, orjson.dumps(by, option=orjson.OPT_SORT_KEYS))
        return found.setdefault(key, Figures(account, by))

    for account, by, state, why, mended, repeated, n in await _taken(session):
        row = of(account, by)
        _count(row, (state, why, mended), n)
        row.repeated += n if repeated else 0
    for account, by, why, n in await _refused(session):
        row = of(account, by)
        if why == ALL:
            row.refused += n
        else:
            row.refused_why[why] += n
    rows = sorted(found.values(), key=lambda f: (-f.proposed, f.account))[:MOST_GROUPS]
    if agreement:
        people = await _coded_by_people(session)
        for row in rows[:MOST_WITH_AGREEMENT]:
            row.agreement = await _agreement(session, row, people)
    return rows


def _count(row: Figures, decision: tuple[str, str | None, Sequence[str] | None], n: int) -> None:
    state, why, mended = decision
    row.taken += n
    match state:
        case ProposalState.ACCEPTED if mended:
            row.mended += n
            row.mended_in.update(dict.fromkeys(mended, n))
        case ProposalState.ACCEPTED:
            row.accepted += n
        case ProposalState.REJECTED:
            row.rejected += n
            row.rejected_why[why or "other"] += n
        case ProposalState.WITHDRAWN:
            row.withdrawn += n
        case _:
            row.waiting += n


async def _taken(session: AsyncSession) -> Sequence[Any]:
    repeated = Proposal.same_as_id.is_not(None)
    columns = (
        Proposal.by,
        Proposal.proposed_by,
        Proposal.state,
        Proposal.why,
        Proposal.mended,
        repeated,
    )
    return (
        await session.execute(select(*columns, func.count()).group_by(*columns).limit(50_000))
    ).all()


async def _refused(session: AsyncSession) -> Sequence[Any]:
    wanted = select(
        Account.name, RefusedProposals.proposed_by, RefusedProposals.why, RefusedProposals.n
    ).join(Account, Account.id == RefusedProposals.account_id)
    return (await session.execute(wanted.limit(50_000))).all()


# A cell as coded from one source: the source, the party, the issue.
Unit = tuple[int, int, int]
Coding = Mapping[int, str]  # attitude by option


@dataclass(frozen=True, slots=True)
class _People:
    """What people have coded by themselves, and the options of each issue."""

    codings: Mapping[Unit, Coding]
    options: Mapping[int, Sequence[tuple[int, str]]]  # id and slug, by issue

    @property
    def sources(self) -> set[int]:
        return {source for source, _, _ in self.codings}


async def _coded_by_people(session: AsyncSession) -> _People:
    """Return the newest attitudes of each cell by source, but of what came from proposals."""
    proposed = (
        select(Proposal.position_id)
        .where(Proposal.state == ProposalState.ACCEPTED, Proposal.position_id.is_not(None))
        .where(Proposal.kind == ProposalKind.POSITION)
    )
    wanted = (
        select(
            Quote.source_id, Position.party_id, Position.issue_id,
            func.array_agg(PositionAttitude.option_id), func.array_agg(PositionAttitude.attitude),
        )
        .select_from(Position)
        .join(PositionQuote, PositionQuote.position_id == Position.id)
        .join(Quote, Quote.id == PositionQuote.quote_id)
        .outerjoin(PositionAttitude, PositionAttitude.position_id == Position.id)
        .where(
            Position.status == PositionStatus.PUBLISHED,
            Position.id.not_in(proposed),
            Quote.source_id.in_(select(func.unnest(Proposal.source_ids))),
        )
        .group_by(Position.id, Quote.source_id)
        .order_by(Position.id)
        .limit(MOST_COMPARED)
    )  # fmt: skip
    codings: dict[Unit, Coding] = {}
    for source, party, issue, options, attitudes in await session.execute(wanted):
        pairs = zip(options, attitudes, strict=True)
        codings[source, party, issue] = {o: a for o, a in pairs if o is not None}
    rows = await session.execute(
        select(Option.issue_id, Option.id, Option.slug)
        .where(Option.retired.is_(False))
        .order_by(Option.id)
    )
    options_of: dict[int, list[tuple[int, str]]] = {}
    for issue, number, slug in rows:
        options_of.setdefault(issue, []).append((number, slug))
    return _People(codings, options_of)


async def _agreement(session: AsyncSession, row: Figures, people: _People) -> Agreement | None:
    wanted = (
        select(Proposal.source_ids, Proposal.party_id, Proposal.issue_id, Proposal.request)
        .where(
            Proposal.by == row.account,
            Proposal.proposed_by == dict(row.proposed_by),
            Proposal.kind == ProposalKind.POSITION,
            Proposal.request.is_not(None),
        )
        .order_by(Proposal.id)
        .limit(MOST_COMPARED)
    )
    proposed: dict[Unit, Coding] = {}
    for sources, party, issue, request in await session.execute(wanted):
        if party is None or issue is None:
            continue
        by_slug = {slug: number for number, slug in people.options.get(issue, ())}
        said = (request or {})["position"].get("attitudes") or {}
        coding = {by_slug[s]: str(a) for s, a in said.items() if s in by_slug}
        for source in sources:
            proposed[source, party, issue] = coding
    return compare(proposed, people.codings, people.options)


def compare(
    proposed: Mapping[Unit, Coding],
    coded: Mapping[Unit, Coding],
    options: Mapping[int, Sequence[tuple[int, str]]],
) -> Agreement | None:
    """Compare two codings of the sources that both have read; None if there are none."""
    sources = {unit[0] for unit in proposed} & {unit[0] for unit in coded}
    units = sorted(u for u in proposed.keys() | coded.keys() if u[0] in sources)
    if not units:
        return None
    counts = [
        [pair.count(value) for value in VALUES]
        for unit in units
        for number, _ in options.get(unit[2], ())
        for pair in [[(one.get(unit) or {}).get(number, SILENT) for one in (proposed, coded)]]
    ]
    differ = sum(1 for row in counts if max(row) < sum(row))
    return Agreement(len(sources), len(units), len(counts), differ, alpha(counts), ac1(counts))


def as_json(row: Figures) -> dict[str, Any]:
    """Return figures as the API shows them."""
    found = row.agreement
    return {
        "account": row.account,
        "proposed_by": row.proposed_by,
        "proposed": row.proposed,
        "refused": row.refused,
        "refused_why": dict(sorted(row.refused_why.items())),
        "repeated": row.repeated,
        "waiting": row.waiting,
        "accepted": row.accepted,
        "mended": row.mended,
        "mended_in": dict(sorted(row.mended_in.items())),
        "rejected": row.rejected,
        "rejected_why": dict(sorted(row.rejected_why.items())),
        "withdrawn": row.withdrawn,
        "agreement": found
        and {
            "sources": found.sources,
            "cells": found.cells,
            "values": found.values,
            "differ": found.differ,
            "alpha": rounded(found.alpha),
            "ac1": rounded(found.ac1),
        },
    }


def rounded(value: float | None) -> float | None:
    """Return a coefficient with three decimals."""
    return None if value is None else round(value, 3)


COLUMNS = (
    "account", *NAMES, "proposed", "refused", "refused_why", "repeated", "waiting", "accepted",
    "mended", "mended_in", "rejected", "rejected_why", "compared_sources", "compared_cells",
    "compared_values", "differ", "alpha", "ac1", "withdrawn",
)  # fmt: skip


def as_row(row: Figures) -> list[Any]:
    """Return figures as a row of CSV."""
    said, found = as_json(row), as_json(row)["agreement"] or {}
    return [
        row.account,
        *(row.proposed_by.get(name) for name in NAMES),
        *(said[n] for n in ("proposed", "refused")),
        listed(row.refused_why.items()),
        *(said[n] for n in ("repeated", "waiting", "accepted", "mended")),
        listed(row.mended_in.items()),
        said["rejected"],
        listed(row.rejected_why.items()),
        *(found.get(n) for n in ("sources", "cells", "values", "differ", "alpha", "ac1")),
        said["withdrawn"],
    ]


def listed(counts: Iterable[tuple[str, int]]) -> str:
    """Return counts in one cell: "quote_absent 3; option 1", the most frequent first."""
    ordered = sorted(counts, key=lambda pair: (-pair[1], pair[0]))
    return "; ".join(f"{name} {n}" for name, n in ordered)
