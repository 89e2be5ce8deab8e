"""Import quotes page by page; first check those of sources with a text, source by source."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

import anyio.to_thread
from psycopg.types.json import Jsonb
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.text_lines import alike
from app.datapackage import rows as r
from app.datapackage.faults import Faults
from app.datapackage.reader import PackageRow
from app.datapackage.schema import TABLES
from app.db.engine import among, among_uids
from app.importing.codebook import ImportedBook, column_values
from app.importing.package_tables import CheckedQuote, PageOfPositions
from app.importing.reconcile import Importing
from app.importing.sources import ImportedSources
from app.log.bulk.writer import VersionWriter, copy, draw_ids
from app.log.entry import json_value as as_json
from app.log.writer import REDACTION
from app.models.log import Revision
from app.models.source import Quote, SourceText
from app.models.vocabulary import Verification
from app.sources.matching.anchor import check
from app.sources.matching.normalise import fold
from app.sources.page_numbers import page_at
from app.sources.queries import newest_checks, newest_texts
from app.sources.text_fragments import directive_of_words, find_words, read_directive

TEXTS_AT_ONCE = 5
SOURCES = 20  # whose quotes are checked before the results are kept
QUOTE_COLUMNS = (
    "id", "uid", "source_id", "exact", "prefix", "suffix", "kind", "language", "translated_from",
    "translation", "said_on", "speaker_id", "office", "party_id",
)  # fmt: skip
SAID = (
    "exact",
    "prefix",
    "suffix",
    "kind",
    "language",
    "translated_from",
    "translation",
    "said_on",
    "office",
)


@dataclass(slots=True)
class Evidence:
    """A quote of the package: its line, its columns in the log, and what the rules need to know."""

    line: int
    key: str
    position: str  # its key
    said: dict[str, Any]  # columns, as a document of a position names them
    claimed: str  # verification according to the package
    published_on: str | None = None
    corrected: bool = False  # whether its source has been changed since it was saved
    verification: str = Verification.UNVERIFIED
    new: bool = True
    cell: tuple[int, int, int] | None = None  # where it is used
    found: tuple[Any, ...] | None = None  # segments, prefix, suffix from the check elsewhere
    link: str | None = None  # from the package
    page: int | None = None
    check: tuple[Any, ...] | None = None  # the result of the check here
    written: bool = False


@dataclass(slots=True)
class Gathered:
    """What the database has about a page of quotes, before these are read."""

    # The quotes that are saved already, with their verification.
    ours: dict[UUID, tuple[Quote, str]] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)  # the ids of new quotes, by line
    # Results against a text, by line.
    checks: dict[int, CheckedQuote] = field(default_factory=dict)


@dataclass(slots=True)
class ReadQuotes:
    """The quotes of a page after reading."""

    by_key: dict[str, Evidence] = field(default_factory=dict)
    faulty: set[str] = field(default_factory=set)  # keys of quotes that could not be read
    lacking: set[str] = field(default_factory=set)  # positions with a quote that could not be read


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the table of quotes that is being read, and where its faults go."""

    importing: Importing
    row: PackageRow
    faults: Faults

    def fault(self, column: str, reason: str) -> None:
        self.faults.add(self.importing.raw.paths["quotes"], self.row.line, column, reason)

    def look_up(self, column: str, key: Any, known: Mapping[Any, Any], reason: str) -> Any:
        """Return what a column refers to; None and a fault if there is no such thing."""
        if key not in known and not self.importing.unread(column):
            self.fault(column, reason)
        return known.get(key)


