"""Know the names of all parties, speakers and issues, to read them in what is typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Integer, Select, bindparam
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.prepared import Prepared
from app.log.reader import Moment, Snapshot, select_held_then
from app.log.recall import recall
from app.models.log import ObjectPeriod

KINDS = ("party", "issue", "speaker")
MOST = 2_000  # of each kind
BYTES_OF_NAME = 400


@dataclass(frozen=True, slots=True)
class Named:
    """Something with a name, and all its names."""

    kind: str
    id: int
    slug: str | None  # a speaker has none
    names: tuple[str, ...]


def _of_kind(kind: str) -> Select[*tuple[Any, ...]]:
    return (
        select_held_then()
        .where(ObjectPeriod.kind == kind, ObjectPeriod.public)
        .order_by(ObjectPeriod.object_id.desc())
        .limit(bindparam("most", type_=Integer))
    )


OF_KIND = {kind: Prepared(partial(_of_kind, kind), planned_anew=True) for kind in KINDS}


async def all_names(session: AsyncSession, at: Moment, *kinds: str) -> Sequence[Named]:
    """Return the names of these kinds of objects; one statement for a kind not known yet."""
    known = recall(session, at)
    found: list[Named] = []
    for kind in kinds:
        # A new speaker does not change how older positions read, and so not the state either.
        key = ("names", kind, at.seq if kind == "speaker" else None)
        kept: list[Named] | None = known.get(*key)
        if kept is None:
            rows = await OF_KIND[kind].all(session, at=at.seq, most=MOST)
            kept = [_named(Snapshot(*row)) for row in rows if row[-1] is not None]
            known.keep(*key, value=kept, size=BYTES_OF_NAME * (len(kept) + 1))
        found += kept
    return found


def _named(one: Snapshot) -> Named:
    if one.kind == "issue":
        return Named(one.kind, one.id, one["slug"], (one["title"],))
    names = [one["name"], *one["aliases"]]
    if one.kind == "party":
        return Named(
            one.kind, one.id, one["slug"], tuple(filter(None, [*names, one["short_name"]]))
        )
    return Named(one.kind, one.id, None, tuple(filter(None, names)))
