"""Write what a delivery tells, as it may be read at the time of sending."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.alerts.links import page_of
from app.alerts.matching import ADDED, MOST_ITEMS, Item
from app.core import dates
from app.core.clock import instant
from app.db.engine import among
from app.http.responses import plain_json
from app.log.reader import REVISION, Moment, Snapshot, moment
from app.matrix import formatting
from app.matrix.move_labels import DOUBT, MEANINGS
from app.models.alert import Alert, AlertDelivery
from app.models.log import FOREVER, Commit, PositionPeriod, Revision
from app.models.negotiation import Negotiation
from app.models.vocabulary import MoveKind
from app.negotiations.code_book import CodeBook, code_books, is_invented, issue_views
from app.negotiations.views import IssueView
from app.positions.names_at_moment import called
from app.positions.phrases import according_to
from app.positions.presenter import views
from app.positions.quote_facts import CHECKS, quote_facts
from app.positions.views import PositionView, QuoteView

INVENTED = "Invented for practice: no place, person or paper here exists."
MOVES = {str(kind) for kind in MoveKind}
CORRECTIONS = {
    "corrected": "Correction: this record was wrong, and was corrected",
    "retracted": "Correction: this record was retracted; it counts nowhere any more",
    "restored": "Correction: this record had been retracted, and counts again",
}
OTHERS = {
    ADDED: "added; by its date it is not the newest position of the party on the issue",
    "recoded": "recoded: the options of the issue were merged or split",
    "redacted": "redacted: a part of it was removed, and is not shown any more",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One version of a position that is told, and what became of it in its commit."""

    item: Item
    seq: int
    at: str  # when this database recorded it
    position: PositionView
    newest: bool  # no later version has taken its place meanwhile

    @property
    def is_correction(self) -> bool:
        """Tell whether a record is corrected, rather than a party has moved."""
        return self.item["what"] in CORRECTIONS

    @property
    def move(self) -> str | None:
        """The kind of the move, if it is one."""
        return self.item["what"] if self.item["what"] in MOVES else None


@dataclass(frozen=True, slots=True)
class Told:
    """What one message tells: the entries that may be read now, and how many there were."""

    at: Moment
    book: CodeBook
    names: Mapping[str, str]
    entries: list[Entry]
    total: int

    @property
    def issues(self) -> dict[str, IssueView]:
        """The issues by slug."""
        return {issue.slug: issue for issue in issue_views(self.book)}

    def title(self, entry: Entry) -> str:
        """Name a cell: "Northshore on Water quota"."""
        p = entry.position
        issue = self.issues.get(p.issue)
        return f"{self.names.get(p.party, p.party)} on {issue.title if issue else p.issue}"

    def stance(self, entry: Entry) -> str:
        """Say what the party wants, in words of the interface."""
        issue = self.issues.get(entry.position.issue)
        return formatting.stance_words(issue, entry.position) if issue else ""


def label(item: Item) -> str:
    """Say in a few words what became of a position: "perhaps hardened", "corrected"."""
    what = str(item["what"])
    return f"perhaps {what}" if item["doubtful"] else what


def meaning(item: Item) -> str:
    """Say what the label means."""
    what = item["what"]
    said = MEANINGS[MoveKind(what)] if what in MOVES else (CORRECTIONS | OTHERS)[what]
    return f"{said}; {DOUBT}" if item["doubtful"] else said


async def read_told(
    session: AsyncSession, alert: Alert, deliveries: Sequence[AlertDelivery]
) -> Told:
    """Read what deliveries tell, from the log as it is now; redacted versions are left out."""
    at = await moment(session)
    book = (await code_books(session, at, [alert.negotiation_id]))[alert.negotiation_id]
    items = {(d.seq, item["n"]): item for d in deliveries for item in d.items}
    keys = list(items)[:MOST_ITEMS]
    rows = (await session.execute(_versions(keys))).all() if keys else []
    seen = await views(session, at, [Snapshot(*row[4:]) for row in rows])
    entries = [
        Entry(items[row.seq, row.n], row.seq, instant(row.at), view, row.seq_to == FOREVER)
        for row, view in zip(rows, seen, strict=True)
    ]
    entries.sort(key=lambda entry: keys.index((entry.seq, entry.item["n"])))
    gone = len(keys) - len(entries)
    total = sum(delivery.total for delivery in deliveries) - gone
    names = await called(session, at, book.party_names(), seen)
    return Told(at, book, names, entries, total)


