"""Describe what a redaction would blank, and where else the same words are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import among
from app.models.negotiation import Negotiation
from app.redaction.stored_copies import touched
from app.redaction.subject import AffectedRecords, Subject
from app.redaction.typed_copies import TypedCopy, find_elsewhere

PAGES = {
    "position": "/positions/{}",
    "quote": "/quotes/{}",
    "source": "/sources/{}",
    "text": "/sources/{}/text",
}
FIELDS = {
    "exact": "its text",
    "prefix": "the text before it",
    "suffix": "the text after it",
    "text": "the saved text",
    "where": "where somebody looked",
}


@dataclass(frozen=True, slots=True)
class DescriptionLine:
    """One place: its page, if any, what is there, and an excerpt of the text around, for admins."""

    words: str
    url: str | None = None
    excerpt: str | None = None
    redact: str | None = None  # the address at which this place can be redacted as well


@dataclass(frozen=True, slots=True)
class RedactionPreview:
    """Hold everything that an admin reads before redacting."""

    words: Sequence[str]
    redacted: bool
    goes: Sequence[DescriptionLine]
    elsewhere: Sequence[DescriptionLine]  # the same words where people typed or pasted them
    rare: Sequence[DescriptionLine]  # places that share a rare word


async def preview(session: AsyncSession, subject: Subject) -> RedactionPreview:
    """Find what would be blanked and what would stay; change nothing."""
    found = await touched(session, subject)
    if found.redacted:
        return RedactionPreview(found.words, True, (), (), ())
    named = await find_elsewhere(session, subject, found)
    numbers = {f.of for f in named if f.kind == "release"} | {n for n, _ in found.releases}
    rows = await session.execute(
        select(Negotiation.id, Negotiation.slug).where(among(Negotiation.id, numbers))
    )
    slugs = {number: slug for number, slug in rows}
    lines = [(f.copied, _line(f, slugs)) for f in named]
    return RedactionPreview(
        found.words,
        False,
        list(goes(subject, found, slugs)),
        [line for copied, line in lines if copied],
        [line for copied, line in lines if not copied],
    )


def goes(
    subject: Subject, found: AffectedRecords, slugs: Mapping[int, str]
) -> list[DescriptionLine]:
    """List every place that would be blanked."""
    lines = [
        DescriptionLine(
            f"Quote {n}: {'its text' if i == 0 else 'the same text under another party'}",
            f"/quotes/{n}",
        )
        for i, n in enumerate(found.quotes)
    ]
    versions = defaultdict[tuple[str, int], list[int]](list)
    for r in found.holders:
        versions[r.kind, r.object_id].append(r.version)
    lines += [
        DescriptionLine(
            f"{kind.capitalize()} {number}: {_versions(held)} in the log", _page(kind, number)
        )
        for (kind, number), held in sorted(versions.items())
    ]
    beside = defaultdict[int, set[str]](set)
    for c in found.contexts:
        beside[c.quote_id].add(
            "as it was given" if c.seq is None else "as it was filled from the text"
        )
    lines += [
        DescriptionLine(
            f"Quote {number}: text before or after it, {' and '.join(sorted(how))}",
            f"/quotes/{number}",
        )
        for number, how in sorted(beside.items())
    ]
    also = sorted(found.users - {r.object_id for r in found.holders if r.kind == "position"})
    lines += [
        DescriptionLine(
            f"Position {n}: gets a new version, because text beside its quotes is removed",
            _page("position", n),
        )
        for n in also
    ]
    count = found.whole_texts or len(found.texts)
    what = "all of it" if found.whole_texts else "the passage, letter by letter"
    if count:
        lines.append(
            DescriptionLine(
                f"Source {found.source_id}: {_count(count, 'saved text')}, {what}",
                f"/sources/{found.source_id}/text",
            )
        )
    lines += [
        DescriptionLine(
            f"Release {n} of {slugs.get(of, of)}: its package is removed",
            f"/n/{slugs[of]}/releases/{n}",
        )
        for of, n in found.releases
    ]
    lines += [
        DescriptionLine(f"Proposal {n}: all that was sent, and its note", f"/proposals/{n}")
        for n in found.proposals
    ]
    if found.answers:
        lines.append(
            DescriptionLine(f"{_count(found.answers, 'answer')} kept for repeated requests")
        )
    return lines


def _line(f: TypedCopy, slugs: Mapping[int, str]) -> DescriptionLine:
    where = f"{f.kind.capitalize()} {f.number}"
    url, redact = _page(f.kind, f.number), None
    match f.kind:
        case "quote":
            where += f" of position {f.of}"
            redact = f"?what=quote&number={f.number}"
        case "comment":
            where, url = f"A comment on position {f.of}", f"/positions/{f.of}/review"
        case "release":
            where, url = f"Release {f.number}", f"/n/{slugs.get(f.of or 0)}/releases/{f.number}"
        case "text":
            where, redact = f"Source {f.number}", f"?what=text&number={f.number}"
        case "source":
            redact = f"?what=source&number={f.number}"
        case "position" if f.field in ("summary", "reason"):
            redact = f"?what={f.field}&number={f.number}&version={max(f.versions)}"
    told = f", {_versions(f.versions)}" if f.versions and f.kind not in ("text", "quote") else ""
    what = "" if f.kind == "comment" else f": {FIELDS.get(f.field, f.field)}"
    return DescriptionLine(
        f"{where}{what}{told}", url, f.excerpt, redact and f"/admin/redactions{redact}"
    )


def _page(kind: str, number: int) -> str | None:
    return PAGES[kind].format(number) if kind in PAGES else None


def _versions(numbers: Sequence[int]) -> str:
    return f"version{'s' if len(numbers) > 1 else ''} {', '.join(map(str, sorted(set(numbers))))}"


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"
