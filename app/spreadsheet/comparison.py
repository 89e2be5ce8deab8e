"""Find positions of a spreadsheet that are saved already, and compare them column by column."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.text_lines import alike, line_ends
from app.db.engine import among
from app.log.reader import REVISION, Snapshot, moment
from app.models.log import Commit, Revision
from app.models.position import Position
from app.positions.presenter import views
from app.positions.views import PositionView, QuoteView
from app.sources.urls import same_document_key
from app.spreadsheet.columns import VERBS
from app.spreadsheet.position_rows import Cells, Group

PAGE = 2_000


async def find_saved(session: AsyncSession, groups: Sequence[Group]) -> dict[UUID, PositionView]:
    """Return the saved positions that these groups are about, by the UUIDs of the groups.

    A saved position has the same UUID, or the same cell, date and quotes.
    """
    found: dict[UUID, PositionView] = {}
    for i in range(0, len(groups), PAGE):
        found |= await _find(session, groups[i : i + PAGE])
    return found


async def _find(session: AsyncSession, groups: Sequence[Group]) -> dict[UUID, PositionView]:
    cells = {
        g.uid: (g.names.negotiation.id, g.names.party_ids[g.party], g.names.issue_ids[g.issue])
        for g in groups
    }
    by_uid = {
        p.uid: p
        for p in await session.scalars(select(Position).where(Position.uid.in_(list(cells))))
    }
    cell = tuple_(Position.negotiation_id, Position.party_id, Position.issue_id)
    there = await session.scalars(
        select(Position)
        .where(cell.in_(set(cells.values())), Position.status != "retracted")
        .order_by(Position.id)
    )
    alike: dict[tuple[object, ...], list[Position]] = {}
    for p in there:
        alike.setdefault((p.negotiation_id, p.party_id, p.issue_id, p.stated_on), []).append(p)
    wanted: dict[UUID, list[tuple[int, int]]] = {}
    for g in groups:
        ours = by_uid.get(g.uid)
        if ours:
            said = int(g.cells["version"]) if g.given_uid and "version" in g.cells else ours.version
            wanted[g.uid] = [(ours.id, min(said, ours.version))]
        else:
            wanted[g.uid] = [
                (p.id, p.version) for p in alike.get((*cells[g.uid], g.cells.get("stated_on")), [])
            ]
    seen = await _views(session, {key for keys in wanted.values() for key in keys})
    found: dict[UUID, PositionView] = {}
    for g in groups:
        words = {q["exact"] for q in g.quotes}
        for key in wanted[g.uid]:
            view = seen.get(key)
            if view and (g.uid in by_uid or {line_ends(q.exact) for q in view.quotes} == words):
                found.setdefault(g.uid, view)
    return found


async def _views(
    session: AsyncSession, keys: set[tuple[int, int]]
) -> dict[tuple[int, int], PositionView]:
    rows = await session.execute(
        select(*REVISION)
        .join(Commit, Commit.seq == Revision.seq)
        .where(
            Revision.kind == "position",
            among(Revision.object_id, {id_ for id_, _ in keys}),
            Revision.snapshot.is_not(None),
        )
    )
    snapshots = [s for s in (Snapshot(*row) for row in rows) if (s.id, s.version) in keys]
    read = await views(session, await moment(session, drafts=True), snapshots)
    return {(v.id, v.version): v for v in read}


def difference(group: Group, view: PositionView) -> tuple[int, str, str] | None:
    """Return the first cell that differs from the saved position, or None.

    The result is the line, the column and the saved value. Columns without a cell are not compared.
    """
    cells, at = group.cells, group.at
    here = {"party": group.party, "issue": group.issue, "negotiation": group.names.negotiation.slug}
    for column, slug in here.items():
        if getattr(view, column) != slug:
            return group.line, column, str(getattr(view, column))
    for column in (
        "act",
        "firmness",
        "summary",
        "salience",
        "stated_on",
        "stated_from",
        "stated_by",
    ):
        held = _flat(getattr(view, column))
        if column in cells and _flat(cells[column]) != held:
            return at[column], column, held or "nothing"
    verb = next((c for c in (*VERBS, "attitudes") if c in at), None)
    if verb and group.attitudes != view.attitudes:
        return (
            at[verb],
            verb,
            "; ".join(f"{a} {slug}" for slug, a in view.attitudes.items()) or "no attitudes",
        )
    if (
        "conditions" in cells
        and {s: _flat(c) for s, c in group.conditions.items()} != view.conditions
    ):
        return at["conditions"], "conditions", str(view.conditions)
    if "inferred" in cells and {*group.inferred} != {*view.inferred}:
        return at["inferred"], "inferred", " ".join(view.inferred)
    if "links" in cells and list(map(_link, group.links)) != [_link(asdict(k)) for k in view.links]:
        return at["links"], "links", str([asdict(k) for k in view.links])
    return _quotes_differ(group, view.quotes)


def _quotes_differ(group: Group, held: Sequence[QuoteView]) -> tuple[int, str, str] | None:
    left = list(held)
    for row in group.quotes:
        mine = [
            q for q in left if row["quote_uid"] in (None, q.uid) and alike(q.exact, row["exact"])
        ]
        if not mine:
            return row.line, "exact", f"quotes {_shown(q.exact for q in held)}"
        differing = [d for q in mine if (d := _quote_differs(row, q))]
        if len(differing) == len(mine):
            return row.line, *differing[0]
        left.remove(next(q for q in mine if not _quote_differs(row, q)))
    return (
        (group.line, "exact", f"another quote besides, {_shown(q.exact for q in left)}")
        if left
        else None
    )


def _quote_differs(row: Cells, held: QuoteView) -> tuple[str, str] | None:
    pairs: list[tuple[str, Any]] = [
        (c, getattr(held, c))
        for c in ("kind", "language", "translated_from", "translation", "said_on")
    ]
    speaker = held.speaker
    for column, name in (("speaker_office", "office"), ("speaker_party", "party")):
        pairs.append((column, speaker and getattr(speaker, name)))
    for column, value in pairs:
        said = row[column]
        if said and _flat(said).casefold() != _flat(value).casefold() and column != "speaker_party":
            return column, _flat(value) or "nothing"
    if row["speaker_name"] and not (speaker and speaker.name):
        return "speaker_name", "nobody by name"
    url = row["source_url"]
    if url and row.source != (same_document_key(held.source.url) if held.source.url else None):
        return "source_url", held.source.url or held.source.reference or ""
    if not url and _flat(row["source_reference"]) != _flat(held.source.reference):
        return "source_reference", held.source.reference or ""
    return None


def _link(link: Any) -> tuple[object, object, object]:
    return link.get("issue"), link.get("option"), link.get("kind")


def _flat(value: object) -> str:
    return " ".join(str(value).split()) if value is not None else ""


def _shown(texts: Iterable[str]) -> str:
    return " and ".join(f"“{t[:60]}”" for t in list(texts)[:2])
