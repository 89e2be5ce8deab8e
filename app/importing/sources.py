"""Import sources with their texts."""

import hashlib
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import func, select

from app.datapackage import rows as r
from app.datapackage.reader import read_text
from app.db.engine import among
from app.importing.codebook import column_values
from app.importing.reconcile import ImportEntry, Importing, settle
from app.models.source import Source, SourceText
from app.sources.actions import recheck
from app.sources.queries import newest_texts
from app.sources.schemas import Text
from app.sources.urls import same_document_key

PAGE = 5_000
TEXTS_AT_ONCE, MOST_CHARACTERS = 50, 4_000_000  # that wait to be stored
TEXT = TypeAdapter(Text)


@dataclass(slots=True)
class ImportedSources:
    """The sources of the package after their import; None for those with faults."""

    by_uid: dict[UUID, Source | None] = field(default_factory=dict)
    versions: dict[int, int] = field(default_factory=dict)  # by id: the newer of package and here
    renewed: set[int] = field(default_factory=set)  # saved sources that get another text


BLANKED = ("url", "url_key", "reference", "title", "publisher", "author", "archive_url", "licence")
COLUMNS = (
    "url", "reference", "title", "publisher", "author", "published_on", "accessed_on", "kind",
    "language", "archive_url", "licence",
)  # fmt: skip


async def take_sources(importing: Importing) -> ImportedSources:
    """Import the sources, and those of their texts that are new here."""
    read = list(importing.rows("sources", r.SourceRow))
    package = importing.raw.name
    sources = ImportedSources(
        {
            r.uid(package, "sources", k): None
            for x in importing.raw.rows["sources"]
            if (k := x["uid"])
        }
    )
    keys = {x.uid: same_document_key(x.url) for _, x in read if x.url}
    ours = await _ours(importing, [x.uid for _, x in read], list(keys.values()))
    texts = await _hashes(importing, {s.id for s in ours.values()})
    entries, given = [], []
    own: dict[str, int] = {}
    for line, x in read:
        key = keys.get(x.uid)
        at_address = ours.get(key) if key else None
        there = ours.get(x.uid) or at_address
        if fault := _address_fault(own.get(key or ""), there, at_address):
            importing.fault("sources", line, "url", fault)
        if key:
            own.setdefault(key, line)
        if fault:
            continue
        here = texts.get(there.id, []) if there else []
        digest = _digest(importing, line, x, here) if x.text else x.text_sha256
        entries.append(_entry(line, x, key, there))
        # If a text is saved here, its own checksum counts; one that is saved now sets its own.
        if there is None or not (x.text or here or digest is None or there.text_sha256 is None):
            entries[-1].values["text_sha256"] = digest
        given.append(_GivenText(x, digest, here))
    settled = await settle(importing, "source", entries)
    new = _NewTexts(importing)
    for text, entry, row in zip(given, entries, settled, strict=True):
        sources.by_uid[text.row.uid] = row
        sources.versions[row.id] = max(text.row.version, row.version)
        if await _take_text(importing, sources, text, entry, row):
            await new.add(text, entry, row)
    await new.save()
    return sources


def _address_fault(line: int | None, there: Source | None, at_address: Source | None) -> str | None:
    """Say why a source cannot have its address: a line before or another source here has it."""
    if line is not None:
        return f"the same address as on line {line}"
    if at_address and there is not at_address:
        return f"is the address of another source here, {at_address.title!r}"
    return None


def _entry(line: int, x: r.SourceRow, key: str | None, there: Source | None) -> ImportEntry:
    values = column_values(x, COLUMNS, url_key=key)
    if x.redacted:
        values["redacted"] = {
            part: tombstone.model_dump() for part, tombstone in x.redacted.items()
        }
    if there and "data" in (there.redacted or {}):
        # A package does not bring back what was redacted here.
        values |= {name: getattr(there, name) for name in (*BLANKED, "redacted")}
    return ImportEntry("sources", line, x.version, values, {"uid": x.uid}, there)


