"""Merge and split options: each position concerned gets a new version with the action `recoded`.

Such a version is neither a move nor a correction (docs/rules.md, rule 11).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Conflict, Fault, Invalid
from app.log.documents import LinkDocument, PositionDocument
from app.log.entry import Change
from app.log.writer import Log
from app.models.issue import Issue, Option
from app.models.log import Revision
from app.models.position import Position, PositionAttitude, PositionLink
from app.models.vocabulary import Attitude, PositionStatus
from app.negotiations.issue_actions import amend_issue
from app.negotiations.issue_queries import list_options
from app.positions.attitude_recoding import Keep, SplitPart, clash, find, merge, split
from app.positions.live_rows import lay_out

# Retracted positions are not recoded: they stay as they were when they were retracted.
COUNTS = (PositionStatus.DRAFT, PositionStatus.PUBLISHED)


@dataclass(frozen=True, slots=True)
class RecodedPosition:
    """A position that is recoded, with the document of its newest version."""

    position: Position
    document: PositionDocument

    def linked(self, option_id: int) -> bool:
        """Tell whether the position has a link to this option of another issue."""
        return any(link["option_id"] == option_id for link in self.document["links"])


async def list_touched(
    session: AsyncSession, option: Option, *, lock: bool = False
) -> list[RecodedPosition]:
    """List the positions that name an option, drafts too, sorted by id.

    They have an attitude to it or, on other issues, a link to it. Retracted ones are left out.
    """
    named = union(
        select(PositionAttitude.position_id).where(PositionAttitude.option_id == option.id),
        select(PositionLink.position_id).where(PositionLink.option_id == option.id),
    )
    return await newest_of(session, named, lock=lock)


async def newest_of(
    session: AsyncSession, which: Any, *, lock: bool = False
) -> list[RecodedPosition]:
    """List the positions whose ids `which` selects, with their newest documents, sorted by id.

    Retracted ones are left out. With `lock`, the positions are locked before they are read.
    """
    newest = and_(
        Revision.kind == "position",
        Revision.object_id == Position.id,
        Revision.version == Position.version,
    )
    wanted = (
        select(Position, Revision.snapshot)
        .join(Revision, newest)
        .where(Position.id.in_(which), Position.status.in_(COUNTS))
        .order_by(Position.id)
    )
    if lock:  # separately and first, so that the read sees what the transactions waited for wrote
        ours = select(Position.id).where(Position.id.in_(which)).order_by(Position.id)
        await session.execute(ours.with_for_update())
    rows = await session.execute(wanted, execution_options={"populate_existing": lock})
    return [
        RecodedPosition(position, document) for position, document in rows if document is not None
    ]


def clashing(
    touched: Sequence[RecodedPosition], source: Option, target: Option
) -> list[RecodedPosition]:
    """List those with different attitudes to two options, about which an editor has to decide."""
    return [t for t in touched if clash(t.document["attitudes"], source.id, target.id)]


async def merge_options(
    log: Log,
    *,
    issue: Issue,
    source: Option,
    target: Option,
    keep: Mapping[int, Keep],
    reason: str,
) -> list[int]:
    """Merge the option `source` into `target`; return the ids of the positions changed.

    `source` is retired, and everything that named it names `target`. `keep` says, by position,
    which attitude to keep where a position has different ones to both; raise Invalid naming the
    positions left undecided. The caller has locked the issue. Can be repeated for what was restored
    or imported since.
    """
    _mergeable(source, target)
    touched = await list_touched(log.session, source, lock=True)
    undecided = [t for t in clashing(touched, source, target) if t.position.id not in keep]
    if undecided:
        raise Invalid(
            "Some positions say different things about the two options.",
            *(Fault(f"/keep/{t.position.id}", "needs a decision") for t in undecided),
        )
    await _retire(log, issue, source, target, reason)
    for t in touched:
        attitudes = t.document["attitudes"]
        if find(attitudes, source.id):
            attitudes = merge(attitudes, source.id, target.id, keep.get(t.position.id))
        links = _relinked(t.document["links"], source.id, target.id)
        await _recode(log, t, {"attitudes": attitudes, "links": links}, reason)
    return [t.position.id for t in touched]


def _mergeable(source: Option, target: Option) -> None:
    if source.id == target.id or source.issue_id != target.issue_id:
        raise Invalid(
            "An option can only be merged into another option of the same issue.",
            Fault("/into", "choose another option"),
        )
    if target.retired:
        raise Conflict(f"“{target.label}” is retired: nothing can be merged into it.")


async def _retire(log: Log, issue: Issue, source: Option, target: Option, reason: str) -> None:
    gone: dict[str, Any] = {"retired": True, "merged_into_id": target.id, "status_quo": False}
    changes = {source.slug: gone}
    if source.status_quo:
        changes[target.slug] = {"status_quo": True}
    # Options merged into the source earlier now lead to the target too.
    options = await list_options(log.session, issue.id)
    changes |= {
        o.slug: {"merged_into_id": target.id} for o in options if o.merged_into_id == source.id
    }
    await amend_issue(log, issue, {}, changes, reason=reason)


def _relinked(links: Sequence[LinkDocument], source: int, target: int) -> list[LinkDocument]:
    """Point links from one option to another, and drop duplicates."""
    renamed: list[LinkDocument] = [
        {**link, "option_id": target if link["option_id"] == source else link["option_id"]}
        for link in links
    ]
    return _distinct(renamed)


def _distinct(links: list[LinkDocument]) -> list[LinkDocument]:
    return [link for i, link in enumerate(links) if link not in links[:i]]


async def split_option(
    log: Log,
    *,
    issue: Issue,
    option: Option,
    new: Mapping[str, Any],
    parts: Mapping[int, SplitPart],
    reason: str,
) -> list[int]:
    """Split a new option off an option; return the ids of the positions changed.

    `parts` says, by position, which of the two options its attitude (on another issue: its link) is
    about; a position left out keeps the old option. `new` has the fields of the new option, with
    its `slug`. The caller has locked the issue. Raise Conflict if the slug is in use, Invalid where
    a position would prefer both.
    """
    session = log.session
    slug = new["slug"]
    if any(o.slug == slug for o in await list_options(session, issue.id)):
        raise Conflict(f"This issue already has an option {slug!r}.")
    touched = [
        t
        for t in await list_touched(session, option, lock=True)
        if parts.get(t.position.id, SplitPart.OLD) != SplitPart.OLD
    ]
    torn = [
        t
        for t in touched
        if parts[t.position.id] == SplitPart.BOTH and _attitude(t, option) == Attitude.PREFERS
    ]
    if torn:
        raise Invalid(
            "A party prefers at most one option.",
            *(Fault(f"/part/{t.position.id}", "can prefer only one of the two") for t in torn),
        )
    values = {
        "retired": False,
        "status_quo": False,
        **{n: v for n, v in new.items() if n != "slug"},
    }
    await amend_issue(log, issue, {}, {slug: values}, reason=reason)
    made = next(o for o in await list_options(session, issue.id) if o.slug == slug)
    for t in touched:
        part = parts[t.position.id]
        attitudes = split(t.document["attitudes"], option.id, made.id, part)
        links = t.document["links"]
        kept = links if part == SplitPart.BOTH else []
        links = _distinct([*kept, *_relinked(links, option.id, made.id)])
        await _recode(log, t, {"attitudes": attitudes, "links": links}, reason)
    return [t.position.id for t in touched]


def _attitude(touched: RecodedPosition, option: Option) -> str | None:
    found = find(touched.document["attitudes"], option.id)
    return found["attitude"] if found else None


async def _recode(
    log: Log,
    touched: RecodedPosition,
    changes: Mapping[str, Any],
    reason: str,
) -> None:
    """Write the next version of a position, in which nothing but the options named differs."""
    position, document = touched.position, {**touched.document, **changes}
    position.version += 1
    await log.session.flush()
    await lay_out(log.session, position, document)
    log.add(
        Change(
            "position",
            position.id,
            position.version,
            "recoded",
            document,
            public=document["status"] == PositionStatus.PUBLISHED
            or position.first_published_at is not None,
            reason=reason,
            negotiation_id=position.negotiation_id,
            position=position,
        )
    )
