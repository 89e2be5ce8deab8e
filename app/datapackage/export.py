"""Export a whole negotiation, as known at a moment, as a data package.

It is read from the log and never filtered.
"""

from asyncio import sleep
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import anyio.to_thread
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from app.core.clock import instant
from app.datapackage.number_set import Numbers
from app.datapackage.rows import join_list
from app.datapackage.writer import PackageWriter, licences, pack, package
from app.db.engine import among
from app.log.documents import PositionDocument, QuoteDocument, SourceDocument
from app.log.reader import Moment, Snapshot, held_by_id, list_by_key, list_held
from app.models.log import ObjectPeriod, PositionPeriod
from app.models.negotiation import Speaker
from app.models.source import SourceText
from app.negotiations.code_book import CodeBook, code_book, is_invented, merged_into
from app.positions.compose import BY_HAND
from app.positions.names_at_moment import MOST_SOURCES, CheckAtMoment, checks_at
from app.positions.presenter import quote_link

PAGE = 500  # rows that are read at once
FEW = 50  # positions written before other tasks of the event loop may run
Progress = Callable[[str, int, int], None]  # step, number done, total number (0: not known)


@dataclass(slots=True)
class _Seen:
    """What the positions written so far refer to, by id."""

    sources: Numbers = field(default_factory=Numbers)
    speakers: dict[int, str] = field(default_factory=dict)
    quotes: Numbers = field(default_factory=Numbers)
    parties: set[int] = field(default_factory=set)
    uids: dict[int, str] = field(default_factory=dict)  # of sources; cleared when there are many
    urls: dict[int, str | None] = field(default_factory=dict)  # of the same sources


async def export_package(
    session: AsyncSession,
    at: Moment,
    negotiation: str,
    out: Path | BinaryIO,
    *,
    texts: bool,
    progress: Progress | None = None,
) -> None:
    """Write a negotiation to a folder, a .zip or a stream.

    Ask for the `texts` of sources only if nobody but editors gets the package. The same data gives
    the same bytes, also after an import into another database.
    """
    book = await code_book(session, at, negotiation)
    with package() as made:
        seen = _Seen()
        _code_book(made, book)
        await _positions(session, at, book, made, seen, progress)
        await _speakers_and_parties(session, at, book, made, seen)
        await _sources(session, at, made, seen, texts=texts)
        await _looks(session, at, book, made)
        n = book.negotiation
        made.close(
            name=n["slug"],
            title=n["title"],
            description=n["summary"],
            licenses=licences(n["licence"]),
        )
        await anyio.to_thread.run_sync(pack, made, out)


def _code_book(made: PackageWriter, book: CodeBook) -> None:
    slug, parties = book.negotiation["slug"], book.party_slugs()
    made.sheets["negotiations"].add(_said(book.negotiation, invented=is_invented(book.negotiation)))
    for seat in book.participations:
        into = parties.get(merged_into(seat) or 0)
        party = parties[seat["party_id"]]
        made.sheets["participations"].add(
            _said(seat, negotiation=slug, party=party, order=seat["ordinal"], merged_into=into)
        )
    for issue in book.issues:
        made.sheets["issues"].add(_said(issue, negotiation=slug, order=issue["ordinal"]))
        slugs = {o.id: o["slug"] for o in book.options[issue.id]}
        for option in book.options[issue.id]:
            into = slugs.get(option["merged_into_id"])
            made.sheets["options"].add(
                _said(option, negotiation=slug, issue=issue["slug"], merged_into=into)
            )


def _said(s: Snapshot, **more: Any) -> dict[str, Any]:
    return {**s.data, "version": s.version, **more}