def _digest(importing: Importing, line: int, x: r.SourceRow, here: list[str]) -> str | None:
    """Return the SHA-256 of a text of the package as it will be stored.

    Add a fault and return None if it cannot be stored. `here` has the checksums of the texts that
    the source has: an older release stored texts with other line ends, so both forms are compared.
    """
    try:
        text, digest = read_text(importing.raw.box, x.text or "")
        stored = _sha256(TEXT.validate_python(text))
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
        importing.fault("sources", line, "text", f"{x.text}: {reason}")
        return None
    except ValueError as error:
        importing.fault("sources", line, "text", str(error))
        return None
    if x.text_sha256 not in (None, digest):
        importing.fault(
            "sources", line, "text_sha256", f"is not the checksum of {x.text}: the text was changed"
        )
    return digest if digest in here else stored


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class _GivenText:
    """The text that a package gives a source, and the checksums of those already stored."""

    row: r.SourceRow
    digest: str | None
    here: list[str]


async def _take_text(
    importing: Importing,
    sources: ImportedSources,
    given: _GivenText,
    entry: ImportEntry,
    row: Source,
) -> bool:
    """Tell whether a text is to be stored, or note the checksum of one that lies elsewhere."""
    digest = given.digest
    if digest is None or digest in given.here:
        return False
    if not given.row.text:
        if not given.here and row.text_sha256 is None:
            importing.late.append(partial(_attest, importing, row, digest))
        return False
    if "text" in (row.redacted or {}):
        return False  # the texts of this source were redacted here
    if given.here and entry.outcome != "changed" and given.row.version <= row.version:
        importing.diverged("sources", entry.line, "text", "differs from the texts saved here")
        return False
    if entry.outcome != "added":
        sources.renewed.add(row.id)
        importing.late.append(partial(_recheck, importing, row, digest))
    return True


class _NewTexts:
    """Texts of the package that are stored some at a time, since each statement takes a while."""

    def __init__(self, importing: Importing) -> None:
        self.importing = importing
        self.waiting: list[SourceText] = []
        self.characters = 0

    async def add(self, given: _GivenText, entry: ImportEntry, row: Source) -> None:
        """Store a text, at once or with those that follow."""
        text, _ = read_text(self.importing.raw.box, given.row.text or "")
        self.waiting.append(
            SourceText(
                source_id=row.id,
                n=1 if entry.outcome == "added" else await _next_text(self.importing, row),
                sha256=given.digest or "",
                text=TEXT.validate_python(text),
                added_at=self.importing.now,
            )
        )
        self.characters += len(text)
        if len(self.waiting) >= TEXTS_AT_ONCE or self.characters > MOST_CHARACTERS:
            await self.save()

    async def save(self) -> None:
        """Store those that wait."""
        session = self.importing.session
        session.add_all(self.waiting)
        await session.flush()
        for text in self.waiting:
            session.expunge(text)
        self.waiting, self.characters = [], 0


async def _next_text(importing: Importing, source: Source) -> int:
    last = select(func.max(SourceText.n)).where(SourceText.source_id == source.id)
    return 1 + (await importing.session.scalar(last) or 0)


async def _attest(importing: Importing, row: Source, digest: str) -> None:
    """Save the checksum of the text elsewhere that the quotes of a source were checked against."""
    await importing.hold(Source, {row.id: row.version})
    await importing.log.amend(row, {"text_sha256": digest}, reason=None)


async def _recheck(importing: Importing, row: Source, digest: str) -> None:
    """Use a new text of a saved source, and check all the source's quotes against it."""
    await importing.hold(Source, {row.id: row.version})
    row.text_sha256 = digest
    [saved_text] = (await newest_texts(importing.session, [row.id])).values()
    await recheck(importing.log, row, saved_text)


async def _ours(importing: Importing, uids: list[UUID], keys: list[str]) -> dict[Any, Source]:
    """Return the saved sources with these UUIDs or URL keys, by either."""
    found: dict[Any, Source] = {}
    for column, values in ((Source.url_key, keys), (Source.uid, uids)):
        for i in range(0, len(values), PAGE):
            rows = await importing.session.scalars(
                select(Source).where(column.in_(values[i : i + PAGE]))
            )
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
