"""Know how parties, issues, speakers and the like are called."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Integer, Select, bindparam
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.prepared import Prepared
from app.log.reader import Moment, Snapshot, held_of_kinds, select_held_then
from app.log.recall import recall
from app.models.log import ObjectPeriod

KINDS = ("party", "issue", "speaker")
MOST = 2_000  # of each kind
BYTES_OF_NAME, BYTES_OF_TITLE = 400, 700
CALLED = ("slug", "name", "title")


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


async def titles(
    session: AsyncSession, at: Moment, wanted: Mapping[str, Iterable[int | None]]
) -> dict[tuple[str, int], Mapping[str, Any]]:
    """Return slug, name and title of objects, as far as they have them, by kind and number.

    The process keeps them: a change of one of them is another state. One statement for others.
    """
    known = recall(session, at)
    found: dict[tuple[str, int], Mapping[str, Any]] = {}
    missing: dict[str, list[int]] = {}
    for kind, numbers in wanted.items():
        for number in numbers:
            if number is None:
                continue
            kept: Mapping[str, Any] | None = known.get("called", kind, number)
            if kept is None:
                missing.setdefault(kind, []).append(number)
            else:
                found[kind, number] = kept
    for kind, held in (await held_of_kinds(session, at, missing)).items():
        for number, shown in held.items():
            called = {name: shown.data[name] for name in CALLED if name in shown.data}
            found[kind, number] = called
            known.keep("called", kind, number, value=called, size=BYTES_OF_TITLE)
    return found


async def all_names(session: AsyncSession, at: Moment, *kinds: str) -> Sequence[Named]:
    """Return all names of all objects of these kinds; one statement for a kind not known yet."""
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
