"""Preview which positions a merge or split of options would affect."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.dates import display
from app.log.reader import held_by_id, moment
from app.models.issue import Issue, Option
from app.models.vocabulary import PositionStatus
from app.negotiations.code_book import code_book
from app.positions.attitude_recoding import find
from app.positions.current import CellRange, current_ids
from app.positions.names_at_moment import called
from app.positions.phrases import according_to
from app.positions.presenter import views
from app.positions.recoding import RecodedPosition
from app.positions.views import PositionView


@dataclass(frozen=True, slots=True)
class Row:
    """Position that would change."""

    position: PositionView
    party: str  # name
    issue: str  # title
    when: str  # "draft", "current", "past"
    said: dict[str, tuple[str, str | None, bool]]  # option slug: attitude, condition, inferred
    clashes: bool
    linked: bool
    heard: str  # "according to …", if only other parties say so


async def preview(
    session: AsyncSession,
    slug: str,
    touched: Sequence[RecodedPosition],
    options: Sequence[Option],
    clashes: Sequence[RecodedPosition],
) -> list[Row]:
    """Return the affected positions with their present attitudes to these options."""
    at = await moment(session, drafts=True)
    book = await code_book(session, at, slug)
    held = await held_by_id(session, at, "position", [t.position.id for t in touched])
    seen = {v.id: v for v in await views(session, at, list(held.values()))}
    newest = max((t.position.stated_by for t in touched if t.position.stated_by), default=None)
    current = {}
    if newest:
        parties = {t.position.party_id for t in touched}
        issues = {t.position.issue_id for t in touched}
        cells = CellRange(book.negotiation.id, parties, issues)
        current = await current_ids(session, at, cells, as_of=newest)
    undecided = {t.position.id for t in clashes}
    titles = {i.id: i["title"] for i in book.issues}
    names = await called(session, at, book.party_names(), seen.values())
    rows = []
    for t in touched:
        p, attitudes = t.position, t.document["attitudes"]
        found = {o.slug: find(attitudes, o.id) for o in options}
        draft = p.status == PositionStatus.DRAFT
        rows.append(
            Row(
                seen[p.id],
                book.parties[p.party_id]["name"],
                titles[p.issue_id],
                "draft" if draft else "current" if p.id in current.values() else "past",
                {s: (a["attitude"], a["condition"], a["inferred"]) for s, a in found.items() if a},
                p.id in undecided,
                any(t.linked(o.id) for o in options),
                according_to(seen[p.id].attributed_by, names),
            )
        )
    return rows


def name_errors(errors: dict[str, str], rows: Sequence[Row], field: str) -> None:
    """Prefix each error with its position, so that the summary at the top is clear by itself."""
    for row in rows:
        key = f"{field}-{row.position.id}"
        if key in errors:
            when = display(row.position.stated_on) if row.position.stated_on else "undated"
            errors[key] = f"{row.party}, {when}: {errors[key]}"


def mark(issue: Issue, touched: Sequence[RecodedPosition]) -> str:
    """Hash the versions that a preview was made from, so that an outdated one is not confirmed."""
    text = f"{issue.version} " + " ".join(f"{t.position.id}.{t.position.version}" for t in touched)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
