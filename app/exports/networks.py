"""Write tables and graphs for models: agreement of parties, and their places on ordered issues."""

import re
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from itertools import combinations
from typing import Any

from anyio import to_thread
from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis.agreement import IssueScale, Pair, compare
from app.core.gently import gently
from app.core.xml_text import xml_text
from app.exports.columns import guarded
from app.exports.csv_export import write_rows
from app.exports.selection import Selection, windows
from app.matrix.build import stand_of
from app.matrix.grid import IssueView
from app.negotiations.views import OptionView, PartyView
from app.positions.phrases import only_if

AT_ONCE = 2_000  # pairs in one piece of a file
EDGE_COLUMNS = ("party", "party_name", "other", "other_name", "agreement", "issues")
# The graph carries its own explanation, since its readers do not see this page.
EDGES = {
    "edges": "An edge joins two parties whose agreement is above 0. Its weight is that agreement,"
    " from 0 to 1, greater is nearer; issues is the number of issues that it rests on. Pairs with"
    " agreement 0, or without an issue on which both prefer an option, have no edge; edges.csv"
    " lists every pair."
}
EDGE = re.compile(r"^ *<edge .*</edge>\n", re.MULTILINE | re.DOTALL)
# The values of an edge: those of the two attributes that name its ends, and of its data.
VALUES = re.compile(r'(?<=source=")[^"]*|(?<=target=")[^"]*|(?<=>)[^<\s]+(?=</data>)')
BARGAINING_COLUMNS = (
    "party", "party_name", "issue", "issue_title", "position", "salience",
    "option", "option_label", "rank", "firmness", "condition",
    "attributed", "attributed_by_names", "inferred", "stated_by", "position_id",
)  # fmt: skip


@dataclass(slots=True)
class Held:
    """Hold what the shown parties prefer as of the day: small, however many positions there are.

    `preferred` and `facts` have the key (party, issue): the option's slug, and columns of its
    position.
    """

    issues: list[IssueView] = field(default_factory=list)
    preferred: dict[tuple[str, str], str] = field(default_factory=dict)
    facts: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)


async def read_held(session: AsyncSession, chosen: Selection, now: datetime) -> Held:
    """Read the preferred options of the chosen cells, window by window."""
    held = Held()
    async for window in windows(session, chosen, now=now):
        async for row in gently(window.grid.rows):
            held.issues.append(row.issue)
            for cell in row.cells:
                option = stand_of(cell.position).preferred if cell and cell.position else None
                if cell and cell.position and option:
                    at, p = (cell.party, cell.issue), cell.position
                    held.preferred[at] = option
                    held.facts[at] = {
                        n: getattr(p, n) for n in ("salience", "firmness", "stated_by")
                    } | {
                        "position_id": p.id,
                        "condition": only_if(p.conditions[option])
                        if option in p.conditions
                        else None,
                        "attributed": bool(p.attributed_by),
                        "attributed_by_names": "; ".join(
                            window.names[slug] for slug in p.attributed_by
                        ),
                        "inferred": option in p.inferred,
                    }
    return held


def pairs_of(parties: Sequence[PartyView], held: Held) -> Iterator[Pair]:
    """Give the agreement of every pair of these parties (`docs/rules.md#agreement`)."""
    scales = [IssueScale.of(issue) for issue in held.issues]
    return compare(combinations([p.slug for p in parties], 2), scales, held.preferred)


async def export_edges(
    session: AsyncSession, chosen: Selection, now: datetime
) -> AsyncGenerator[bytes]:
    """Yield a CSV of every pair, also of those that have no issue in common."""
    held = await read_held(session, chosen, now)
    names = chosen.names
    yield write_rows([EDGE_COLUMNS], guarded)
    rows: list[list[Any]] = []
    async for pair in gently(pairs_of(chosen.matrix.grid.parties, held)):
        one, other = pair.parties
        rows.append([one, names[one], other, names[other], pair.agreement, pair.issues])
        if len(rows) >= AT_ONCE:
            yield write_rows(rows, guarded)
            rows = []
    yield write_rows(rows, guarded)


