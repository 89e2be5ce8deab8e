"""Find the same words where people typed or pasted them, for an admin to decide about."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as default
from typing import Any

import anyio.to_thread
from sqlalchemy import func, literal, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.log import ObjectPeriod, Revision
from app.models.release import Release
from app.models.review import ReviewComment
from app.models.source import SourceText
from app.redaction.search_conditions import mentions, mentions_within
from app.redaction.subject import AffectedRecords, Subject
from app.redaction.word_match import Token, Wording, tokens

FEW = 12  # a word is rare if at most so many objects have it
LONG = 7  # a rare word of so many letters is worth reporting; so are rare names and numbers
MOST = 200  # places that are reported
AROUND = 60  # characters shown on either side
NOT_SAID = ("uid", "text_sha256", "url_key")  # fields that nobody wrote in words


@dataclass(slots=True)
class TypedCopy:
    """One place that has the words or a rare word of them, and in which versions."""

    kind: str
    number: int
    field: str
    excerpt: str
    copied: bool  # whether it is a run of the words, not just a rare word
    of: int | None = None  # the position that a quote or a comment belongs to
    versions: list[int] = default(default_factory=list)


async def find_elsewhere(
    session: AsyncSession, subject: Subject, found: AffectedRecords
) -> list[TypedCopy]:
    """List other places with the words, whole or in part, then places with a rare word of them."""
    wording = found.wording
    if not wording.parts:
        return []
    await session.execute(text("SET LOCAL statement_timeout = 0"))  # a big log is read whole
    rare = await _rare(session, wording)
    there: dict[tuple[Any, ...], TypedCopy] = {}
    goes = _Going(subject, found)
    async for where, said in _said(session, wording, rare, goes):
        for place, shown in await anyio.to_thread.run_sync(_look, where, said, wording, rare):
            kept = there.setdefault(place, shown)
            kept.versions += [v for v in shown.versions if v not in kept.versions]
        if len(there) >= MOST:
            break
    return sorted(there.values(), key=lambda f: (not f.copied, f.kind, f.number))


@dataclass(frozen=True, slots=True)
class _Where:
    """A text that may have the words: the object it belongs to, and how much makes a copy."""

    kind: str
    number: int
    field: str
    version: int | None = None
    of: int | None = None
    least: int = 3  # words in a row

    @property
    def key(self) -> tuple[Any, ...]:
        return self.kind, self.number, self.field, self.of


class _Going:
    """Tell whether a text is blanked by the redaction anyway and need not be reported."""

    def __init__(self, subject: Subject, found: AffectedRecords) -> None:
        self.subject, self.found = subject, found
        self.holders = {(r.seq, r.n) for r in found.holders}
        self.trimmed = {c.quote_id for c in found.contexts}

    def has(self, r: Any, where: _Where) -> bool:
        held = (r.seq, r.n) in self.holders
        match self.subject.what:
            case "quote":
                beside = where.field in ("prefix", "suffix") and where.number in self.trimmed
                return where.kind == "quote" and (where.number in self.found.quotes or beside)
            case "source":
                return where.kind == "source" and held and where.field != "reason"
        return held and where.field == self.subject.what


async def _rare(session: AsyncSession, wording: Wording) -> set[str]:
    """Choose the words that few objects have: long words, names, numbers."""
    telling = {
        t.raw for part in wording.parts for i, t in enumerate(part) if t.counts > 1 and _tells(t, i)
    }
    rare = set()
    for word in sorted(telling)[:MOST]:
        asked = func.to_tsquery("simple", literal(f"'{word}'"))
        few = (
            select(ObjectPeriod.seq_from)
            .where(ObjectPeriod.words.bool_op("@@")(asked))
            .limit(FEW + 1)
        )
        there = await session.scalar(select(func.count()).select_from(few.subquery()))
        if (there or 0) <= FEW:
            rare.add(word.casefold())
    return rare


def _tells(token: Token, place: int) -> bool:
    name = place > 0 and token.raw[0].isupper()
    return name or len(token.raw) >= LONG or any(c.isdigit() for c in token.raw)


async def _said(
    session: AsyncSession, wording: Wording, rare: set[str], goes: _Going
) -> AsyncIterator[tuple[_Where, str]]:
    """Yield each text that may have the words, with its place."""
    names = ("kind", "object_id", "version", "seq", "n", "reason", "snapshot")
    logged = select(*(getattr(Revision, name) for name in names)).where(
        or_(
            mentions(Revision.reason, wording, rare),
            mentions_within(Revision.snapshot, wording, rare),
        )
    )
    rows = await session.stream(
        logged.order_by(Revision.seq, Revision.n).execution_options(yield_per=100)
    )
    async for r in rows:
        for where, said in _texts(r):
            if said and not goes.has(r, where):
                yield where, said
    comments = (
        select(ReviewComment)
        .where(mentions(ReviewComment.text, wording, rare))
        .order_by(ReviewComment.id)
    )
    for c in await session.scalars(comments):
        yield _Where("comment", c.id, "text", of=c.position_id), c.text
    columns = (Release.title, Release.changelog)
    releases = select(Release.negotiation_id, Release.number, *columns)
    for of, number, *both in await session.execute(
        releases.where(or_(*(mentions(c, wording, rare) for c in columns)))
    ):
        for name, said in zip(("title", "changelog"), both, strict=True):
            yield _Where("release", number, name, of=of), said
    stored = select(SourceText.source_id, SourceText.n, SourceText.text).where(
        SourceText.source_id != (goes.found.source_id or 0), mentions(SourceText.text, wording)
    )
    texts = await session.stream(stored.order_by(SourceText.id).execution_options(yield_per=1))
    async for row in texts:
        yield _Where("text", row.source_id, "text", version=row.n, least=8), row.text


def _texts(r: Any) -> Iterator[tuple[_Where, str]]:
    """Yield the texts of one log entry."""
    if r.reason:
        yield _Where(r.kind, r.object_id, "reason", r.version), r.reason
    for name, value in (r.snapshot or {}).items():
        if r.kind == "position" and name == "quotes":
            yield from _texts_of_quotes(r, value)
        elif r.kind == "position" and name == "attitudes":
            for a in value:
                yield _Where(r.kind, r.object_id, "condition", r.version), a["condition"] or ""
        elif name not in NOT_SAID:
            for said in value if isinstance(value, list) else [value]:
                if isinstance(said, str):
                    yield _Where(r.kind, r.object_id, name, r.version), said


def _texts_of_quotes(r: Any, quotes: Sequence[Mapping[str, Any]]) -> Iterator[tuple[_Where, str]]:
    for q in quotes:
        for part in ("exact", "prefix", "suffix", "translation", "office"):
            where = _Where("quote", q["id"], part, r.version, of=r.object_id)
            yield where, q.get(part) or ""


def _look(
    where: _Where, said: str, wording: Wording, rare: set[str]
) -> list[tuple[tuple[Any, ...], TypedCopy]]:
    """Return what a text has of the words: a significant run, else a rare word."""
    copied = [(a, b) for a, b in wording.shared(said) if _counts(said[a:b], where.least, wording)]
    spans = copied or [
        (t.start, t.end) for t in tokens(said) if t.word in rare and where.least == 3
    ]
    if not spans:
        return []
    start, end = spans[0]
    excerpt = said[max(0, start - AROUND) : end + AROUND]
    versions = [where.version] if where.version is not None else []
    shown = TypedCopy(
        where.kind, where.number, where.field, excerpt, bool(copied), where.of, versions
    )
    return [((*where.key, bool(copied)), shown)]


def _counts(run: str, least: int, wording: Wording) -> bool:
    """Tell whether a run is long enough and more than small words that occur in every text."""
    words = tokens(run)
    whole = any([t.word for t in words] == [t.word for t in part] for part in wording.parts)
    return whole or (
        len(words) >= least
        and (len(words) > 4 or sum(len(t.word) > 3 or t.counts == 1 for t in words) > 1)
    )
