"""Taking in positions with all their versions: composed by the rules of the field, page by page, and staged for the log."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.clock import instant
from app.core.database import among
from app.exchange import rows as r
from app.exchange.codebook import Book
from app.exchange.dates import dated
from app.exchange.evidence import Evidence
from app.exchange.laying import lay_out
from app.exchange.layout import TABLES
from app.exchange.settling import Importing
from app.exchange.tables import Row
from app.history.record import Change
from app.history.staging import Staged, Staging, draw_ids
from app.models.log import Commit, Revision
from app.models.position import Position
from app.models.vocabulary import PositionStatus, Verification
from app.positions.actions import words
from app.positions.content import CellFacts, OptionFacts, QuoteFacts, compose

PAGE = 1_000
SAID = ("status", "act", "summary", "firmness", "salience")
DRAFT, PUBLISHED = PositionStatus.DRAFT, PositionStatus.PUBLISHED


@dataclass(slots=True)
class Version:
    """One row of positions.csv with the rows of attitudes.csv and links.csv that belong to it."""

    line: int
    row: r.PositionRow
    attitudes: list[tuple[int, r.AttitudeRow]]
    links: list[tuple[int, r.LinkRow]]
    quotes: list[Evidence]


@dataclass(slots=True)
class Ours:
    """What is on file of a position, by version."""

    position: Position
    versions: dict[int, Any] = field(default_factory=dict)  # None where redacted


@dataclass(slots=True)
class Statement:
    """A position as it will be."""

    id: int
    uid: UUID
    document: dict[str, Any]
    version: int
    created_by: str | None
    first_published: datetime | None
    published_here: bool = False
    new: bool = True


async def take_positions(importing: Importing, book: Book, quotes: Mapping[UUID, Evidence], staging: Staging) -> None:
    """Take in all positions of the package."""
    work = _Work(importing, book, quotes)
    total = len(work.groups)
    uids = list(work.groups)
    for done in range(0, total, PAGE):
        importing.tell("positions", done, total)
        page = uids[done : done + PAGE]
        ours = await _ours(importing, page)
        new = [u for u in page if u not in ours]
        numbers = dict(zip(new, await draw_ids(importing.session, "position", len(new)), strict=True))
        statements: list[Statement] = []
        staged: list[Staged] = []
        for u in page:
            statement, versions = work.position(u, ours.get(u), numbers.get(u, 0))
            if versions:
                statements.append(statement)
                staged += versions
        if not importing.faults:  # what is faulty is written no further
            await lay_out(importing.session, statements)
            await staging.add(staged)
    work.tell_unused()


class _Work:
    """Everything that the making of one position looks up."""

    def __init__(self, importing: Importing, book: Book, quotes: Mapping[UUID, Evidence]) -> None:
        self.importing, self.book, self.quotes = importing, book, quotes
        self.package = importing.raw.name
        self.groups: dict[UUID, list[Row]] = {}
        for row in importing.raw.rows["positions"]:
            if key := row["uid"]:
                self.groups.setdefault(r.uid(self.package, "positions", key), []).append(row)
            else:
                importing.fault("positions", row.line, "uid", "is empty")
        importing.raw.rows["positions"].clear()
        self.attitudes = self._by_version("attitudes")
        self.links = self._by_version("links")
        self.of_position: dict[UUID, list[Evidence]] = {}
        for evidence in quotes.values():
            self.of_position.setdefault(evidence.position, []).append(evidence)
            if evidence.position not in self.groups:
                importing.fault("quotes", evidence.line, "position", "there is no such position in the package")
        self.used: set[int] = set()
        self.cells: dict[tuple[str, str], CellFacts] = {}

    def _by_version(self, table: str) -> dict[tuple[UUID, int], list[Row]]:
        found: dict[tuple[UUID, int], list[Row]] = {}
        for row in self.importing.raw.rows[table]:
            key, version = row["position"], row["version"] or "1"
            if key and version.isdecimal():
                found.setdefault((r.uid(self.package, "positions", key), int(version)), []).append(row)
            else:
                column = "version" if key else "position"
                self.importing.fault(table, row.line, column, "does not name a version" if key else "is empty")
        self.importing.raw.rows[table].clear()
        return found

    def position(self, u: UUID, ours: Ours | None, number: int) -> tuple[Statement, list[Staged]]:
        """Make the new versions of one position, oldest first."""
        importing = self.importing
        versions = sorted(self._versions(u), key=lambda v: v.row.version)
        newest = ours.versions.get(ours.position.version) if ours else None
        before = newest["document"] if newest else None
        statement = Statement(
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
                reason = self._differs(v, ours)
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
        return statement, [Staged(c, i == last, first, here) for i, (c, first, here) in enumerate(made)]

    def _diverged(self, versions: Sequence[Version], column: str, reason: str) -> None:
        for v in versions:
            self.importing.diverged("positions", v.line, column, reason)
            column, reason = "version", "follows a version that diverges from what is on file here"

    def _versions(self, u: UUID) -> Iterator[Version]:
        """Read the rows of one position; faults are noted."""
        importing, seen = self.importing, dict[int, int]()
        path = importing.raw.paths["positions"]
        for row in self.groups[u]:
            read = r.read_row(r.PositionRow, TABLES["positions"], row, self.package, importing.faults, path)
            mark = int(row["version"] or 1) if (row["version"] or "1").isdecimal() else 0
            attitudes = list(self._belonging("attitudes", r.AttitudeRow, self.attitudes.pop((u, mark), [])))
            links = list(self._belonging("links", r.LinkRow, self.links.pop((u, mark), [])))
            if read is None:
                continue
            if read.version in seen:
                importing.fault(
                    "positions", row.line, "version", f"the same position and version as line {seen[read.version]}"
                )
                continue
            seen[read.version] = row.line
            quotes = self._named_quotes(row, u)
            if quotes is not None:
                yield Version(row.line, read, attitudes, links, quotes)

    def _belonging(self, table: str, model: type[r.M], rows: Iterable[Row]) -> Iterator[tuple[int, r.M]]:
        path, faults = self.importing.raw.paths[table], self.importing.faults
        for row in rows:
            read = r.read_row(model, TABLES[table], row, self.package, faults, path)
            if read is not None:
                yield row.line, read

    def _named_quotes(self, row: Row, u: UUID) -> list[Evidence] | None:
        if row["quotes"] is None:
            # A hand-made package may leave it at saying in quotes.csv what belongs to what.
            found = self.of_position.get(u, []) if row["status"] != "retracted" or "quotes" not in row.at else []
        else:
            found = []
            for key in row["quotes"].split():
                quote = r.uid(self.package, "quotes", key)
                evidence = self.quotes.get(quote)
                if evidence is not None and evidence not in found:
                    found.append(evidence)
                    continue
                if evidence is not None:
                    self.importing.fault("positions", row.line, "quotes", f"{key} is there twice")
                elif quote not in self.importing.faulty_quotes:
                    self.importing.fault("positions", row.line, "quotes", f"there is no quote {key} in the package")
                return None
        self.used |= {e.said["id"] for e in found}
        return found

    def tell_unused(self) -> None:
        """Note what belongs to no position: it would be lost without a word."""
        for e in self.quotes.values():
            if e.said["id"] not in self.used and e.position in self.groups:
                self.importing.fault("quotes", e.line, "uid", "no version of its position names this quote")
        for table, left in (("attitudes", self.attitudes), ("links", self.links)):
            for rows in left.values():
                for row in rows:
                    self.importing.fault(table, row.line, "position", "there is no such version of a position")

    def _facts(self, v: Version) -> CellFacts | None:
        """The cell, as the rules ask about it; None, and the fault noted, where there is none."""
        x, book = v.row, self.book
        negotiation = self._look_up(v, "negotiation", x.negotiation, book.negotiations)
        issue = self._look_up(v, "issue", (x.negotiation, x.issue), book.issues)
        seat = self._look_up(v, "party", (x.negotiation, x.party), book.participations)
        if negotiation is None or issue is None or seat is None:
            return None
        if (x.negotiation, x.issue) in book.broken_options:
            return None
        # What was recorded elsewhere may name options that have been retired since.
        past = x.recorded_at is not None
        made = self.cells.get((x.negotiation, x.issue))
        if made is None:
            here = {i: row.id for (n, i), row in book.issues.items() if n == x.negotiation and row is not None}
            linked = {i: {s: o.id for s, o in book.options[x.negotiation, i].items()} for i in here}
            made = CellFacts(negotiation.id, 0, issue.id, x.issue, {}, here, linked)
            self.cells[x.negotiation, x.issue] = made
        options = book.options[x.negotiation, x.issue]
        facts = {s: OptionFacts(o.id, o.retired and not past) for s, o in options.items()}
        return CellFacts(negotiation.id, seat.party_id, issue.id, x.issue, facts, made.issues, made.linked)

    def _look_up(self, v: Version, column: str, key: Any, known: Mapping[Any, Any]) -> Any:
        if key not in known:
            shown = key if isinstance(key, str) else key[1]
            what = f"{shown!r} takes no part in it" if column == "party" else f"there is no {column} {shown!r}"
            self.importing.fault("positions", v.line, column, what)
        return known.get(key)

    def _version(self, v: Version, statement: Statement, before: Mapping[str, Any] | None) -> Change | None:
        """Make one new version; None, and its faults noted, where it breaks a rule."""
        importing, x = self.importing, v.row
        cell = self._facts(v)
        if cell is None or not self._follows(v, cell, statement, before):
            return None
        quotes = [
            QuoteFacts(
                e.said,
                e.published_on,
                # An exported position may rest on words that a later text of their source no longer has.
                Verification.UNVERIFIED if e.claimed == e.verification == Verification.MISMATCH else e.verification,
                kept=not e.new,
            )
            for e in v.quotes
        ]
        wanted = x.model_copy(
            update={
                "attitudes": {a.option: a.attitude for _, a in v.attitudes},
                "conditions": {a.option: a.condition for _, a in v.attitudes if a.condition is not None},
                "inferred": [a.option for _, a in v.attitudes if a.inferred],
                "links": [r.link_input(link) for _, link in v.links],
                "quotes": v.quotes,  # the rules ask only whether there are any
                # Days that are given are held against what follows without them.
                **{name: None for name in ("stated_from", "stated_by") if getattr(x, name) is not None},
            }
        )
        now = x.recorded_at or importing.now
        first = statement.first_published or x.first_published or now
        day = (importing.now if statement.published_here else first).astimezone(UTC).date()
        composed = compose(wanted, cell, quotes, status=x.status, before=before, now=now, recorded_day=day)
        clean = dated(importing, v, composed, day)
        places = _places(v)
        for fault in composed.faults:
            table, line, column = places(fault.where)
            importing.fault(table, line, column, fault.detail)
        if composed.faults or not clean:
            return None
        document = {**composed.document, "uid": str(x.uid)}
        if x.first_published is not None and statement.first_published is None and not statement.published_here:
            statement.first_published = x.first_published
        if x.status == PUBLISHED and statement.first_published is None and not statement.published_here:
            statement.first_published, statement.published_here = x.recorded_at, x.recorded_at is None
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
            words=words(document),
            recorded_at=x.recorded_at,
            recorded_by=x.recorded_by,
        )

    def _follows(self, v: Version, cell: CellFacts, statement: Statement, before: Mapping[str, Any] | None) -> bool:
        """Check what a version may not change against the one before, and that nothing comes from the future."""
        x, now, clean = v.row, self.importing.now, True
        here = (cell.negotiation_id, cell.party_id, cell.issue_id)
        if before is not None and here != (before["negotiation_id"], before["party_id"], before["issue_id"]):
            self.importing.fault("positions", v.line, "issue", "a position stays in its cell in all its versions")
            clean = False
        published = statement.first_published is not None or statement.published_here
        if x.status == DRAFT and published:
            self.importing.fault("positions", v.line, "status", "what was published does not become a draft again")
            clean = False
        for column in ("recorded_at", "first_published"):
            at = getattr(x, column)
            if at is not None and at > now:
                self.importing.fault("positions", v.line, column, "lies in the future")
                clean = False
        for e in v.quotes:
            if e.cell not in (None, here):
                self.importing.fault("quotes", e.line, "position", "is used in two cells; give each a quote of its own")
                clean = False
            e.cell = here
        return clean

    def _differs(self, v: Version, ours: Ours) -> tuple[str, str] | None:
        """Say in which column a version is not the one on file; None where it is, or was redacted here."""
        if v.row.version not in ours.versions:
            return "version", "is not on file here, though later versions of this position are"
        found = ours.versions[v.row.version]
        if found is None:
            return None
        document, action, reason, at, by = found["document"], found["action"], found["reason"], found["at"], found["by"]
        x, book = v.row, self.book
        options = book.options.get((x.negotiation, x.issue), {})
        ids = {s: o.id for s, o in options.items()}
        said: dict[str, Any] = {name: _text(getattr(x, name)) for name in SAID}
        said |= {
            n: str(value) for n in ("stated_on", "stated_from", "stated_by") if (value := getattr(x, n)) is not None
        }
        for name, value in said.items():
            if (document[name] or None) != (value or None):
                return name, f"differs from version {x.version} on file here"
        here = [
            getattr(known.get(key), "id", None)
            for key, known in ((x.negotiation, book.negotiations), ((x.negotiation, x.issue), book.issues))
        ]
        party = book.parties.get(x.party)
        if [*here, party and party.id] != [document["negotiation_id"], document["issue_id"], document["party_id"]]:
            return "issue", "is in another cell here"
        attitudes = {(ids.get(a.option), str(a.attitude), a.condition, a.inferred) for _, a in v.attitudes}
        if attitudes != {(a["option_id"], a["attitude"], a["condition"], a["inferred"]) for a in document["attitudes"]}:
            return "version", f"its attitudes differ from those of version {x.version} on file here"
        links = [(self._issue_id(x, k), self._option_id(x, k), str(k.kind)) for _, k in v.links]
        if links != [(k["issue_id"], k["option_id"], k["kind"]) for k in document["links"]]:
            return "version", f"its links differ from those of version {x.version} on file here"
        if [e.said["id"] for e in v.quotes] != [q["id"] for q in document["quotes"]]:
            return "quotes", f"differ from those of version {x.version} on file here"
        brought = (("action", action if x.action != "imported" else None), ("reason", reason), ("recorded_by", by))
        for name, value in brought:
            if value is not None and getattr(x, name) is not None and getattr(x, name) != value:
                return name, f"differs from version {x.version} on file here"
        if x.recorded_at is not None and instant(x.recorded_at) != instant(at):
            return "recorded_at", f"differs from version {x.version} on file here"
        return None

    def _issue_id(self, x: r.PositionRow, link: r.LinkRow) -> int | None:
        issue = self.book.issues.get((x.negotiation, link.issue))
        return issue.id if issue else None

    def _option_id(self, x: r.PositionRow, link: r.LinkRow) -> int | None:
        option = self.book.options.get((x.negotiation, link.issue), {}).get(link.option or "")
        return option.id if option else None


def _text(value: object) -> Any:
    return str(value) if isinstance(value, str) else value


def _places(v: Version) -> Any:
    """Tell in which file, line and column that stands which a JSON pointer of the rules names."""
    attitudes = {a.option: line for line, a in v.attitudes}
    inferred = [a.option for _, a in v.attitudes if a.inferred]

    def place(pointer: str) -> tuple[str, int, str]:
        match pointer.strip("/").split("/"):
            case ["attitudes", option] if option in attitudes:
                return "attitudes", attitudes[option], "option"
            case ["conditions", option] if option in attitudes:
                return "attitudes", attitudes[option], "condition"
            case ["inferred", i] if i.isdecimal() and int(i) < len(inferred):
                return "attitudes", attitudes[inferred[int(i)]], "inferred"
            case ["attitudes"] if v.attitudes:
                return "attitudes", v.attitudes[0][0], "attitude"
            case ["links", i, column] if int(i) < len(v.links):
                return "links", v.links[int(i)][0], column
            case ["quotes", i, column] if int(i) < len(v.quotes):
                return "quotes", v.quotes[int(i)].line, {"source_id": "source"}.get(column, column)
            case [column, *_]:
                return "positions", v.line, column if column else "uid"
        return "positions", v.line, "uid"

    return place


async def _ours(importing: Importing, uids: Sequence[UUID]) -> dict[UUID, Ours]:
    """What is on file of these positions, which nobody else changes until this import is done."""
    found = await importing.session.scalars(
        select(Position).where(Position.uid.in_(uids)).order_by(Position.id).with_for_update()
    )
    ours = {p.id: Ours(p) for p in found}
    if ours:
        rows = await importing.session.execute(
            select(
                Revision.object_id, Revision.version, Revision.snapshot, Revision.action, Revision.reason,
                Revision.recorded_at, Revision.recorded_by, Commit.at, Commit.by,
            )
            .join(Commit, Commit.seq == Revision.seq)
            .where(Revision.kind == "position", among(Revision.object_id, ours))
            .order_by(Revision.version)
        )  # fmt: skip
        for id_, version, document, action, reason, recorded_at, recorded_by, at, by in rows:
            entry = {"document": document, "action": action, "reason": reason}
            entry |= {"at": recorded_at or at, "by": recorded_by or by}
            ours[id_].versions[version] = entry if document is not None else None
    return {o.position.uid: o for o in ours.values()}