async def export_graphml(
    session: AsyncSession, chosen: Selection, now: datetime
) -> AsyncGenerator[bytes]:
    """Yield a GraphML graph with an edge for each pair whose agreement is above 0.

    Readers of GraphML refuse edges of weight 0. The edges are written while they are computed.
    """
    parties = chosen.matrix.grid.parties
    held = await read_held(session, chosen, now)
    meta = {
        name: xml_text(str(value))
        for name, value in chosen.meta().items()
        if name != "filters" and value
    }
    counts = Counter(pairs_without_agreement=0, pairs_without_common_issue=0)
    frame: Frame | None = None
    edges: list[Pair] = []
    async for pair in gently(pairs_of(parties, held)):
        counts["pairs_without_agreement"] += pair.agreement == 0
        counts["pairs_without_common_issue"] += pair.agreement is None
        if pair.agreement:
            edges.append(pair)
        if len(edges) >= AT_ONCE:
            if frame is None:
                frame = await to_thread.run_sync(_frame, parties, meta, counts, True)
                yield frame.before
            yield frame.write(edges)
            edges = []
    last = await to_thread.run_sync(_frame, parties, meta, counts, bool(frame or edges))
    if frame is None:
        yield last.before
    yield last.write(edges)
    yield last.after


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands before and after the edges of a graph, and how an edge is written."""

    before: bytes
    edge: str
    after: bytes

    def write(self, pairs: Sequence[Pair]) -> bytes:
        """Write the edges of these pairs."""
        return "".join(
            self.edge.format(*pair.parties, pair.agreement, pair.agreement, pair.issues)
            for pair in pairs
        ).encode()


def _frame(
    parties: Sequence[PartyView], meta: Mapping[str, str], counts: Mapping[str, int], edges: bool
) -> Frame:
    """Let networkx write the graph with a single edge in place of all, if there are any."""
    import networkx  # here, since it takes as long to load as everything else together

    graph = networkx.Graph(**meta, **EDGES, **counts)
    shared = {name for name, times in Counter(p.name for p in parties).items() if times > 1}
    for p in parties:
        # igraph identifies vertices by their name, so it has to be unique.
        name = f"{p.name} ({p.slug})" if p.name in shared else p.name
        graph.add_node(
            p.slug, name=xml_text(name), role=p.role, consent_required=p.consent_required
        )
    if edges:
        graph.add_edge(parties[0].slug, parties[1].slug, weight=0.5, agreement=0.5, issues=1)
    written = "\n".join(networkx.generate_graphml(graph)) + "\n"
    found = EDGE.search(written)
    if found is None:
        return Frame(written.encode(), "", b"")
    edge = VALUES.sub("{}", found[0])
    return Frame(written[: found.start()].encode(), edge, written[found.end() :].encode())


def places(
    issue: IssueView, chosen: Mapping[str, str]
) -> dict[str, tuple[OptionView, float, float]]:
    """Place the preferred options on the issue's scale: option, rank, and 0 to 100, by party.

    Empty if the issue is no scale: not ordered, or fewer than two ranks. The scale runs over the
    options that are not retired and those that one of these parties still prefers.
    """
    options = {o.slug: o for o in issue.options if not o.retired or o.slug in chosen.values()}
    ranks = {slug: Fraction(str(o.rank)) for slug, o in options.items() if o.rank is not None}
    if not issue.ordered or len(set(ranks.values())) < 2:
        return {}
    least, span = min(ranks.values()), max(ranks.values()) - min(ranks.values())
    return {
        party: (
            options[slug],
            options[slug].rank or 0,
            float(round(100 * (ranks[slug] - least) / span, 3)),
        )
        for party, slug in chosen.items()
        if slug in ranks
    }


async def export_bargaining(
    session: AsyncSession, chosen: Selection, now: datetime
) -> AsyncGenerator[bytes]:
    """Yield a CSV of party, issue, position and salience; issues without a scale are left out."""
    held = await read_held(session, chosen, now)
    names = chosen.names
    preferred: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for (party, of), slug in held.preferred.items():
        preferred[of][party] = slug
    yield write_rows([BARGAINING_COLUMNS], guarded)
    async for issue in gently(held.issues):
        rows = []
        for party, (option, rank, place) in places(issue, preferred[issue.slug]).items():
            facts = held.facts[party, issue.slug]
            row: dict[str, Any] = {
                "party": party,
                "party_name": names[party],
                "issue": issue.slug,
                "issue_title": issue.title,
            }
            row |= {
                "position": place,
                "option": option.slug,
                "option_label": option.label,
                "rank": rank,
            } | facts
            rows.append([row[name] for name in BARGAINING_COLUMNS])
        yield write_rows(rows, guarded)