async def _positions(
    session: AsyncSession,
    at: Moment,
    book: CodeBook,
    made: PackageWriter,
    seen: _Seen,
    progress: Progress | None,
) -> None:
    """Write every public version, by position, in the order of first publication."""
    wanted = (
        select(PositionPeriod.seq_from, PositionPeriod.n, PositionPeriod.first_published)
        .where(
            PositionPeriod.negotiation_id == book.negotiation.id,
            PositionPeriod.public,
            PositionPeriod.seq_from <= at.seq,
        )
        .order_by(
            PositionPeriod.first_published, PositionPeriod.position_id, PositionPeriod.version
        )
    )
    names = _Names(book)
    done = 0
    result = await session.stream(wanted, execution_options={"yield_per": PAGE})
    try:
        async for keys in result.partitions():
            held = zip(await list_by_key(session, keys), keys, strict=True)
            versions = [
                (version, published)
                for version, (_, _, published) in held
                if version.data is not None
            ]
            await _page(session, at, names, made, seen, versions)
            done += len(keys)
            if progress:
                progress("positions", done, 0)
    finally:
        await result.close()


class _Names:
    """The slugs of one negotiation, by id; for options with the place in their issue."""

    def __init__(self, book: CodeBook) -> None:
        self.negotiation = book.negotiation["slug"]
        self.issues = {i.id: i["slug"] for i in book.issues}
        self.options = {
            o.id: (place, o["slug"]) for os in book.options.values() for place, o in enumerate(os)
        }
        self.parties = book.party_slugs()


async def _page(
    session: AsyncSession,
    at: Moment,
    names: _Names,
    made: PackageWriter,
    seen: _Seen,
    versions: list[tuple[Snapshot[PositionDocument], Any]],
) -> None:
    quotes = {
        q["id"]: q for v, _ in versions for q in v.data["quotes"] if q["id"] not in seen.quotes
    }
    checks = await checks_at(session, at, quotes)
    await _look_up(session, at, quotes.values(), names, seen)
    for i, (version, first_published) in enumerate(versions):
        if i % FEW == 0:
            await sleep(0)
        _version(version, first_published, names, made)
        for q in version.data["quotes"]:
            if q["id"] not in seen.quotes:
                seen.quotes.add(q["id"])
                seen.sources.add(q["source_id"])
                if q["party_id"] is not None:
                    seen.parties.add(q["party_id"])
                made.sheets["quotes"].add(
                    _quote(q, version.data["uid"], checks[q["id"]], names, seen)
                )


async def _look_up(
    session: AsyncSession, at: Moment, quotes: Collection[QuoteDocument], names: _Names, seen: _Seen
) -> None:
    """Look up the sources, speakers and parties of quotes, where they are not known yet."""
    if len(seen.uids) > MOST_SOURCES:
        seen.uids.clear()
        seen.urls.clear()
    sources = {q["source_id"] for q in quotes}
    speakers = {q["speaker_id"] for q in quotes}
    for kind, ids, known in (("source", sources, seen.uids), ("speaker", speakers, seen.speakers)):
        if new := ids - known.keys() - {None}:
            held = await held_by_id(session, at, kind, new)
            known |= {i: s["uid"] for i, s in held.items()}
            if kind == "source":
                seen.urls |= {i: s["url"] for i, s in held.items()}
    if strangers := {q["party_id"] for q in quotes} - names.parties.keys() - {None}:
        names.parties |= {
            i: p["slug"] for i, p in (await held_by_id(session, at, "party", strangers)).items()
        }


def _version(
    version: Snapshot[PositionDocument], first_published: Any, names: _Names, made: PackageWriter
) -> None:
    d = version.data
    key = {"position": d["uid"], "version": version.version}
    made.sheets["positions"].add(
        _said(
            version,
            negotiation=names.negotiation,
            party=names.parties[d["party_id"]],
            issue=names.issues[d["issue_id"]],
            by_hand=" ".join(name for name, mark in BY_HAND.items() if version[mark]),
            action=version.action,
            reason=version.reason,
            recorded_at=instant(version.at),
            recorded_by=version.by,
            first_published=first_published and instant(first_published),
            quotes=" ".join(q["uid"] for q in d["quotes"]),
            proposals={str(p["version"]): p for p in d.get("proposals", ())} or None,
        )
    )
    for a in sorted(d["attitudes"], key=lambda a: names.options[a["option_id"]]):
        made.sheets["attitudes"].add({**a, **key, "option": names.options[a["option_id"]][1]})
    for link in d["links"]:
        option = names.options[link["option_id"]][1] if link["option_id"] is not None else None
        made.sheets["links"].add(
            {**link, **key, "issue": names.issues[link["issue_id"]], "option": option}
        )


