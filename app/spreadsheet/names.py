"""Look up what cells of a spreadsheet name: parties, issues and options, by slug or label."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import among
from app.models.issue import Issue, Option
from app.models.negotiation import Negotiation, Participation, Party
from app.spreadsheet.columns import folded

Spellings = dict[str, set[str]]  # by folded spelling: the slugs that it may mean


@dataclass(slots=True)
class KnownNames:
    """Everything that may be named in one negotiation."""

    negotiation: Negotiation
    parties: Spellings = field(default_factory=dict)
    party_ids: dict[str, int] = field(default_factory=dict)
    issues: Spellings = field(default_factory=dict)
    issue_ids: dict[str, int] = field(default_factory=dict)
    options: dict[str, Spellings] = field(default_factory=dict)  # by issue
    labels: dict[tuple[str, str], str] = field(default_factory=dict)  # by issue and option
    retired: set[tuple[str, str]] = field(default_factory=set)  # issue, option


def spell(names: Spellings, slug: str, written: Iterable[str | None]) -> None:
    """Add the spellings of a slug."""
    names[folded(slug)] = {slug}
    for name in written:
        # What is a slug never counts as the label of something else.
        if (
            name
            and slug not in (there := names.setdefault(folded(name), set()))
            and folded(name) not in there
        ):
            there.add(slug)


def one(names: Spellings, written: str, what: str) -> str:
    """Return the slug for a spelling; raise ValueError if there is none, or more than one."""
    found = names.get(folded(written), set())
    if len(found) == 1:
        return next(iter(found))
    shown = written.strip()[:80]
    raise ValueError(
        f"“{shown}” may be {' or '.join(sorted(found))}"
        if found
        else f"there is no {what} “{shown}”"
    )


async def load_names(session: AsyncSession, slugs: Iterable[str]) -> dict[str, KnownNames]:
    """Return what may be named, by negotiation; negotiations that do not exist are left out."""
    negotiations = await session.scalars(
        select(Negotiation).where(Negotiation.slug.in_(list(slugs)))
    )
    found = {n.id: KnownNames(n) for n in negotiations}
    seats = await session.execute(
        select(Participation.negotiation_id, Party, Participation.merged_into_id)
        .join(Party, Party.id == Participation.party_id)
        .where(among(Participation.negotiation_id, found))
        .order_by(Participation.id)
    )
    rows = seats.all()
    by_id = {party.id: party.slug for _, party, _ in rows}
    for number, party, into in sorted(rows, key=lambda row: row[2] is not None):
        names = found[number]
        names.party_ids[party.slug] = party.id
        # The names of a merged party are names of the party that it was merged into.
        written = [party.slug, party.name, party.short_name, *party.aliases]
        spell(names.parties, by_id.get(into or 0, party.slug), written)
    issues = {
        i.id: i
        for i in await session.scalars(select(Issue).where(among(Issue.negotiation_id, found)))
    }
    for issue in issues.values():
        names = found[issue.negotiation_id]
        names.issue_ids[issue.slug] = issue.id
        names.options[issue.slug] = {}
        spell(names.issues, issue.slug, [issue.title])
    for option in await session.scalars(
        select(Option).where(among(Option.issue_id, issues)).order_by(Option.id)
    ):
        issue = issues[option.issue_id]
        names = found[issue.negotiation_id]
        names.labels[issue.slug, option.slug] = option.label
        if option.retired:
            names.retired.add((issue.slug, option.slug))
        spell(names.options[issue.slug], option.slug, [option.label])
    return {n.negotiation.slug: n for n in found.values()}