class Quotes:
    """All quotes of a package."""

    def __init__(self, importing: Importing, book: ImportedBook, sources: ImportedSources) -> None:
        self.importing, self.book, self.sources = importing, book, sources
        self.rows = {s.id: s for s in sources.by_uid.values() if s}
        self.shared: set[str] = set()
        # The id and cell of those shared quotes that have been read.
        self.taken: dict[str, tuple[int, tuple[int, int, int] | None]] = {}
        # Whether some quotes may be saved already, and whether some were checked against a text.
        self.known = self.checked = False
        self.trimmed = False  # whether a redaction here may have shortened prefixes and suffixes
        self._reader: r.Reader[r.QuoteRow] | None = None

    async def open(self) -> None:
        """Find what concerns all quotes, and check those whose source has a text."""
        importing, tables = self.importing, self.importing.tables
        for line, key, first in await tables.repeated_quotes():
            importing.fault("quotes", line, "uid", f"the same as line {first}: {self._uid(key)}")
        self.shared = await tables.shared_quotes()
        self.known = bool(await importing.session.scalar(select(Quote.id).limit(1)))
        redacted = select(Revision.seq).where(Revision.kind == REDACTION).limit(1)
        self.trimmed = await importing.session.scalar(redacted) is not None
        ids = await importing.session.scalars(
            select(SourceText.source_id)
            .distinct()
            .where(among(SourceText.source_id, self.rows), SourceText.text != "")
        )
        if with_text := set(ids):
            await self._check_ahead(with_text)
        async for row in tables.stray_quotes():
            read = self._read(row, importing.faults)
            if read is not None and not importing.unread("position"):
                importing.fault(
                    "quotes", row.line, "position", "there is no such position in the package"
                )

    async def gather(self, page: PageOfPositions) -> Gathered:
        """Read from the database what it has about the quotes of a page."""
        session, gathered = self.importing.session, Gathered()
        uids = {row.line: self._uid(key) for row in page.quotes if (key := row["uid"])}
        if self.known:
            found = list(
                await session.scalars(select(Quote).where(among_uids(Quote.uid, uids.values())))
            )
            checks = await newest_checks(session, [q.id for q in found])
            gathered.ours = {q.uid: (q, checks[q.id].verification) for q in found}
            for quote in found:
                session.expunge(quote)
        new = [line for line, u in uids.items() if u not in gathered.ours]
        gathered.numbers = dict(zip(new, await draw_ids(session, "quote", len(new)), strict=True))
        if self.checked:
            gathered.checks = await self.importing.tables.checks(new)
        return gathered

    def read(self, page: PageOfPositions, gathered: Gathered) -> ReadQuotes:
        """Read the quotes of a page; compare the saved ones, and set the checks of new ones."""
        found = ReadQuotes()
        for row in page.quotes:
            key, position = row["uid"], row["position"] or ""
            if key in found.by_key:
                continue  # a duplicate, which has been reported
            # The faults of a quote are reported with the page of its own position.
            e = self._read(row, self.importing.faults if position in page.positions else Faults())
            if e is None:
                found.faulty |= {key} if key else set()
                found.lacking.add(position)
                continue
            found.by_key[e.key] = e
            if ours := gathered.ours.get(_uid_of(e)):
                self._compare(e, *ours)
            elif e.key in self.taken:
                e.said["id"], e.cell = self.taken[e.key]
                e.written = True
            else:
                e.said["id"] = gathered.numbers[e.line]
            if e.new:
                self._conclude(e, gathered.checks.get(e.line))
        return found

    def keep(self, found: ReadQuotes) -> None:
        """Remember the ids and cells of quotes that other positions name too."""
        if self.shared:
            for key in self.shared & found.by_key.keys():
                if (e := found.by_key[key]).new and e.cell is not None:
                    self.taken[key] = e.said["id"], e.cell

    def _uid(self, key: str) -> UUID:
        return r.uid(self.importing.raw.name, "quotes", key)

    def _read(self, row: PackageRow, faults: Faults) -> Evidence | None:
        importing = self.importing
        path = importing.raw.paths["quotes"]
        if self._reader is None:
            self._reader = r.Reader(r.QuoteRow, TABLES["quotes"], row.at, importing.raw.name, path)
        x = self._reader(row, faults)
        if x is None:
            return None
        line = _Line(importing, row, faults)
        source = line.look_up("source", x.source, self.sources.by_uid, "there is no such source")
        if not self._check_speaker(line, x) or source is None:
            return None
        values = column_values(x, SAID, uid=str(x.uid), source_id=source.id)
        values |= self._spoken(x, row.at)
        if x.redacted is not None:
            values["redacted"] = x.redacted.model_dump()
        e = Evidence(row.line, row["uid"] or "", row["position"] or "", values, str(x.verification))
        e.link, e.page = x.link, x.page
        filled = set((x.filled or "").split())
        for side in filled & {"prefix", "suffix"}:
            values[side] = None
        if filled - {"prefix", "suffix"}:
            line.fault("filled", "names prefix, suffix, or both")
        if x.segments:
            e.found = ([list(s) for s in x.segments], x.prefix, x.suffix)
            if (x.start, x.end) not in ((None, None), (x.segments[0][0], x.segments[-1][1])):
                line.fault("segments", "do not begin at start and end at end")
        return e

    def _check_speaker(self, line: _Line, x: r.QuoteRow) -> bool:
        """Note what is wrong with the speaker and the party of a quote; False if anything is."""
        book = self.book
        if x.speaker is None and (x.office is not None or x.party is not None):
            line.fault("speaker", "is empty, but an office or a party is given")
            return False
        speakers, parties = book.speakers, book.parties
        if x.speaker is not None and not line.look_up(
            "speaker", x.speaker, speakers, "there is no such speaker"
        ):
            return False
        return x.party is None or bool(
            line.look_up("party", x.party, parties, f"there is no party {x.party!r}")
        )

    def _spoken(self, x: r.QuoteRow, at: Mapping[str, int]) -> dict[str, Any]:
        """Return the ids of speaker and party, and the office.

        A package made by hand need not repeat what the speaker's row has.
        """
        speaker = self.book.speakers[x.speaker] if x.speaker is not None else None
        party = self.book.parties[x.party] if x.party is not None else None
        spoken: dict[str, Any] = {"speaker_id": None, "party_id": party.id if party else None}
        if speaker is None:
            return spoken
        spoken["speaker_id"] = speaker.id
        if "party" not in at:
            spoken["party_id"] = speaker.party_id
        if "office" not in at:
            spoken["office"] = speaker.office
        return spoken

    def _compare(self, e: Evidence, ours: Quote, verification: str) -> None:
        """Compare a quote with the saved one; quotes never change."""
        said = {c: as_json(getattr(ours, c)) for c in QUOTE_COLUMNS}
        other = [c for c, value in e.said.items() if c in said and not alike(said[c], value)]
        if self.trimmed:
            other = [c for c in other if not _is_left(c, said[c], e.said[c])]
        if ours.redacted is not None:
            said["redacted"] = ours.redacted
        elif other:
            column, why = (
                other[0].removesuffix("_id"),
                "differs from the quote here; quotes never change",
            )
            if "redacted" in e.said:
                why = (
                    "was redacted where the package is from;"
                    f" redact it here first: parley redact quote {ours.id}"
                )
            self.importing.diverged("quotes", e.line, column, why)
        e.said, e.new, e.verification = said, False, verification
        self._date(e)

    def _date(self, e: Evidence) -> None:
        e.published_on = self.rows[e.said["source_id"]].published_on
        e.corrected = self.sources.versions.get(e.said["source_id"], 2) > 1

    def _conclude(self, e: Evidence, made: CheckedQuote | None) -> None:
        """Set the result of checking a new quote.

        Without a text here, it is `attested` if the package says that it was verified elsewhere.
        """
        self._date(e)
        source, prefix, suffix = self.rows[e.said["source_id"]], e.said["prefix"], e.said["suffix"]
        text_id, spans = None, None
        fragment, page = read_directive(e.link), e.page
        if made is not None:
            e.verification, text_id, spans, prefix, suffix, fragment = made[1:7]
            page = made.page or page  # packages do not have the page breaks of their texts
            # The installation that made the link may have had more of the source than its text.
            if e.found and e.found[0] == spans:
                fragment = read_directive(e.link) or fragment
        else:
            attested = e.claimed in ("verified", "attested") and source.text_sha256 is not None
            e.verification = Verification.ATTESTED if attested else Verification.UNVERIFIED
            given = prefix, suffix
            if attested and e.found:
                spans, prefix, suffix = e.found
            if e.link is None and "redacted" not in e.said:
                fragment = directive_of_words(e.said["exact"], *given, (prefix, suffix))
        # If all quotes of the source are checked again at the end, these are too.
        if source.id not in self.sources.renewed:
            start, end = (spans[0][0], spans[-1][1]) if spans else (None, None)
            result = (str(e.verification), text_id, start, end, spans, prefix, suffix)
            e.check = (e.said["id"], *result, fragment or "", page)

    async def _check_ahead(self, with_text: set[int]) -> None:
        """Check new quotes source by source, so that each text is folded only once."""
        importing, tables, session = self.importing, self.importing.tables, self.importing.session
        self.checked = True
        package, keys = importing.raw.name, dict[int, list[str]]()
        for key in sorted(await tables.named("quotes", "source")):
            source = self.sources.by_uid.get(r.uid(package, "sources", key))
            if source and source.id in with_text:
                keys.setdefault(source.id, []).append(key)
        order = sorted(keys)
        for done in range(0, len(order), SOURCES):
            importing.tell("quotes by source", done, len(keys))
            names = [key for source_id in order[done : done + SOURCES] for key in keys[source_id]]
            made: list[CheckedQuote] = []
            found = await self._new_quotes(names)
            sources = list(found)
            for start in range(0, len(sources), TEXTS_AT_ONCE):
                some = sources[start : start + TEXTS_AT_ONCE]
                for source_id, saved_text in (await newest_texts(session, some)).items():
                    made += await anyio.to_thread.run_sync(
                        partial(_check, saved_text, found[source_id])
                    )
                    session.expunge(saved_text)
            await tables.keep_checks(made)

    async def _new_quotes(self, sources: Sequence[str]) -> dict[int, list[Evidence]]:
        """Return the quotes of these sources that are not saved yet, by the source's id."""
        rows = await self.importing.tables.quotes_from(sources)
        read = [e for row in rows if row["uid"] and (e := self._read(row, Faults()))]
        there = set[UUID]()
        if self.known:
            wanted = select(Quote.uid).where(among_uids(Quote.uid, map(_uid_of, read)))
            there = set(await self.importing.session.scalars(wanted))
        found: dict[int, list[Evidence]] = {}
        for e in read:
            if _uid_of(e) not in there:
                found.setdefault(e.said["source_id"], []).append(e)
        return found


