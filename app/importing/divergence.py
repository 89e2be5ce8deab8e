"""Compare the history of a position in a package with the saved one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.clock import instant
from app.core.text_lines import alike
from app.datapackage import rows as r
from app.db.engine import among, among_uids
from app.importing.codebook import ImportedBook
from app.importing.reconcile import Importing
from app.importing.versions import Version
from app.models.log import Commit, Revision
from app.models.position import Position

SAID = ("status", "act", "summary", "firmness", "salience")


@dataclass(slots=True)
class Ours:
    """A saved position with its versions."""

    position: Position
    versions: dict[int, Any] = field(default_factory=dict)  # None if redacted


async def find_stored(importing: Importing, uids: Sequence[UUID]) -> dict[UUID, Ours]:
    """Return the saved ones of these positions with all their versions, by UUID."""
    found = await importing.session.scalars(
        select(Position).where(among_uids(Position.uid, uids)).order_by(Position.id)
    )
    ours = {p.id: Ours(p) for p in found}
    if ours:
        rows = await importing.session.execute(
            select(
                Revision.object_id, Revision.version, Revision.snapshot, Revision.action,
                Revision.reason, Revision.recorded_at, Revision.recorded_by, Commit.at, Commit.by,
            )
            .join(Commit, Commit.seq == Revision.seq)
            .where(Revision.kind == "position", among(Revision.object_id, ours))
            .order_by(Revision.version)
        )  # fmt: skip
        for id_, version, document, action, reason, recorded_at, recorded_by, at, by in rows:
            entry = {"document": document, "action": action, "reason": reason}
            entry |= {"at": recorded_at or at, "by": recorded_by or by}
            ours[id_].versions[version] = entry if document is not None else None
    return {o.position.uid: o for o in ours.values()}


def differs(book: ImportedBook, v: Version, ours: Ours) -> tuple[str, str] | None:
    """Return the column in which a version differs from the saved one, and how.

    None if they are the same, or if the saved version was redacted.
    """
    if v.row.version not in ours.versions:
        return "version", "is missing here, although later versions of this position exist"
    found = ours.versions[v.row.version]
    if found is None:
        return None
    document = found["document"]
    return (
        _fields_differ(v.row, document)
        or _cell_differs(book, v.row, document)
        or _lists_differ(book, v, document)
        or _entry_differs(v.row, found)
    )


def _fields_differ(x: r.PositionRow, document: Mapping[str, Any]) -> tuple[str, str] | None:
    said: dict[str, Any] = {name: _text(getattr(x, name)) for name in SAID}
    said |= {
        n: str(value)
        for n in ("stated_on", "stated_from", "stated_by")
        if (value := getattr(x, n)) is not None
    }
    redacted = document.get("redacted", {})
    for name, value in said.items():
        if name not in redacted and not alike(document[name] or None, value or None):
            return name, f"differs from version {x.version} here"
    return None


def _cell_differs(
    book: ImportedBook, x: r.PositionRow, document: Mapping[str, Any]
) -> tuple[str, str] | None:
    negotiation = book.negotiations.get(x.negotiation)
    issue = book.issues.get((x.negotiation, x.issue))
    party = book.parties.get(x.party)
    named = [row.id if row else None for row in (negotiation, party, issue)]
    if named != [document["negotiation_id"], document["party_id"], document["issue_id"]]:
        return "issue", "is in another cell here"
    return None


def _lists_differ(
    book: ImportedBook, v: Version, document: Mapping[str, Any]
) -> tuple[str, str] | None:
    x = v.row
    options = book.options.get((x.negotiation, x.issue), {})
    ids = {s: o.id for s, o in options.items()}
    attitudes = {
        (ids.get(a.option), str(a.attitude), a.condition, a.inferred) for _, a in v.attitudes
    }
    if attitudes != {
        (a["option_id"], a["attitude"], a["condition"], a["inferred"])
        for a in document["attitudes"]
    }:
        return "version", f"its attitudes differ from those of version {x.version} here"
    links = [(_issue_id(book, x, k), _option_id(book, x, k), str(k.kind)) for _, k in v.links]
    if links != [(k["issue_id"], k["option_id"], k["kind"]) for k in document["links"]]:
        return "version", f"its links differ from those of version {x.version} here"
    if [e.said["id"] for e in v.quotes] != [q["id"] for q in document["quotes"]]:
        return "quotes", f"differ from those of version {x.version} here"
    return None


def _entry_differs(x: r.PositionRow, found: Mapping[str, Any]) -> tuple[str, str] | None:
    """Compare what the log says of a version beside its document: action, reason, by whom, when."""
    redacted = found["document"].get("redacted", {})
    brought = (
        ("action", found["action"] if x.action != "imported" else None),
        ("reason", found["reason"]),
        ("recorded_by", found["by"]),
    )
    for name, value in brought:
        said_here = getattr(x, name)
        if name not in redacted and None not in (value, said_here) and not alike(said_here, value):
            return name, f"differs from version {x.version} here"
    if x.recorded_at is not None and instant(x.recorded_at) != instant(found["at"]):
        return "recorded_at", f"differs from version {x.version} here"
    return None


def _issue_id(book: ImportedBook, x: r.PositionRow, link: r.LinkRow) -> int | None:
    issue = book.issues.get((x.negotiation, link.issue))
    return issue.id if issue else None


def _option_id(book: ImportedBook, x: r.PositionRow, link: r.LinkRow) -> int | None:
    option = book.options.get((x.negotiation, link.issue), {}).get(link.option or "")
    return option.id if option else None


def _text(value: object) -> Any:
    return str(value) if isinstance(value, str) else value
