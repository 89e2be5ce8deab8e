"""Present positions and their quotes as known at a moment."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import instant
from app.core.gently import gently
from app.http.responses import dumps
from app.log.hearsay import attributed_by
from app.log.reader import Moment, Snapshot, list_versions_by_key, written
from app.log.recall import recall
from app.log.writer import Log
from app.models.vocabulary import Verification
from app.positions.names_at_moment import CheckAtMoment, NamesAtMoment, learn
from app.positions.views import LinkView, PositionView, ProposedView, QuoteView, SpeakerView
from app.sources.earlier_text_fragments import earlier_link
from app.sources.text_fragments import address
from app.sources.views import TombstoneView

VersionKey = tuple[int, int]  # the number of a position, and of its version
AT_ONCE = 2_000  # versions, and so of documents in memory while they are put together
BYTES_OF_VIEW = 3  # of the objects of a view, for each byte of its JSON
OVERHEAD = 300  # bytes of an entry of the memory


@dataclass(frozen=True, slots=True)
class Kept:
    """A version as it reads, and the same as JSON."""

    view: PositionView
    json: bytes

    @property
    def as_json(self) -> orjson.Fragment:
        """The position to be put into a JSON answer as it is."""
        return orjson.Fragment(self.json)


async def views(
    session: AsyncSession, at: Moment, versions: Sequence[Snapshot]
) -> list[PositionView]:
    """Return positions with the names, source data and results of checks of that moment."""
    found = await _kept(session, at, [(v.id, v.version) for v in versions])
    missing = [v for v in versions if (v.id, v.version) not in found]
    found |= await _make(session, at, missing)
    return [found[v.id, v.version].view for v in versions]


async def view_written(session: AsyncSession, log: Log) -> PositionView:
    """Return the position that an entry of the log wrote as a first version, once it is sealed."""
    [change] = [c for c in log.changes if c.position is not None]
    checks = {check.quote_id: CheckAtMoment.of(check) for check in log.checks}
    version = written(change, log.sealed, log.by)
    made = await _make(session, log.sealed, [version], NamesAtMoment(checks=checks))
    return made[version.id, version.version].view


async def read_versions(
    session: AsyncSession, at: Moment, keys: Iterable[VersionKey]
) -> dict[VersionKey, Kept]:
    """Read versions of positions as they read at a moment; redacted ones are left out.

    Four statements at most, and only for versions that the process has not met yet.
    """
    wanted = list(keys)
    found = await _kept(session, at, wanted)
    missing = [key for key in wanted if key not in found]
    for start in range(0, len(missing), AT_ONCE):
        versions = await list_versions_by_key(session, "position", missing[start : start + AT_ONCE])
        found |= await _make(session, at, versions)
    return found


async def read_as_json(
    session: AsyncSession, at: Moment, keys: Sequence[VersionKey]
) -> dict[VersionKey, bytes]:
    """Read versions as the API answers them; redacted ones are left out.

    Their JSON is kept apart from their views, which take three times as much memory.
    """
    known = recall(session, at)
    found = {key: json for key in keys if (json := known.get("position as JSON", *key))}
    missing = [key for key in keys if key not in found]
    read = await read_versions(session, at, missing) if missing else {}
    return found | {key: kept.json for key, kept in read.items()}


async def _kept(
    session: AsyncSession, at: Moment, keys: Iterable[VersionKey]
) -> dict[VersionKey, Kept]:
    """Find what the process keeps: a version never changes, nor how it reads in one state."""
    known = recall(session, at)
    found = {}
    async for key in gently(keys):
        view: PositionView | None = known.get("position", *key)
        if view is not None:
            found[key] = Kept(view, known.get("position as JSON", *key) or dumps(view))
    return found


async def _make(
    session: AsyncSession,
    at: Moment,
    versions: Sequence[Snapshot],
    names: NamesAtMoment | None = None,
) -> dict[VersionKey, Kept]:
    """Look up what versions refer to beyond `names`, and keep them as they read then."""
    if not versions:
        return {}
    known = recall(session, at)
    names = await names_of(session, at, versions, names or NamesAtMoment())
    made = {}
    async for version in gently(versions):
        view = position_view(version, names)
        key = (version.id, version.version)
        made[key] = kept = Kept(view, dumps(view))
        size = len(kept.json)
        known.keep("position", *key, value=view, size=OVERHEAD + BYTES_OF_VIEW * size)
        known.keep("position as JSON", *key, value=kept.json, size=OVERHEAD + size)
    return made


async def names_of(
    session: AsyncSession, at: Moment, versions: Sequence[Snapshot], known: NamesAtMoment
) -> NamesAtMoment:
    """Add what these versions refer to to the names known at this moment, and return them."""
    documents = [v.data for v in versions]
    await learn(session, at, known, documents, [q for d in documents for q in d["quotes"]])
    return known


def position_view(version: Snapshot, names: NamesAtMoment) -> PositionView:
    """Present one version of a position; `names` has everything that it refers to."""
    d = version.data
    attitudes, conditions, inferred = attitudes_by_slug(d["attitudes"], names)
    return PositionView(
        id=version.id,
        uid=d["uid"],
        version=version.version,
        status=d["status"],
        act=d["act"],
        negotiation=names.negotiations[d["negotiation_id"]],
        party=names.parties[d["party_id"]],
        issue=names.issues[d["issue_id"]],
        summary=d["summary"],
        firmness=d["firmness"],
        attitudes=attitudes,
        conditions=conditions,
        inferred=inferred,
        attributed_by=[names.parties[number] for number in attributed_by(d)],
        salience=d["salience"],
        links=link_views(d["links"], names),
        stated_on=d["stated_on"],
        stated_from=d["stated_from"],
        stated_by=d["stated_by"],
        recorded_at=instant(version.at),
        recorded_by=version.by,
        action=version.action,
        reason=version.reason,
        url=f"/positions/{version.id}",
        quotes=[quote_view(q, names) for q in d["quotes"]],
        redacted={part: TombstoneView(**t) for part, t in d["redacted"].items()}
        if "redacted" in d
        else None,
        proposals=[ProposedView(**p) for p in d["proposals"]] if "proposals" in d else None,
    )


def attitudes_by_slug(
    stated: Iterable[Mapping[str, Any]], names: NamesAtMoment
) -> tuple[dict[str, str], dict[str, str], list[str]]:
    """Return attitudes and conditions by option, and the inferred options, in their order."""
    attitudes = sorted(stated, key=lambda a: names.options[a["option_id"]][0])
    slug = {a["option_id"]: names.options[a["option_id"]][1] for a in attitudes}
    return (
        {slug[a["option_id"]]: a["attitude"] for a in attitudes},
        {slug[a["option_id"]]: a["condition"] for a in attitudes if a["condition"] is not None},
        [slug[a["option_id"]] for a in attitudes if a["inferred"]],
    )


def link_views(links: Iterable[Mapping[str, Any]], names: NamesAtMoment) -> list[LinkView]:
    """Return a position's links to other issues."""
    return [
        LinkView(
            names.issues[to["issue_id"]],
            names.options[to["option_id"]][1] if to["option_id"] is not None else None,
            to["kind"],
        )
        for to in links
    ]


