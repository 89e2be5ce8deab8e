"""Write what became or ceased to be public in a negotiation as an Atom feed, newest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from uuid import UUID, uuid5

from feedgenerator import Atom1Feed
from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis.timelines import move_kind, positions_at, turns
from app.core import dates
from app.core.clock import parse_instant
from app.core.xml_text import xml_text
from app.db.engine import among
from app.log.reader import REVISION, Moment, Snapshot, valid_at
from app.matrix import formatting
from app.matrix.move_labels import MoveLabel, move_mark
from app.models.log import Commit, PositionPeriod, Revision
from app.models.vocabulary import MoveKind
from app.negotiations.code_book import CodeBook, issue_views, negotiation_view
from app.positions.current import CellKey
from app.positions.phrases import according_to
from app.positions.presenter import views
from app.positions.views import PositionView

LONGEST = 50  # entries
LEADS = {a: f"{a.title()}: " for a in ("corrected", "retracted", "restored", "recoded", "redacted")}


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One public version, and when this database recorded it."""

    position: PositionView
    at: datetime
    mark: MoveLabel | None = None  # the move by which it became current; only of the newest version


async def list_entries(
    session: AsyncSession,
    at: Moment,
    book: CodeBook,
    *,
    parties: Sequence[int],
    issues: Sequence[int],
) -> list[FeedEntry]:
    """Return the newest public versions up to a moment, newest first.

    Only of these parties and on these issues, if any are given.
    """
    wanted = (
        select(
            Commit.at,
            PositionPeriod.party_id,
            PositionPeriod.issue_id,
            valid_at(PositionPeriod, at),
            *REVISION,
        )
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
            *([among(PositionPeriod.party_id, parties)] if parties else []),
            *([among(PositionPeriod.issue_id, issues)] if issues else []),
        )
        .order_by(PositionPeriod.seq_from.desc(), PositionPeriod.n.desc())
        .limit(LONGEST)
    )
    rows = (await session.execute(wanted)).all()
    seen = await views(session, at, [Snapshot(*row[4:]) for row in rows])
    stated = {
        view.id: row[1:3]
        for view, row in zip(seen, rows, strict=True)
        if row[3] and view.action not in LEADS
    }
    marks = await _marks(session, at, book, stated)
    return [
        FeedEntry(view, row[0], marks.get(view.id) if row[3] else None)
        for view, row in zip(seen, rows, strict=True)
    ]


async def _marks(
    session: AsyncSession, at: Moment, book: CodeBook, stated: Mapping[int, CellKey]
) -> dict[int, MoveLabel]:
    """Return the moves by which these positions became current; `stated` has their cells."""
    made = [
        turn
        for cell in await turns(session, at, book, set(stated.values()))
        for turn in cell
        if turn.position in stated
    ]
    seen = await positions_at(
        session, at, {number for turn in made for number in (turn.before, turn.position)}
    )
    return {
        turn.position: move_mark(move_kind(turn, seen), doubtful=turn.doubtful)
        for turn in made
        if turn.position in seen
    }


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
            description=xml_text(_summary(entry, stance, heard)),
            unique_id=f"urn:uuid:{uuid5(UUID(p.uid), str(p.version))}",
            pubdate=parse_instant(p.recorded_at),
            updateddate=entry.at,
            author_name=xml_text(p.recorded_by or "Parley"),
            categories=(p.party, p.issue, p.action),
        )
    return feed.writeString("utf-8")


def _summary(entry: FeedEntry, stance: str, heard: str) -> str:
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
    for q in p.quotes:
        who = (q.speaker.name or q.speaker.office) if q.speaker else None
        source = escape(", ".join(filter(None, [who, q.source.title, q.source.publisher])))
        if q.link:
            source = f'<a href="{escape(q.link)}">{source}</a>'
        parts.append(f"<blockquote><p>{escape(q.exact)}</p></blockquote><p>{source}</p>")
    return "".join(parts)