def _is_left(column: str, ours: str | None, theirs: str | None) -> bool:
    """Tell whether a saved prefix or suffix is what a redaction left of the package's one."""
    ends = {"prefix": str.endswith, "suffix": str.startswith}.get(column)
    return ends is not None and theirs is not None and ends(theirs, ours or "")


def _uid_of(e: Evidence) -> UUID:
    return UUID(e.said["uid"])


def _check(saved_text: SourceText, quotes: Sequence[Evidence]) -> list[CheckedQuote]:
    folded, made = fold(saved_text.text), []
    for e in quotes:
        if "redacted" in e.said:
            continue
        prefix, suffix = e.said["prefix"], e.said["suffix"]
        found = check(folded, e.said["exact"], prefix, suffix)
        if found.verification == Verification.VERIFIED:
            prefix, suffix = found.prefix, found.suffix
        fragment = find_words(found, saved_text.text, e.said["exact"], saved_text.seams)
        page = page_at(saved_text.pages, found.start)
        spans = None if found.segments is None else [list(span) for span in found.segments]
        result = (str(found.verification), saved_text.id, spans, prefix, suffix, fragment, page)
        made.append(CheckedQuote(e.line, *result))
    return made


async def write_quotes(
    session: AsyncSession, writer: VersionWriter, quotes: Iterable[Evidence]
) -> None:
    """Write the new quotes, and add the results of their checks."""
    new = [e for e in {e.said["id"]: e for e in quotes}.values() if e.new and not e.written]
    rows = [
        (*(e.said[c] for c in QUOTE_COLUMNS), Jsonb(t) if (t := e.said.get("redacted")) else None)
        for e in new
    ]
    await copy(session, "quote", (*QUOTE_COLUMNS, "redacted"), rows)
    await writer.add_checks(e.check for e in new if e.check)