def quote_link(q: Mapping[str, Any], check: CheckAtMoment, url: str | None) -> str | None:
    """Return the URL that leads to the quote in its source, as of the time of the check.

    None if the quote is redacted. Checks from before links were stored have theirs computed.
    """
    if "redacted" in q:
        return None
    if check.fragment is not None:
        return address(url, check.fragment, check.page)
    repeated = bool(q["prefix"] or q["suffix"]) or check.verification == Verification.AMBIGUOUS
    return earlier_link(url, q["exact"], check.prefix, check.suffix, repeated=repeated)


def quote_view(q: Mapping[str, Any], names: NamesAtMoment) -> QuoteView:
    """Present one quote; `names` has its check, source, speaker and party."""
    check = names.checks[q["id"]]
    source = names.sources[q["source_id"]]
    return QuoteView(
        id=q["id"],
        uid=q["uid"],
        exact=q["exact"],
        prefix=check.prefix,
        suffix=check.suffix,
        kind=q["kind"],
        language=q["language"],
        translated_from=q["translated_from"],
        translation=q["translation"],
        said_on=q["said_on"],
        verification=check.verification,
        start=check.start,
        end=check.end,
        segments=check.segments,
        speaker=SpeakerView(
            names.speakers[q["speaker_id"]],
            q["office"],
            names.parties[q["party_id"]] if q["party_id"] else None,
        )
        if q["speaker_id"] in names.speakers
        else None,
        source=source,
        link=quote_link(q, check, source.url),
        speaker_id=q["speaker_id"],
        redacted=TombstoneView(**q["redacted"]) if "redacted" in q else None,
        page=check.page,
    )
