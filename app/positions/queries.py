"""Read positions: the live rows for writers, and what the log held at a moment for readers."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import product
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    cast,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Fault, Invalid, NotFound
from app.db.engine import among
from app.db.prepared import Prepared
from app.log.entry import snapshot as row_snapshot
from app.log.reader import AT, REVISION, Moment, Snapshot, moment_about, newest_about, valid_at
from app.models.issue import Issue, Option
from app.models.log import Commit, ObjectPeriod, PositionPeriod, QuoteUse, Revision
from app.models.negotiation import Negotiation, Participation, Party, Speaker
from app.models.position import Position, PositionQuote
from app.models.source import Quote
from app.models.vocabulary import PositionStatus
from app.positions.compose import CellFacts, OptionFacts
from app.positions.schemas import PositionContent

MOST_ALIKE = 50  # quotes with the same words whose parties are compared

# --- Live rows, for writers ---


async def get_position(session: AsyncSession, position_id: int, *, lock: bool = False) -> Position:
    """Return the live row; raise NotFound if there is none.

    With `lock`, other writers of this position wait until the transaction ends.
    """
    wanted = select(Position).where(Position.id == position_id)
    found = await session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise NotFound(f"There is no position {position_id}.")
    return found


async def document(
    session: AsyncSession, position: Position, *, version: int | None = None
) -> dict[str, Any]:
    """Return the document of a version (its snapshot in the log), by default of the newest.

    Raise NotFound if the version has been redacted.
    """
    found = await session.scalar(
        select(Revision.snapshot).where(
            Revision.kind == "position",
            Revision.object_id == position.id,
            Revision.version == (version or position.version),
        )
    )
    if found is None:
        raise NotFound("This version was redacted.")
    return found


def _cell_facts(by_slug: tuple[bool, bool]) -> Select[*tuple[Any, ...]]:
    negotiation = bindparam("negotiation", type_=BigInteger)
    party, issue = (
        bindparam(name, type_=Text if slug else BigInteger)
        for name, slug in zip(("party", "issue"), by_slug, strict=True)
    )
    party_id = (
        select(Party.id)
        .join(Participation, Participation.party_id == Party.id)
        .where(
            Participation.negotiation_id == negotiation,
            (Party.slug if by_slug[0] else Party.id) == party,
        )
        .scalar_subquery()
    )
    own = (Issue.slug if by_slug[1] else Issue.id) == issue
    linked = Issue.slug == any_(bindparam("links", type_=ARRAY(Text)))
    return (
        select(
            party_id.label("party_id"),
            Issue.id,
            Issue.slug,
            own.label("own"),
            Option.id.label("option_id"),
            Option.slug.label("option"),
            Option.retired,
        )
        .select_from(Negotiation)
        .outerjoin(Issue, and_(Issue.negotiation_id == Negotiation.id, or_(own, linked)))
        .outerjoin(Option, Option.issue_id == Issue.id)
        .where(Negotiation.id == negotiation)
        .order_by(Option.rank.nulls_last(), Option.id)
    )


CELL_FACTS = {
    (party, issue): Prepared(partial(_cell_facts, (party, issue)))
    for party, issue in product((True, False), repeat=2)
}


async def cell_facts(
    session: AsyncSession,
    negotiation: Negotiation,
    party: str | int,
    issue: str | int,
    wanted: PositionContent,
) -> CellFacts:
    """Return the cell and everything that a position in it may name.

    `party` and `issue` are slugs or ids. Raise Invalid where the negotiation has no such cell.
    """
    links = {link.issue for link in wanted.links}
    rows = await CELL_FACTS[isinstance(party, str), isinstance(issue, str)].all(
        session, negotiation=negotiation.id, party=party, issue=issue, links=sorted(links)
    )
    here = [row for row in rows if row.own]
    faults = []
    if rows[0].party_id is None:
        faults.append(Fault("/party", f"{party!r} takes no part in {negotiation.slug!r}"))
    if not here:
        faults.append(Fault("/issue", f"there is no issue {issue!r} in {negotiation.slug!r}"))
    if faults:
        raise Invalid("There is no such cell.", *faults)
    linked: dict[str, dict[str, int]] = {row.slug: {} for row in rows if row.slug in links}
    for row in rows:
        if row.slug in links and row.option is not None:
            linked[row.slug][row.option] = row.option_id
    return CellFacts(
        negotiation_id=negotiation.id,
        party_id=rows[0].party_id,
        issue_id=here[0].id,
        issue=here[0].slug,
        options={
            row.option: OptionFacts(row.option_id, row.retired)
            for row in here
            if row.option is not None
        },
        issues={row.slug: row.id for row in rows if row.id is not None},
        linked=linked,
    )


async def quotes_of_cell(
    session: AsyncSession, cell: CellFacts, ids: Collection[int]
) -> dict[int, dict[str, Any]]:
    """Return those of these quotes that the cell has now or had in a public version, by id."""
    if not ids:
        return {}
    here = select(Position.id).where(
        Position.negotiation_id == cell.negotiation_id,
        Position.party_id == cell.party_id,
        Position.issue_id == cell.issue_id,
    )
    used = union_all(
        select(PositionQuote.quote_id).where(PositionQuote.position_id.in_(here)),
        select(QuoteUse.quote_id).where(QuoteUse.position_id.in_(here)),
    )
    rows = await session.scalars(select(Quote).where(among(Quote.id, ids), Quote.id.in_(used)))
    return {q.id: {"id": q.id, **row_snapshot(q)} for q in rows}


async def hidden_speakers(
    session: AsyncSession, document: Mapping[str, Any], public: Collection[int]
) -> list[Speaker]:
    """Lock and return the speakers of a document that only drafts have named so far.

    `public` are those known to be public: whoever is public stays so. Wait for others who are about
    to publish the same speakers.
    """
    ids = {q["speaker_id"] for q in document["quotes"]} - {None, *public}
    if not ids:
        return []
    hidden = (
        select(Speaker)
        .where(among(Speaker.id, ids), Speaker.public.is_(False))
        .order_by(Speaker.id)
    )
    return list(await session.scalars(hidden.with_for_update()))


def _parties_with_the_words() -> Select[*tuple[Any, ...]]:
    # Not all, so that a save does not take longer each time that somebody saves the same again.
    alike = (
        select(Quote.id)
        .where(
            Quote.source_id == bindparam("source", type_=BigInteger),
            Quote.exact == bindparam("exact", type_=Text),
        )
        .limit(MOST_ALIKE)
        .subquery()
    )
    return (
        select(Party.name)
        .join(Position, Position.party_id == Party.id)
        .join(PositionQuote, PositionQuote.position_id == Position.id)
        .join(alike, alike.c.id == PositionQuote.quote_id)
        .where(
            Party.id != bindparam("party", type_=BigInteger),
            Position.status != PositionStatus.RETRACTED,
        )
        .distinct()
    )


SAME_WORDS = Prepared(_parties_with_the_words)


async def same_words_elsewhere(
    session: AsyncSession, cell: CellFacts, new: Sequence[Quote]
) -> list[Fault]:
    """Warn of quotes that another party's position has too: one passage rarely supports two.

    Of a passage that is quoted more than MOST_ALIKE times, some uses may not be found.
    """
    warnings = []
    for quote in new:
        others = await SAME_WORDS.all(
            session, source=quote.source_id, exact=quote.exact, party=cell.party_id
        )
        warnings += [
            Fault("/quotes", f"the same quote is used for {name}, too") for (name,) in others
        ]
    return warnings


def as_date(text: str | None) -> date | None:
    """Parse an ISO 8601 date of a document; None stays None."""
    return None if text is None else date.fromisoformat(text)


# --- The log at a moment, for readers ---


async def get_version(
    session: AsyncSession,
    at: Moment,
    position_id: int,
    *,
    version: int | None = None,
    drafts: bool = False,
) -> Snapshot:
    """Return one version as known at a moment, by default the newest; raise NotFound if none.

    Versions that are not public are found only with `drafts`.
    """
    found = list(await list_versions(session, at, position_id, drafts=drafts))
    wanted = found[-1:] if version is None else [v for v in found if v.version == version]
    if not wanted:
        what = (
            f"position {position_id}"
            if version is None
            else f"version {version} of position {position_id}"
        )
        raise NotFound(f"There is no {what}" + (" at that instant." if at.pinned else "."))
    return wanted[0]


VERSIONS = Prepared(
    lambda: (
        select(*REVISION)
        .join(Commit, Commit.seq == Revision.seq)
        .where(
            Revision.kind == "position",
            Revision.object_id == bindparam("position", type_=BigInteger),
            Revision.seq <= AT,
            Revision.public | bindparam("drafts", type_=Boolean),
        )
        .order_by(Revision.version)
    )
)


def _own_change(seq: Any, position: Any) -> Any:
    """Select the last entry about a position."""
    return (
        select(func.max(Revision.seq))
        .where(
            Revision.kind == "position",
            Revision.object_id == position,
            Revision.seq <= seq,
        )
        .scalar_subquery()
    )


def _change_on_issue(seq: Any, position: Any) -> Any:
    """Select the last change of a position on the same issue."""
    of_it = select(Position.issue_id).where(Position.id == position).correlate(position.table)
    issue = of_it.scalar_subquery()
    about = select(Issue.negotiation_id).where(Issue.id == issue)
    return (
        select(PositionPeriod.seq_from)
        .where(
            PositionPeriod.negotiation_id == about.scalar_subquery(),
            PositionPeriod.issue_id == issue,
            PositionPeriod.seq_from <= seq,
        )
        .order_by(PositionPeriod.seq_from.desc())
        .limit(1)
        .scalar_subquery()
    )


NEWEST_CHANGES = newest_about(_own_change, _change_on_issue)


async def newest_changes(
    session: AsyncSession, position_id: int
) -> tuple[Moment, Sequence[int | None]]:
    """Return the newest public moment, and the last changes of a position and on its issue."""
    return await moment_about(session, NEWEST_CHANGES, position_id)


async def list_versions(
    session: AsyncSession, at: Moment, position_id: int, *, drafts: bool = False
) -> list[Snapshot]:
    """List all versions up to a moment, oldest first.

    Versions from before publication are listed only with `drafts`.
    """
    rows = await VERSIONS.all(session, at=at.seq, position=position_id, drafts=drafts)
    return [Snapshot(*row) for row in rows if row[-1] is not None]


async def count_changed_since(session: AsyncSession, at: Moment, positions: Collection[int]) -> int:
    """Count those of these positions that have been corrected or retracted after a moment."""
    return (
        await session.scalar(
            select(func.count(func.distinct(Revision.object_id))).where(
                Revision.kind == "position",
                among(Revision.object_id, positions),
                Revision.seq > at.seq,
                Revision.action.in_(("corrected", "retracted")),
            )
        )
        or 0
    )


def newest_spells(at: Moment) -> Any:
    """Select the Snapshot columns of all positions held; narrow and sort them by PositionPeriod."""
    return (
        select(*REVISION)
        .select_from(PositionPeriod)
        .join(
            Revision, and_(Revision.seq == PositionPeriod.seq_from, Revision.n == PositionPeriod.n)
        )
        .join(Commit, Commit.seq == PositionPeriod.seq_from)
        .where(valid_at(PositionPeriod, at))
    )


def matches(query: ColumnElement[str]) -> Any:
    """Return a condition on ObjectPeriod.words; `query` is a parameter for a `search_query`."""
    return ObjectPeriod.words.op("@@")(cast(query, TSQUERY))
