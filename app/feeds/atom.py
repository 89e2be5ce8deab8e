"""What became or ceased to be public in a negotiation, newest first, as an Atom feed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from uuid import UUID, uuid5

from feedgenerator import Atom1Feed
from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import dates
from app.core.clock import parse_instant
from app.core.database import among
from app.core.xml import xml_text
from app.history.read import REVISION, Moment, Snapshot
from app.matrix import pictures
from app.models.log import Commit, Revision, Spell
from app.negotiations.queries import CodeBook, issue_views, party_views
from app.positions.showing import views
from app.positions.views import PositionView

LONGEST = 50  # entries
LEADS = {a: f"{a.title()}: " for a in ("corrected", "retracted", "restored", "recoded", "redacted")}


@dataclass(frozen=True, slots=True)
class Entry:
    """One public version, and when this database recorded it."""

    position: PositionView
    at: datetime


async def list_entries(
    session: AsyncSession, at: Moment, book: CodeBook, *, parties: Sequence[int], issues: Sequence[int]
) -> list[Entry]:
    """The newest public versions up to a moment; of these parties, on these issues, where any are named."""
    wanted = (
        select(Commit.at, *REVISION)
        .select_from(Spell)
        .join(Revision, and_(Revision.seq == Spell.seq_from, Revision.n == Spell.n))
        .join(Commit, Commit.seq == Spell.seq_from)
        .where(
            Spell.negotiation_id == book.negotiation.id,
            Spell.public,
            Spell.seq_from <= at.seq,
            Revision.snapshot.is_not(None),
            *([among(Spell.party_id, parties)] if parties else []),
            *([among(Spell.issue_id, issues)] if issues else []),
        )
        .order_by(Spell.seq_from.desc(), Spell.n.desc())
        .limit(LONGEST)
    )
    rows = (await session.execute(wanted)).all()
    seen = await views(session, at, [Snapshot(*row[1:]) for row in rows])
    return [Entry(view, row[0]) for view, row in zip(seen, rows, strict=True)]


class _Feed(Atom1Feed):
    """An empty feed was last updated when it was asked about, not when it was asked."""

    def __init__(self, since: datetime, **feed: str) -> None:
        super().__init__(**feed)
        self.since = since

    def latest_post_date(self) -> datetime:
        return max((item["updateddate"] for item in self.items), default=self.since)


def write_feed(entries: Sequence[Entry], book: CodeBook, at: Moment, *, base: str, address: str, about: str) -> str:
    """Write the feed; `address` is its own, `about` the page that it tells of, `base` goes before both."""
    negotiation = book.negotiation
    names = {p.slug: p.name for p in party_views(book)}
    issues = {i.slug: i for i in issue_views(book)}
    feed = _Feed(
        at.at,
        title=xml_text(f"{negotiation['title']}: who wants what"),
        link=base + about,
        description=xml_text(negotiation["summary"] or ""),
        language="en",
        author_name="Parley",
        feed_url=base + address,
        feed_guid=base + address,
        **({"feed_copyright": xml_text(negotiation["licence"])} if negotiation["licence"] else {}),
    )
    for entry in entries:
        p = entry.position
        what = p.summary or pictures.stance_words(issues[p.issue], p)
        feed.add_item(
            title=xml_text(f"{LEADS.get(p.action, '')}{names[p.party]} on {issues[p.issue].title}: {what}"),
            link=f"{base}/positions/{p.id}/versions/{p.version}",
            description=xml_text(_summary(p, pictures.stance_words(issues[p.issue], p))),
            unique_id=f"urn:uuid:{uuid5(UUID(p.uid), str(p.version))}",
            pubdate=parse_instant(p.recorded_at),
            updateddate=entry.at,
            author_name=xml_text(p.recorded_by or "Parley"),
            categories=(p.party, p.issue, p.action),
        )
    return feed.writeString("utf-8")


def _summary(p: PositionView, stance: str) -> str:
    """Say in HTML what a version says, in whose words, and why it was changed."""
    firmness = "" if p.act == "withdraws" else f", {p.firmness.replace('_', ' ')}"
    parts = [f"<p>{escape(stance)} ({escape(dates.display(p.stated_on or ''))}{firmness})</p>"] if p.stated_on else []
    if p.reason:
        parts.append(f"<p>Reason: {escape(p.reason)}</p>")
    for q in p.quotes:
        who = (q.speaker.name or q.speaker.office) if q.speaker else None
        source = ", ".join(filter(None, [who, q.source.title, q.source.publisher]))
        parts.append(f"<blockquote><p>{escape(q.exact)}</p></blockquote><p>{escape(source)}</p>")
    return "".join(parts)
