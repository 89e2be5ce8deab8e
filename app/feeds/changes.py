"""List everything that became or ceased to be public, in the order of the log, for mirrors."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import and_, literal, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import BigInteger

from app.core.clock import instant
from app.core.errors import bad_parameter
from app.feeds.historical_lookup import Then, Wanted, load_then
from app.http.pagination import read_cursor, write_cursor
from app.log.documents import OptionDocument, SourceDocument
from app.log.reader import REVISION, Moment, Snapshot
from app.looks.presenter import look_json
from app.models.log import Commit, Epoch, ObjectPeriod, Revision
from app.negotiations.code_book import issue_view, merged_into, negotiation_view, option_view
from app.negotiations.presenter import (
    issue_json,
    participation_json,
    party_json,
    speaker_json,
)
from app.positions.presenter import position_view
from app.sources.presenter import source_json
from app.sources.text_fragments import address

PURPOSE = "changes"
LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One public version, field for field as the API answers it.

    `data` is null where it has been redacted.
    """

    cursor: str
    type: str
    action: str
    at: str  # when this database recorded it
    id: int
    version: int
    data: Any


@dataclass(frozen=True, slots=True)
class _Row:
    seq: int
    n: int
    at: str
    negotiation_id: int | None
    version: Snapshot


async def list_changes(
    session: AsyncSession, at: Moment, *, after: str | None, limit: int
) -> tuple[list[Entry], str | None]:
    """Return the public versions after a cursor up to a moment, and a cursor if there are more."""
    wanted = (
        select(Revision.seq, Revision.n, Commit.at, ObjectPeriod.negotiation_id, *REVISION)
        .join(Commit, Commit.seq == Revision.seq)
        .outerjoin(
            ObjectPeriod, and_(ObjectPeriod.seq_from == Revision.seq, ObjectPeriod.n == Revision.n)
        )
        .where(Revision.public, Revision.seq <= at.seq)
        .order_by(Revision.seq, Revision.n)
        .limit(limit + 1)
    )
    if after:
        place = await _read_cursor(session, after, at)
        wanted = wanted.where(
            tuple_(Revision.seq, Revision.n) > tuple_(*(literal(p, BigInteger) for p in place))
        )
    rows = [
        _Row(r[0], r[1], instant(r[2]), r[3], Snapshot(*r[4:]))
        for r in await session.execute(wanted)
    ]
    page = rows[:limit]
    names = Wanted()
    for row in page:
        if row.version.data is not None:
            names.add(row.version, row.negotiation_id)
    then = await load_then(session, names, page[0].seq, page[-1].seq) if page else None
    entries = list(_entries(page, then, at.epoch)) if then else []
    return entries, entries[-1].cursor if len(rows) > limit else None


async def newest_cursor(session: AsyncSession) -> str | None:
    """Return the cursor of the newest entry; None if nothing has been public yet."""
    newest = (
        select(Revision.seq, Revision.n, Epoch.epoch).join(Epoch, true()).where(Revision.public)
    )
    row = (
        await session.execute(newest.order_by(Revision.seq.desc(), Revision.n.desc()).limit(1))
    ).first()
    return write_cursor(PURPOSE, row.epoch.hex, row.seq, row.n) if row else None


async def _read_cursor(session: AsyncSession, after: str, at: Moment) -> tuple[int, int]:
    """Return the place in the log that a cursor names.

    A cursor that names none is of another database and is refused.
    """
    match read_cursor(after, PURPOSE, at.epoch, name="after"):
        case [int(seq), int(n)] if 0 <= seq <= LARGEST and 0 <= n <= LARGEST:
            there = select(Revision.n).where(Revision.seq == seq, Revision.n == n, Revision.public)
            if await session.scalar(there) is not None:
                return seq, n
    raise bad_parameter("after", "is not a cursor of this feed")


def _entries(page: Sequence[_Row], then: Then, epoch: str) -> Iterator[Entry]:
    for seq, group in groupby(page, key=lambda row: row.seq):
        rows = list(group)
        positions = [
            r.version for r in rows if r.version.kind == "position" and r.version.data is not None
        ]
        names = then.names([p.data for p in positions], seq)
        seen = {(p.id, p.version): position_view(p, names) for p in positions}
        for row in rows:
            s = row.version
            data: Any = None
            if s.data is not None:
                data = seen[s.id, s.version] if s.kind == "position" else _json(row, then)
            yield Entry(
                write_cursor(PURPOSE, epoch, seq, row.n),
                s.kind,
                s.action,
                row.at,
                s.id,
                s.version,
                data,
            )


def _json(row: _Row, then: Then) -> Any:
    """Return an object other than a position as its own address showed it after its commit."""
    s, seq = row.version, row.seq
    negotiation = then.negotiations.get(row.negotiation_id or 0, "")
    match s.kind:
        case "negotiation":
            return negotiation_view(s)
        case "party":
            return party_json(s)
        case "participation":
            return participation_json(
                s, then.all("party", [s["party_id"], merged_into(s)], seq), negotiation
            )
        case "speaker":
            return speaker_json(s, then.all("party", [s["party_id"]], seq))
        case "issue":
            return issue_json(issue_view(s, then.options([s.id], seq)), negotiation)
        case "option":
            return _option(s, negotiation, then, seq)
        case "look":
            return look_json(
                s, negotiation, then.parties[s["party_id"]], then.issues[s["issue_id"]]
            )
        case "source":
            return source_json(s) | (
                {"checks": _checks(s, then, seq)} if "checks" in s.data else {}
            )
    raise ValueError(s.kind)


def _option(s: Snapshot[OptionDocument], negotiation: str, then: Then, seq: int) -> dict[str, Any]:
    merged = then.all("option", [s.data["merged_into_id"]], seq)
    view = option_view(s, *(o["slug"] for o in merged.values())) if merged else option_view(s, None)
    issue = then.issues[s.data["issue_id"]]
    return {
        "negotiation": negotiation,
        "issue": issue,
        **{n: getattr(view, n) for n in view.__slots__},
    }


def _checks(s: Snapshot[SourceDocument], then: Then, seq: int) -> list[dict[str, Any]]:
    """Return the results of checks, of the quotes that were public by then."""
    public = [
        c["quote"]
        for c in s.data.get("checks", ())
        if then.public_since.get(c["quote"], LARGEST) <= seq
    ]
    checks = [then.check(quote, seq) for quote in public]
    names = ("verification", "start", "end", "segments", "prefix", "suffix", "page")
    found = []
    for c in checks:
        if c is not None:
            found.append({"quote": c.quote_id, **{n: getattr(c, n) for n in names}})
            if c.fragment is not None:
                found[-1]["link"] = address(s.data["url"], c.fragment, c.page)
    return found