def _quote(
    q: QuoteDocument, position: str, check: CheckAtMoment, names: _Names, seen: _Seen
) -> dict[str, Any]:
    url = seen.urls[q["source_id"]]
    filled = [side for side in ("prefix", "suffix") if not q[side] and getattr(check, side)]
    return {
        **q,
        "position": position,
        "source": seen.uids[q["source_id"]],
        "speaker": seen.speakers[q["speaker_id"]] if q["speaker_id"] is not None else None,
        "party": names.parties[q["party_id"]] if q["party_id"] is not None else None,
        "filled": " ".join(filled),
        **{
            n: getattr(check, n)
            for n in ("verification", "prefix", "suffix", "start", "end", "segments")
        },
        "page": check.page,
        "link": quote_link(q, check, url),
    }


async def _speakers_and_parties(
    session: AsyncSession, at: Moment, book: CodeBook, made: PackageWriter, seen: _Seen
) -> None:
    """Write the speakers quoted, the parties' other public speakers, and all parties named."""
    ids = set(seen.speakers)
    ids |= set(
        await session.scalars(select(Speaker.id).where(among(Speaker.party_id, book.parties)))
    )
    speakers = [s for s in (await held_by_id(session, at, "speaker", ids)).values() if s.public]
    party_ids = {s["party_id"] for s in speakers} | seen.parties | book.parties.keys()
    parties = await held_by_id(session, at, "party", party_ids)
    for party in parties.values():
        made.sheets["parties"].add(_said(party, aliases=join_list(party["aliases"])))
    for speaker in speakers:
        spoken_for = parties.get(speaker["party_id"])
        aliases = join_list(speaker["aliases"])
        made.sheets["speakers"].add(
            _said(speaker, party=spoken_for and spoken_for["slug"], aliases=aliases)
        )


async def _sources(
    session: AsyncSession, at: Moment, made: PackageWriter, seen: _Seen, *, texts: bool
) -> None:
    ids = iter(seen.sources)
    while some := list(islice(ids, PAGE)):
        for source in (await held_by_id(session, at, "source", some)).values():
            path = None
            if texts and source["text_sha256"] is not None:
                path = await _text(session, source, made)
            made.sheets["sources"].add(_said(source, text=path))


async def _text(
    session: AsyncSession, source: Snapshot[SourceDocument], made: PackageWriter
) -> str | None:
    """Write the text that a source had at that moment, if any; return its path in the package."""
    saved_text = await session.scalar(
        select(SourceText)
        .where(SourceText.source_id == source.id, SourceText.sha256 == source.data["text_sha256"])
        .order_by(SourceText.n.desc())
        .limit(1)
        .options(undefer(SourceText.text))
    )
    if saved_text is None or saved_text.redacted_at is not None:
        return None
    path = f"texts/{source.data['uid']}.txt"
    made.add_text(path, saved_text.text)
    session.expunge(saved_text)
    return path


async def _looks(session: AsyncSession, at: Moment, book: CodeBook, made: PackageWriter) -> None:
    parties, issues = book.party_slugs(), {i.id: i["slug"] for i in book.issues}
    looks = await list_held(
        session, at, ObjectPeriod.negotiation_id == book.negotiation.id, ObjectPeriod.kind == "look"
    )
    for look in looks:
        cell = {"party": parties[look["party_id"]], "issue": issues[look["issue_id"]]}
        made.sheets["looks"].add(_said(look, negotiation=book.negotiation["slug"], **cell))
