"""Write what became or ceased to be public in a negotiation as an Atom feed, newest first."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any
from uuid import UUID, uuid5

from feedgenerator import Atom1Feed
from sqlalchemy import (
    Select,
    Text,
    and_,
    cast,
    literal,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import dates
from app.core.clock import parse_instant
from app.core.xml_text import xml_text
from app.db.engine import among
from app.feeds.marks import DONE, moves_of
from app.log.reader import REVISION, Moment, Snapshot, valid_at
from app.log.search_terms import search_query
from app.matrix import formatting
from app.matrix.move_labels import MoveLabel, move_mark
from app.models.log import Commit, ObjectPeriod, PositionPeriod, Revision
from app.models.vocabulary import MoveKind
from app.negotiations.code_book import CodeBook, issue_views, negotiation_view
from app.positions.phrases import according_to
from app.positions.presenter import views
from app.positions.quote_facts import CHECKS, quote_facts
from app.positions.views import PositionView, QuoteView

LONGEST = 50  # entries
LOOKED_AT = 2_000  # versions among which those that are asked for are looked for
LEADS = {done: f"{done.title()}: " for done in DONE}


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One public version, and when this database recorded it."""

    position: PositionView
    at: datetime
    mark: MoveLabel | None = None  # the move by which it became current; only of the newest version


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which versions are wanted: those that fit every part; an empty part fits all."""

    parties: Sequence[int] = ()
    issues: Sequence[int] = ()
    options: Collection[int] = ()
    kinds: Collection[MoveKind] = ()  # of moves; with each correction
    words: str | None = None

    @property
    def looks_inside(self) -> bool:
        """Tell whether versions have to be looked at before it is known which ones are wanted."""
        return bool(self.options or self.kinds or self.words)


async def list_entries(
    session: AsyncSession, at: Moment, book: CodeBook, wanted: Wanted
) -> list[FeedEntry]:
    """Return the newest public versions up to a moment that are wanted, newest first.

    Those with some words, options or kinds of moves are looked for among the newest ones only.
    """
    keys = await _chosen(session, at, book, wanted) if wanted.looks_inside else None
    asked = _versions(at, book, wanted, Commit.at, *CELL, valid_at(PositionPeriod, at), *REVISION)
    if keys is not None:
        asked = asked.where(tuple_(PositionPeriod.seq_from, PositionPeriod.n).in_(keys))
    rows = (await session.execute(asked.limit(LONGEST))).all()
    seen = await views(session, at, [Snapshot(*row[4:]) for row in rows])
    stated = {
        view.id: (row.party_id, row.issue_id)
        for view, row in zip(seen, rows, strict=True)
        if row[3] and view.action not in LEADS
    }
    moves = await moves_of(session, at, book, stated)
    marks = {n: move_mark(move.kind, doubtful=move.doubtful) for n, move in moves.items()}
    return [
        FeedEntry(view, row[0], marks.get(view.id) if row[3] else None)
        for view, row in zip(seen, rows, strict=True)
    ]


Key = tuple[int, int]  # of a version: the commit, and the number in it
CELL = (PositionPeriod.party_id, PositionPeriod.issue_id)


def _versions(at: Moment, book: CodeBook, wanted: Wanted, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(PositionPeriod)
        .join(
            Revision, and_(Revision.seq == PositionPeriod.seq_from, Revision.n == PositionPeriod.n)
        )
        .join(Commit, Commit.seq == PositionPeriod.seq_from)
        .where(
            PositionPeriod.negotiation_id == book.negotiation.id,
            PositionPeriod.public,
            PositionPeriod.seq_from <= at.seq,
            Revision.snapshot.is_not(None),
            *([among(PositionPeriod.party_id, wanted.parties)] if wanted.parties else []),
            *([among(PositionPeriod.issue_id, wanted.issues)] if wanted.issues else []),
        )
        .order_by(PositionPeriod.seq_from.desc(), PositionPeriod.n.desc())
    )


async def _said(session: AsyncSession, words: str, keys: Sequence[Key]) -> set[Key]:
    """Return which of these versions have the words, by the rules of searches."""
    query = cast(literal(await search_query(session, words), Text), TSQUERY)
    rows = await session.execute(
        select(ObjectPeriod.seq_from, ObjectPeriod.n).where(
            among(ObjectPeriod.seq_from, {seq for seq, _ in keys}),
            tuple_(ObjectPeriod.seq_from, ObjectPeriod.n).in_(keys),
            ObjectPeriod.words.bool_op("@@")(query),
        )
    )
    return {(seq, n) for seq, n in rows}


async def _chosen(session: AsyncSession, at: Moment, book: CodeBook, wanted: Wanted) -> list[Key]:
    """Return the keys of the newest versions with these words, options and kinds of moves."""
    columns = (
        PositionPeriod.seq_from,
        PositionPeriod.n,
        PositionPeriod.position_id,
        *CELL,
        PositionPeriod.option_ids,
        valid_at(PositionPeriod, at).label("newest"),
        Revision.action,
    )
    asked = _versions(at, book, wanted, *columns)
    rows: Sequence[Any] = (await session.execute(asked.limit(LOOKED_AT))).all()
    if wanted.words and rows:
        said = await _said(session, wanted.words, [(row.seq_from, row.n) for row in rows])
        rows = [row for row in rows if (row.seq_from, row.n) in said]
    stated = {
        row.position_id: (row.party_id, row.issue_id)
        for row in rows
        if row.newest and row.action not in LEADS
    }
    by_moves = wanted.options or wanted.kinds
    moves = await moves_of(session, at, book, stated) if by_moves else {}
    found = []
    for row in rows:
        move = moves.get(row.position_id) if row.newest and row.action not in LEADS else None
        options = {*row.option_ids, *(move.before if move else ())}
        fits = row.action in DONE or (move is not None and move.kind in wanted.kinds)
        if (fits or not wanted.kinds) and (
            not wanted.options or not options.isdisjoint(wanted.options)
        ):
            found.append((row.seq_from, row.n))
    return found[:LONGEST]


class _Feed(Atom1Feed):
    """A feed whose date, if it is empty, is that of the data, not the time of the request."""

    def __init__(self, since: datetime, **feed: str) -> None:
        super().__init__(**feed)
        self.since = since

    def latest_post_date(self) -> datetime:
        return max((item["updateddate"] for item in self.items), default=self.since)


@dataclass(frozen=True, slots=True)
class FeedLinks:
    """The addresses that a feed names, below that of the site."""

    base: str  # the site
    own: str
    about: str  # the page that the feed follows


def write_feed(
    entries: Sequence[FeedEntry],
    book: CodeBook,
    names: Mapping[str, str],
    at: Moment,
    links: FeedLinks,
) -> str:
    """Write the feed as XML."""
    negotiation = book.negotiation
    issues = {i.slug: i for i in issue_views(book)}
    feed = _Feed(
        at.at,
        title=xml_text(f"{negotiation_view(negotiation).cited_title}: who wants what"),
        link=links.base + links.about,
        description=xml_text(negotiation["summary"] or ""),
        language="en",
        author_name="Parley",
        feed_url=links.base + links.own,
        feed_guid=links.base + links.own,
        **({"feed_copyright": xml_text(negotiation["licence"])} if negotiation["licence"] else {}),
    )
    for entry in entries:
        p = entry.position
        move = entry.mark.text if entry.mark and entry.mark.kind != MoveKind.NEW else ""
        heard, stance = (
            according_to(p.attributed_by, names),
            formatting.stance_words(issues[p.issue], p),
        )
        where = ", ".join(
            filter(None, [f"{names[p.party]} on {issues[p.issue].title}", heard, move])
        )
        feed.add_item(
            title=xml_text(f"{LEADS.get(p.action, '')}{where}: {p.summary or stance}"),
            link=f"{links.base}/positions/{p.id}/versions/{p.version}",
            description=xml_text(_summary(entry, stance, heard, names)),
            unique_id=f"urn:uuid:{uuid5(UUID(p.uid), str(p.version))}",
            pubdate=parse_instant(p.recorded_at),
            updateddate=entry.at,
            author_name=xml_text(p.recorded_by or "Parley"),
            categories=(p.party, p.issue, p.action),
        )
    return feed.writeString("utf-8")


def _summary(entry: FeedEntry, stance: str, heard: str, names: Mapping[str, str]) -> str:
    """Describe a version in HTML: its stance, its quotes, its move, and why it was changed."""
    p = entry.position
    firmness = "" if p.act == "withdraws" else p.firmness.replace("_", " ")
    facts = ", ".join(
        filter(None, [dates.display(p.stated_on) if p.stated_on else "", firmness, heard])
    )
    parts = [f"<p>{escape(stance)} ({escape(facts)})</p>"] if p.stated_on else []
    if entry.mark:
        parts.append(
            f"<p>{escape(entry.mark.text.capitalize())}: {escape(entry.mark.meaning)}.</p>"
        )
    if p.reason:
        parts.append(f"<p>Reason: {escape(p.reason)}</p>")
    parts += [_quote(q, p.party, names) for q in p.quotes]
    return "".join(parts)


def _quote(q: QuoteView, party: str, names: Mapping[str, str]) -> str:
    """Write a quote in HTML: whose words, where from, and whether they were checked."""
    if q.redacted:
        return "<p>[The words of a quote were removed.]</p>"
    words = f"<blockquote><p>{escape(q.exact)}</p></blockquote>"
    if q.translation:
        words += f"<p>Our translation: “{escape(q.translation)}”</p>"
    source = escape(", ".join(filter(None, [q.source.title, q.source.publisher])))
    if q.link:
        source = f'<a href="{escape(q.link)}">{source}</a>'
    check = CHECKS.get(q.verification)
    facts = escape("; ".join(quote_facts(q, party, names)))
    return f"{words}<p>{facts}. {source}.{f' ({check})' if check else ''}</p>"
