"""Taking in sources with their texts, and quotes, each checked against the text that is here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

import anyio.to_thread
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import among
from app.exchange import rows as r
from app.exchange.codebook import Book, plain, refer
from app.exchange.settling import Entry, Importing, settle
from app.exchange.tables import read_text
from app.history.record import plain as as_json
from app.history.staging import Staging, copy, draw_ids, segments
from app.models.source import Quote, Source, SourceText
from app.models.vocabulary import Verification
from app.sources.actions import recheck, source_words
from app.sources.addresses import same_document_key
from app.sources.anchoring import check
from app.sources.folding import fold
from app.sources.queries import newest_checks, newest_texts
from app.sources.schemas import Text

PAGE = 5_000
TEXT = TypeAdapter(Text)
QUOTE_COLUMNS = (
    "id", "uid", "source_id", "exact", "prefix", "suffix", "kind", "language", "translated_from", "translation",
    "said_on", "speaker_id", "office", "party_id",
)  # fmt: skip


@dataclass(slots=True)
class Evidence:
    """A quote of the package: its line, how it will stand in the log, and what the rules ask about it."""

    line: int
    position: UUID
    said: dict[str, Any]  # columns, as a document of a position names them
    claimed: str  # verification as the package has it
    published_on: str | None = None
    corrected: bool = False  # something of its source has been changed since it was put on file
    verification: str = Verification.UNVERIFIED
    new: bool = True
    cell: tuple[int, int, int] | None = None  # where it is used
    found: tuple[Any, ...] | None = None  # segments, prefix, suffix as checked elsewhere
    check: tuple[Any, ...] | None = None  # what checking it gave here
    written: bool = False


@dataclass(slots=True)
class Sources:
    by_uid: dict[UUID, Source | None] = field(default_factory=dict)
    versions: dict[int, int] = field(default_factory=dict)  # as the package has them
    renewed: set[int] = field(default_factory=set)  # sources of ours that get another text


async def take_sources(importing: Importing) -> Sources:
    """Take in the sources, without their texts."""
    read = list(importing.rows("sources", r.SourceRow))
    package = importing.raw.name
    sources = Sources({r.uid(package, "sources", k): None for x in importing.raw.rows["sources"] if (k := x["uid"])})
    keys = {x.uid: same_document_key(x.url) for _, x in read if x.url}
    ours = await _ours(importing, [x.uid for _, x in read], list(keys.values()))
    texts = await _hashes(importing, {s.id for s in ours.values()})
    entries, known = [], []
    own: dict[str, int] = {}
    names = ("url", "reference", "title", "publisher", "author", "published_on", "accessed_on", "kind", "language")
    for line, x in read:
        key = keys.get(x.uid)
        if key and key in own:
            importing.fault("sources", line, "url", f"the same address as on line {own[key]}")
            continue
        if key:
            own[key] = line
        there, at_address = ours.get(x.uid), ours.get(key) if key else None
        if there and at_address and there is not at_address:
            importing.fault("sources", line, "url", f"is the address of another source here, {at_address.title!r}")
            continue
        there = there or at_address
        values = plain(x, (*names, "archive_url", "licence"), url_key=key)
        digest = _digest(importing, line, x) if x.text else x.text_sha256
        here = texts.get(there.id, []) if there else []
        # Where a text is on file, it tells its own checksum; one that is put on file now will.
        if there is None or not (x.text or here or digest is None or there.text_sha256 is None):
            values["text_sha256"] = digest
        entries.append(Entry("sources", line, x.version, values, {"uid": x.uid}, there))
        known.append((x, digest, here))
    settled = await settle(importing, "source", Source, entries, words=source_words)
    for (x, digest, here), entry, row in zip(known, entries, settled, strict=True):
        sources.by_uid[x.uid] = row
        sources.versions[row.id] = max(x.version, row.version)
        if x.text and digest and digest not in here:
            await _put(importing, sources, x, digest, entry, row, bool(here))
        elif digest and not here and row.text_sha256 is None:
            importing.late.append(partial(_attest, importing, row, digest))
    return sources


def _digest(importing: Importing, line: int, x: r.SourceRow) -> str | None:
    """The checksum of a text of the package; None, and the fault noted, where it cannot be taken."""
    try:
        text, digest = read_text(importing.raw.box, x.text or "")
        TEXT.validate_python(text)
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
        importing.fault("sources", line, "text", f"{x.text}: {reason}")
        return None
    except ValueError as error:
        importing.fault("sources", line, "text", str(error))
        return None
    if x.text_sha256 not in (None, digest):
        importing.fault("sources", line, "text_sha256", f"is not the checksum of {x.text}: the text was changed")
    return digest


async def _put(
    importing: Importing, sources: Sources, x: r.SourceRow, digest: str, entry: Entry, row: Source, others: bool
) -> None:
    """Put a text of the package on file."""
    if others and entry.outcome != "changed" and x.version <= row.version:
        importing.diverged("sources", entry.line, "text", "is another text than those on file here")
        return
    text, _ = read_text(importing.raw.box, x.text or "")
    last = select(func.coalesce(func.max(SourceText.n), 0)).where(SourceText.source_id == row.id)
    n = 1 + (await importing.session.scalar(last) or 0)
    on_file = SourceText(source_id=row.id, n=n, sha256=digest, text=text, added_at=importing.now)
    importing.session.add(on_file)
    await importing.session.flush()
    importing.session.expunge(on_file)
    if entry.outcome != "added":
        sources.renewed.add(row.id)
        importing.late.append(partial(_recheck, importing, row, digest))


async def _attest(importing: Importing, row: Source, digest: str) -> None:
    """Note against which text elsewhere the quotes of a source of ours were checked."""
    await importing.hold(Source, {row.id: row.version})
    await importing.log.amend("source", row, {"text_sha256": digest}, reason=None, words=source_words(row))


async def _recheck(importing: Importing, row: Source, digest: str) -> None:
    """Let a new text of a source of ours count, and check all its quotes against it."""
    await importing.hold(Source, {row.id: row.version})
    row.text_sha256 = digest
    [on_file] = (await newest_texts(importing.session, [row.id])).values()
    await recheck(importing.session, importing.log, row, on_file)


async def _ours(importing: Importing, uids: list[UUID], keys: list[str]) -> dict[Any, Source]:
    """Sources on file with these UUIDs or addresses, by either."""
    found: dict[Any, Source] = {}
    for column, values in ((Source.url_key, keys), (Source.uid, uids)):
        for i in range(0, len(values), PAGE):
            rows = await importing.session.scalars(select(Source).where(column.in_(values[i : i + PAGE])))
            found |= {getattr(s, column.key): s for s in rows}
    return found


async def _hashes(importing: Importing, ids: set[int]) -> dict[int, list[str]]:
    rows = await importing.session.execute(
        select(SourceText.source_id, SourceText.sha256).where(among(SourceText.source_id, ids))
    )
    hashes: dict[int, list[str]] = {}
    for source_id, digest in rows:
        hashes.setdefault(source_id, []).append(digest)
    return hashes


async def take_quotes(importing: Importing, book: Book, sources: Sources) -> dict[UUID, Evidence]:
    """Read the quotes and check those that are new; they are written with the positions that name them."""
    quotes = _read_quotes(importing, book, sources)
    await _find_ours(importing, quotes)
    new = [e for e in quotes.values() if e.new]
    for evidence, number in zip(new, await draw_ids(importing.session, "quote", len(new)), strict=True):
        evidence.said["id"] = number
    rows = {s.id: s for s in sources.by_uid.values() if s}
    by_source: dict[int, list[Evidence]] = {}
    for e in quotes.values():
        by_source.setdefault(e.said["source_id"], []).append(e)
        e.published_on = rows[e.said["source_id"]].published_on
        e.corrected = sources.versions.get(e.said["source_id"], 2) > 1
    for done, (source_id, quoted) in enumerate(by_source.items()):
        importing.tell("quotes by source", done, len(by_source))
        await _check(importing, rows[source_id], [e for e in quoted if e.new], renewed=source_id in sources.renewed)
    return quotes


def _read_quotes(importing: Importing, book: Book, sources: Sources) -> dict[UUID, Evidence]:
    quotes: dict[UUID, Evidence] = {}
    names = ("exact", "prefix", "suffix", "kind", "language", "translated_from", "translation", "said_on", "office")
    cells = importing.raw.rows["quotes"]
    at = cells[0].at if cells else {}
    for line, x in importing.rows("quotes", r.QuoteRow):
        source = refer(importing, "quotes", line, "source", x.source, sources.by_uid, "there is no such source")
        speaker = party = None
        if x.speaker is not None:
            speaker = refer(importing, "quotes", line, "speaker", x.speaker, book.speakers, "there is no such speaker")
            if speaker is None:
                continue
        elif x.office is not None or x.party is not None:
            importing.fault("quotes", line, "speaker", "is empty, but an office or a party is given")
            continue
        if x.party is not None:
            party = refer(importing, "quotes", line, "party", x.party, book.parties, f"there is no party {x.party!r}")
        if source is None or (x.party is not None and party is None):
            continue
        values = plain(x, names, uid=str(x.uid), source_id=source.id)
        # A hand-made package need not repeat what the speaker's row says.
        values["speaker_id"] = speaker.id if speaker else None
        values["party_id"] = party.id if party else speaker.party_id if speaker and "party" not in at else None
        if speaker and "office" not in at:
            values["office"] = speaker.office
        evidence = Evidence(line, x.position, values, str(x.verification))
        filled = set((x.filled or "").split())
        for side in filled & {"prefix", "suffix"}:
            values[side] = None
        if filled - {"prefix", "suffix"}:
            importing.fault("quotes", line, "filled", "names prefix, suffix, or both")
        if x.segments:
            evidence.found = ([list(s) for s in x.segments], x.prefix, x.suffix)
            if (x.start, x.end) not in ((None, None), (x.segments[0][0], x.segments[-1][1])):
                importing.fault("quotes", line, "segments", "do not begin at start and end at end")
        quotes[x.uid] = evidence
    package = importing.raw.name
    for row in cells:
        if (key := row["uid"]) and (u := r.uid(package, "quotes", key)) not in quotes:
            importing.faulty_quotes.add(u)
            importing.lacking |= {r.uid(package, "positions", row["position"] or "")}
    cells.clear()  # they are many, and have been read
    return quotes


async def _find_ours(importing: Importing, quotes: dict[UUID, Evidence]) -> None:
    """Find which quotes are on file; the words of one never change."""
    uids = list(quotes)
    for i in range(0, len(uids), PAGE):
        found = list(await importing.session.scalars(select(Quote).where(Quote.uid.in_(uids[i : i + PAGE]))))
        checks = await newest_checks(importing.session, [q.id for q in found])
        for ours in found:
            evidence = quotes[ours.uid]
            said = {c: as_json(getattr(ours, c)) for c in QUOTE_COLUMNS}
            other = [c for c, value in evidence.said.items() if said[c] != value]
            if other:
                column = other[0].removesuffix("_id")
                importing.diverged(
                    "quotes", evidence.line, column, "differs from the quote on file here; quotes never change"
                )
            evidence.said, evidence.new = said, False
            evidence.verification = checks[ours.id].verification


async def _check(importing: Importing, source: Source, new: Sequence[Evidence], *, renewed: bool) -> None:
    """Check quotes against the text on file, or take it from the package that they were checked elsewhere."""
    on_file = (await newest_texts(importing.session, [source.id])).get(source.id) if new else None
    folded = await anyio.to_thread.run_sync(fold, on_file.text) if on_file else None
    for e in new:
        prefix, suffix = e.said["prefix"], e.said["suffix"]
        attested = folded is None and e.claimed in ("verified", "attested") and source.text_sha256 is not None
        if folded is None:
            e.verification = Verification.ATTESTED if attested else Verification.UNVERIFIED
            spans, prefix, suffix = e.found if attested and e.found else (None, prefix, suffix)
        else:
            found = await anyio.to_thread.run_sync(check, folded, e.said["exact"], prefix, suffix)
            e.verification = found.verification
            spans = found.segments
            if found.verification == Verification.VERIFIED:
                prefix, suffix = found.prefix, found.suffix
        start, end = (spans[0][0], spans[-1][1]) if spans else (None, None)
        # Where all quotes of a source are checked anew at the end, these are too.
        if not renewed:
            text_id = on_file.id if on_file else None
            e.check = (e.said["id"], str(e.verification), text_id, start, end, segments(spans), prefix, suffix)
    if on_file is not None:
        importing.session.expunge(on_file)


async def write_quotes(session: AsyncSession, staging: Staging, quotes: Iterable[Evidence]) -> None:
    """Write quotes that are not yet there, and stage what checking them gave."""
    new = [e for e in {e.said["id"]: e for e in quotes}.values() if e.new and not e.written]
    await copy(session, "quote", QUOTE_COLUMNS, [tuple(e.said[c] for c in QUOTE_COLUMNS) for e in new])
    await staging.add_checks(e.check for e in new if e.check)
    for e in new:
        e.written = True
