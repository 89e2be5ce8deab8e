"""Import positions with all their versions: compose them by page and stage them for the log."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import anyio.to_thread

from app.core.clock import instant
from app.datapackage import rows as r
from app.importing.bulk_insert import lay_out
from app.importing.codebook import ImportedBook
from app.importing.dates import dated
from app.importing.divergence import Ours, differs, find_stored
from app.importing.package_tables import PageOfPositions
from app.importing.quotes import Evidence, Gathered, Quotes, write_quotes
from app.importing.reconcile import Importing
from app.importing.versions import Version, Versions, places, tell_strays
from app.log.bulk.writer import Staged, VersionWriter, draw_ids
from app.log.entry import Change
from app.models.position import Position
from app.models.vocabulary import PositionStatus, Verification
from app.positions.compose import CellFacts, OptionFacts, QuoteFacts, Saving, compose

PAGE = 1_000
DRAFT, PUBLISHED = PositionStatus.DRAFT, PositionStatus.PUBLISHED


@dataclass(slots=True)
class ImportedPosition:
    """A position as it will be after the import."""

    id: int
    uid: UUID
    document: dict[str, Any]
    version: int
    created_by: str | None
    first_published: datetime | None
    published_here: bool = False
    new: bool = True


@dataclass(slots=True)
class _Made:
    """A page of positions to be written."""

    statements: list[ImportedPosition]
    staged: list[Staged]
    quotes: list[Evidence]


async def take_positions(
    importing: Importing, book: ImportedBook, quotes: Quotes, writer: VersionWriter
) -> None:
    """Import all positions of the package; the next page is composed while one is written."""
    work = _Work(importing, book, quotes)
    changed: dict[int, ImportedPosition] = {}
    before: dict[int, int] = {}
    made: _Made | None = None
    async for page in importing.tables.pages(PAGE):
        importing.tell("positions", page.done, importing.tables.total)
        uids = {key: r.uid(importing.raw.name, "positions", key) for key in page.positions}
        ours = await find_stored(importing, list(uids.values()))
        gathered = await quotes.gather(page)
        new = [u for u in uids.values() if u not in ours]
        numbers = dict(
            zip(new, await draw_ids(importing.session, "position", len(new)), strict=True)
        )
        writing = asyncio.create_task(_write(importing, writer, made))
        try:
            made = await anyio.to_thread.run_sync(work.page, page, gathered, uids, ours, numbers)
        finally:
            await writing
        changed |= {s.id: s for s in made.statements if not s.new}
        before |= {
            o.position.id: o.position.version for o in ours.values() if o.position.id in changed
        }
    await _write(importing, writer, made)
    await tell_strays(importing)

    async def change() -> None:
        await importing.hold(Position, before)
        await lay_out(importing.session, list(changed.values()))

    if changed:
        importing.late.append(change)


async def _write(importing: Importing, writer: VersionWriter, made: _Made | None) -> None:
    if made is None or importing.faults:
        return  # nothing more is written once there are faults
    await write_quotes(importing.session, writer, made.quotes)
    await lay_out(importing.session, [s for s in made.statements if s.new])
    await writer.add(made.staged)


class _Work:
    """Composes positions, with everything that has to be looked up for it."""

    def __init__(self, importing: Importing, book: ImportedBook, quotes: Quotes) -> None:
        self.importing, self.book, self.quotes = importing, book, quotes
        # By negotiation: the ids of issues, and those of their options, by slug.
        self.named: dict[str, tuple[dict[str, int], dict[str, dict[str, int]]]] = {}
        self.options: dict[tuple[str, str, bool], dict[str, OptionFacts]] = {}

    def page(
        self,
        page: PageOfPositions,
        gathered: Gathered,
        uids: Mapping[str, UUID],
        ours: Mapping[UUID, Ours],
        numbers: Mapping[UUID, int],
    ) -> _Made:
        """Compose the new versions of a page of positions."""
        found = self.quotes.read(page, gathered)
        read, made = Versions(self.importing, page, found), _Made([], [], [])
        for key, u in uids.items():
            statement, staged = self._position(
                u, read.versions(key), ours.get(u), numbers.get(u, 0)
            )
            if staged:
                made.statements.append(statement)
                made.staged += staged
        read.tell_unused(self.quotes.shared)
        self.quotes.keep(found)
        by_id = {e.said["id"]: e for e in found.by_key.values()}
        named = (q["id"] for s in made.staged for q in s.change.snapshot["quotes"])
        made.quotes = [by_id[number] for number in named if number in by_id]
        return made

    def _position(
        self, u: UUID, versions: list[Version], ours: Ours | None, number: int
    ) -> tuple[ImportedPosition, list[Staged]]:
        """Compose the new versions of one position, oldest first."""
        importing = self.importing
        newest = ours.versions.get(ours.position.version) if ours else None
        before = newest["document"] if newest else None
        statement = ImportedPosition(
            ours.position.id if ours else number,
            u,
            before or {},
            ours.position.version if ours else 0,
            ours.position.created_by if ours else None,
            ours.position.first_published_at if ours else None,
            new=ours is None,
        )
        made: list[tuple[Change, datetime | None, bool]] = []
        count = importing.count("positions")
        linked = ours is None or statement.version in {v.row.version for v in versions}
        for i, v in enumerate(versions):
            if ours is not None and v.row.version <= ours.position.version:
                reason = differs(self.book, v, ours)
                if reason:
                    self._diverged(versions[i:], *reason)
                    return statement, []
                count.skipped += 1
                continue
            if not linked and v.row.version > statement.version + 1:
                text = f"does not follow version {statement.version}, which is the newest here"
                self._diverged(versions[i:], "version", text)
                return statement, []
            linked = True
            change = self._version(v, statement, before)
            if change is None:
                return statement, []
            before = change.snapshot
            count.added += 1
            made.append((change, statement.first_published, statement.published_here))
        if not made:
            return statement, []
        last = len(made) - 1
        return statement, [
            Staged(c, i == last, statement.new, first, here)
            for i, (c, first, here) in enumerate(made)
        ]

    def _diverged(self, versions: Sequence[Version], column: str, reason: str) -> None:
        for v in versions:
            self.importing.diverged("positions", v.line, column, reason)
            column, reason = "version", "follows a version that differs from the one here"

    def _facts(self, v: Version) -> CellFacts | None:
        """Return the cell of a version; add a fault and return None if there is no such cell."""
        x, book = v.row, self.book
        negotiation = self._look_up(v, "negotiation", x.negotiation, book.negotiations)
        issue = self._look_up(v, "issue", (x.negotiation, x.issue), book.issues)
        seat = self._look_up(v, "party", (x.negotiation, x.party), book.participations)
        if negotiation is None or issue is None or seat is None:
            return None
        if (x.negotiation, x.issue) in book.broken_options or self.importing.unread("option"):
            return None
        # A version recorded elsewhere may name options that have been retired since.
        past = x.recorded_at is not None
        if x.negotiation not in self.named:
            here = {
                i: row.id
                for (n, i), row in book.issues.items()
                if n == x.negotiation and row is not None
            }
            linked = {i: {s: o.id for s, o in book.options[x.negotiation, i].items()} for i in here}
            self.named[x.negotiation] = here, linked
        facts = self.options.get((x.negotiation, x.issue, past))
        if facts is None:
            options = book.options[x.negotiation, x.issue]
            facts = {s: OptionFacts(o.id, o.retired and not past) for s, o in options.items()}
            self.options[x.negotiation, x.issue, past] = facts
        return CellFacts(
            negotiation.id, seat.party_id, issue.id, x.issue, facts, *self.named[x.negotiation]
        )

    def _look_up(self, v: Version, column: str, key: Any, known: Mapping[Any, Any]) -> Any:
        if key not in known and not self.importing.unread(column):
            shown = key if isinstance(key, str) else key[1]
            what = (
                f"{shown!r} takes no part in it"
                if column == "party"
                else f"there is no {column} {shown!r}"
            )
            self.importing.fault("positions", v.line, column, what)
        return known.get(key)

    def _version(
        self, v: Version, statement: ImportedPosition, before: Mapping[str, Any] | None
    ) -> Change | None:
        """Compose one new version; add faults and return None if it breaks a rule."""
        importing, x = self.importing, v.row
        cell = self._facts(v)
        if cell is None or not self._follows(v, cell, statement, before):
            return None
        quotes = [
            QuoteFacts(
                e.said,
                e.published_on,
                # The quote of an exported position may be missing in a later text of its source.
                Verification.UNVERIFIED
                if e.claimed == e.verification == Verification.MISMATCH
                else e.verification,
                kept=not e.new,
            )
            for e in v.quotes
        ]
        wanted = x.model_copy(
            update={
                "attitudes": {a.option: a.attitude for _, a in v.attitudes},
                "conditions": {
                    a.option: a.condition for _, a in v.attitudes if a.condition is not None
                },
                "inferred": [a.option for _, a in v.attitudes if a.inferred],
                "links": [r.link_input(link) for _, link in v.links],
                "quotes": v.quotes,  # the rules ask only whether there are any
                # Given days are compared with those computed without them.
                **{
                    name: None
                    for name in ("stated_from", "stated_by")
                    if getattr(x, name) is not None
                },
            }
        )
        now = x.recorded_at or importing.now
        first = statement.first_published or x.first_published or now
        day = (importing.now if statement.published_here else first).astimezone(UTC).date()
        saving = Saving(x.status, before=before, now=now, recorded_day=day)
        composed = compose(wanted, cell, quotes, saving)
        clean = dated(importing, v, composed, day)
        place = places(v)
        for fault in composed.faults:
            table, line, column = place(fault.where)
            importing.fault(table, line, column, fault.detail)
        if composed.faults or not clean:
            return None
        document = {**composed.document, "uid": str(x.uid)}
        if x.redacted:
            document["redacted"] = {
                part: tombstone.model_dump() for part, tombstone in x.redacted.items()
            }
        if x.proposals:
            rows = sorted(x.proposals.values(), key=lambda p: p.version)
            document["proposals"] = [p.model_dump() for p in rows]
        if (
            x.first_published is not None
            and statement.first_published is None
            and not statement.published_here
        ):
            statement.first_published = x.first_published
            if x.first_published != x.recorded_at:  # it had been published under another party
                document["first_published"] = instant(x.first_published)
        if (
            x.status == PUBLISHED
            and statement.first_published is None
            and not statement.published_here
        ):
            statement.first_published, statement.published_here = (
                x.recorded_at,
                x.recorded_at is None,
            )
        if statement.version == 0:
            statement.created_by = x.recorded_by or importing.log.by
        statement.document, statement.version = document, x.version
        return Change(
            "position",
            statement.id,
            x.version,
            x.action,
            document,
            public=statement.first_published is not None or statement.published_here,
            reason=x.reason,
            negotiation_id=cell.negotiation_id,
            recorded_at=x.recorded_at,
            recorded_by=x.recorded_by,
        )

    def _follows(
        self,
        v: Version,
        cell: CellFacts,
        statement: ImportedPosition,
        before: Mapping[str, Any] | None,
    ) -> bool:
        """Check that a version may follow the one before; add faults and return False if not.

        None of its times may be in the future.
        """
        x, now, clean = v.row, self.importing.now, True
        here = (cell.negotiation_id, cell.party_id, cell.issue_id)
        if before is not None and here != (
            before["negotiation_id"],
            before["party_id"],
            before["issue_id"],
        ):
            self.importing.fault(
                "positions", v.line, "issue", "a position stays in its cell in all its versions"
            )
            clean = False
        published = statement.first_published is not None or statement.published_here
        if x.status == DRAFT and published:
            self.importing.fault(
                "positions", v.line, "status", "what was published does not become a draft again"
            )
            clean = False
        for column in ("recorded_at", "first_published"):
            at = getattr(x, column)
            if at is not None and at > now:
                self.importing.fault("positions", v.line, column, "lies in the future")
                clean = False
        for e in v.quotes if clean else ():
            if e.cell not in (None, here):
                self.importing.fault(
                    "quotes",
                    e.line,
                    "position",
                    "is used in two cells; give each a quote of its own",
                )
                clean = False
            e.cell = here
        return clean