def _versions(keys: Sequence[tuple[int | None, int]]) -> Any:
    return (
        select(Revision.seq, Revision.n, Commit.at, PositionPeriod.seq_to, *REVISION)
        .select_from(Revision)
        .join(Commit, Commit.seq == Revision.seq)
        .join(
            PositionPeriod,
            and_(PositionPeriod.seq_from == Revision.seq, PositionPeriod.n == Revision.n),
        )
        .where(
            among(Revision.seq, (seq for seq, _ in keys)),
            tuple_(Revision.seq, Revision.n).in_(keys),
            Revision.public,
            Revision.kind == "position",
            Revision.snapshot.is_not(None),
        )
    )


def webhook_json(alert: Alert, delivery: AlertDelivery, told: Told) -> dict[str, Any]:
    """Return the body of a webhook that tells of changes."""
    site = alert.site
    return {
        "type": "changes",
        "timestamp": instant(delivery.made_at),
        "data": {
            "alert": alert.id,
            "negotiation": told.book.negotiation["slug"],
            "invented": is_invented(told.book.negotiation),
            "revision": delivery.seq,
            "total": told.total,
            "url": site + page_of(told.book.negotiation["slug"], "/changes"),
            "changes": [_change_json(told, entry, site) for entry in told.entries],
        },
    }


def _change_json(told: Told, entry: Entry, site: str) -> dict[str, Any]:
    p = entry.position
    return {
        "what": entry.item["what"],
        "label": label(entry.item),
        "meaning": meaning(entry.item),
        "is_move": entry.move is not None,
        "is_correction": entry.is_correction,
        "doubtful": entry.item["doubtful"],
        "current": entry.item["current"],
        "newest_version": entry.newest,
        "reason": p.reason,
        "recorded_at": entry.at,
        "title": told.title(entry),
        "stance": told.stance(entry),
        "url": f"{site}/positions/{p.id}/versions/{p.version}",
        "position": plain_json(p),
    }


def test_json(alert: Alert, delivery: AlertDelivery, negotiation: Negotiation) -> dict[str, Any]:
    """Return the body of a webhook that only tests the receiver."""
    return {
        "type": "test",
        "timestamp": instant(delivery.made_at),
        "data": {
            "alert": alert.id,
            "negotiation": negotiation.slug,
            "message": "A test that somebody asked for: nothing has changed.",
        },
    }


def subject(told: Told, *, daily: bool) -> str:
    """Return the subject of a mail: what it tells, or how much."""
    title = told.book.negotiation["title"]
    if daily or told.total > 1:
        some = "1 change" if told.total == 1 else f"{told.total:,} changes"
        return f"{title}: {some}"
    [entry] = told.entries
    return f"{title}: {told.title(entry)}, {label(entry.item)}"


def mail_text(told: Told, site: str) -> str:
    """Return the text of a mail that tells of changes, without what ends every mail."""
    parts = [INVENTED] if is_invented(told.book.negotiation) else []
    parts += [_entry_text(told, entry, site) for entry in told.entries]
    if (more := told.total - len(told.entries)) > 0:
        parts.append(f"And {more:,} more. All changes:\n{_changes(told, site)}")
    return "\n\n".join(parts)


def _changes(told: Told, site: str) -> str:
    return site + page_of(told.book.negotiation["slug"], "/changes")


def _entry_text(told: Told, entry: Entry, site: str) -> str:
    p = entry.position
    heard = according_to(p.attributed_by, told.names)
    lead = ", ".join(filter(None, [told.title(entry), heard]))
    lines = [f"{label(entry.item).upper()}: {lead}"]
    day = dates.display(p.stated_on) if p.stated_on else ""
    firmness = "" if p.act == "withdraws" else p.firmness.replace("_", " ")
    facts = ", ".join(filter(None, [day, firmness]))
    if p.summary:
        lines.append(p.summary)
    lines.append(f"{told.stance(entry)}{f' ({facts})' if facts else ''}")
    lines.append(f"{meaning(entry.item).capitalize()}.")
    if p.reason:
        lines.append(f"Reason: {p.reason}")
    if not entry.newest:
        lines.append("It has been changed again since; the link shows what holds now.")
    for quote in p.quotes:
        lines += _quote_lines(quote, p.party, told.names)
    lines.append(f"{site}/positions/{p.id}/versions/{p.version}")
    return "\n".join(lines)


def _quote_lines(q: QuoteView, party: str, names: Mapping[str, str]) -> list[str]:
    """Return a quote with whose words they are, where from, and whether they were checked."""
    if q.redacted:
        return ["[The words of a quote were removed.]"]
    lines = [f"“{q.exact}”"]
    if q.translation:
        lines.append(f"Our translation: “{q.translation}”")
    facts = quote_facts(q, party, names)
    source = ", ".join(filter(None, [q.source.title, q.source.publisher]))
    check = CHECKS.get(q.verification, "")
    return [*lines, f"— {'; '.join(facts)}. {source}.{f' ({check})' if check else ''}"]
