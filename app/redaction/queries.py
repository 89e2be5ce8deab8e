"""What a redaction would touch, and what was redacted."""

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import NotFound
from app.history.record import REDACTION
from app.models.log import Commit, Revision
from app.models.release import Release
from app.models.source import Quote, QuoteCheck, Source, SourceText

What = Literal["quote", "source", "text", "summary", "reason"]
WHATS: tuple[What, ...] = get_args(What)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be blanked: a quote's words, a source's data or texts, a position's summary or a version's reason."""

    what: What
    number: int  # of the quote, source or position
    version: int | None = None  # of the position


@dataclass(frozen=True, slots=True)
class Touched:
    """Where it stands, and the words that have to go."""

    revisions: Sequence[Revision]  # all versions of the objects that hold it, oldest first
    holding: int  # how many of them do
    source_id: int | None
    uid: str
    words: list[str]
    texts: int
    redacted: bool


async def touched(session: AsyncSession, subject: Subject) -> Touched:
    """Find where it stands; NotFound where there is no such thing."""
    match subject.what:
        case "quote":
            return await _quote(session, subject)
        case "source" | "text":
            return await _source(session, subject)
    return await _version(session, subject)


def told_of(found: Touched, releases: Sequence[tuple[int, int]]) -> str:
    """Say in words what would be blanked."""
    counts = (
        (found.holding, "version in the log", "versions in the log"),
        (found.texts, "stored version of the source’s text", "stored versions of the source’s text"),
        (len(releases), "package of a release, which is taken down", "packages of releases, which are taken down"),
    )
    return ", ".join(f"{n:,} {one if n == 1 else many}" for n, one, many in counts if n) or "nothing"


async def _quote(session: AsyncSession, subject: Subject) -> Touched:
    quote = await session.get(Quote, subject.number)
    if quote is None:
        raise NotFound(f"There is no quote {subject.number}.")
    holds = Revision.snapshot.contains({"quotes": [{"id": quote.id}]})
    holders = list(await session.scalars(select(Revision).where(Revision.kind == "position", holds)))
    checked = select(QuoteCheck.text_id).where(QuoteCheck.quote_id == quote.id, QuoteCheck.segments.is_not(None))
    said = or_(func.strpos(SourceText.text, quote.exact) > 0, SourceText.id.in_(checked))
    texts = select(func.count()).where(SourceText.source_id == quote.source_id, SourceText.text != "", said)
    return Touched(
        revisions=await _revisions(session, "position", {r.object_id for r in holders}),
        holding=len(holders),
        source_id=quote.source_id,
        uid=str(quote.uid),
        words=[w for w in (quote.exact, quote.translation) if w],
        texts=await session.scalar(texts) or 0,
        redacted=quote.redacted is not None,
    )


async def _source(session: AsyncSession, subject: Subject) -> Touched:
    source = await session.get(Source, subject.number)
    if source is None:
        raise NotFound(f"There is no source {subject.number}.")
    texts = select(func.count()).where(SourceText.source_id == source.id, SourceText.text != "")
    revisions = await _revisions(session, "source", {source.id})
    whole = subject.what == "source"
    said = [source.title, source.url, source.reference, source.author, source.archive_url] if whole else []
    return Touched(
        revisions=revisions,
        holding=len(revisions) if whole else 0,
        source_id=source.id,
        uid=str(source.uid),
        words=[w for w in said if w],
        texts=0 if whole else await session.scalar(texts) or 0,
        redacted=("data" if whole else "text") in (source.redacted or {}),
    )


async def _version(session: AsyncSession, subject: Subject) -> Touched:
    revisions = await _revisions(session, "position", {subject.number})
    named = next((r for r in revisions if r.version == subject.version), None)
    if named is None or named.snapshot is None:
        raise NotFound(f"There is no version {subject.version} of position {subject.number}.")
    said, same = named.reason, [named]
    if subject.what == "summary":  # a correction of something else carries it on
        said = named.snapshot["summary"]
        same = [r for r in revisions if r.snapshot and r.snapshot["summary"] == said]
    return Touched(
        revisions=revisions,
        holding=len(same) if said else 0,
        source_id=None,
        uid=named.snapshot["uid"],
        words=[said] if said else [],
        texts=0,
        redacted=not said,
    )


async def _revisions(session: AsyncSession, kind: str, ids: set[int]) -> list[Revision]:
    """Every version of these objects, drafts' included."""
    wanted = select(Revision).where(Revision.kind == kind, Revision.object_id.in_(ids))
    rows = await session.scalars(wanted.order_by(Revision.seq, Revision.n).execution_options(populate_existing=True))
    return list(rows)


async def find_releases(session: AsyncSession, subject: Subject, found: Touched) -> list[tuple[int, int]]:
    """Negotiation and number of each release whose package holds it."""
    if subject.what == "text":
        return []  # packages of releases have no texts
    there = select(Release.negotiation_id, Release.number).where(Release.package.is_not(None))
    held = []
    for negotiation_id, number in (await session.execute(there)).all():
        here = select(Release.package).where(Release.negotiation_id == negotiation_id, Release.number == number)
        if _holds(bytes(await session.scalar(here) or b""), subject, found):
            held.append((negotiation_id, number))
    return held


def _holds(package: bytes, subject: Subject, found: Touched) -> bool:
    table = {"quote": "quotes.csv", "source": "sources.csv"}.get(subject.what, "positions.csv")
    with zipfile.ZipFile(io.BytesIO(package)) as box:
        names = [n for n in box.namelist() if n.rsplit("/", 1)[-1] == table]
        rows = csv.DictReader(io.TextIOWrapper(box.open(names[0]), "utf-8", newline="")) if names else iter(())
        return any(
            row["uid"] == found.uid and (table != "positions.csv" or row[subject.what] in found.words) for row in rows
        )


@dataclass(frozen=True, slots=True)
class Redaction:
    """One that was done."""

    at: datetime
    by: str | None
    reason: str | None
    data: dict[str, Any]


async def list_redactions(session: AsyncSession) -> list[Redaction]:
    """Every one, the newest first."""
    rows = await session.execute(
        select(Commit.at, Commit.by, Revision.reason, Revision.snapshot)
        .join(Commit, Commit.seq == Revision.seq)
        .where(Revision.kind == REDACTION)
        .order_by(Revision.seq.desc(), Revision.n.desc())
    )
    return [Redaction(*row) for row in rows]
