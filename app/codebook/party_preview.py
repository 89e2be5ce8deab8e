"""Preview which positions would be recorded under another party, before anything is written."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.codebook.merge_pages import chosen
from app.core.dates import display
from app.db.engine import among
from app.forms.posted import Posted
from app.forms.sheet import Sheet
from app.log.reader import held_by_id, moment
from app.models.negotiation import Negotiation, Participation, Party
from app.models.position import Position
from app.models.vocabulary import PositionStatus
from app.negotiations.code_book import CodeBook, code_book
from app.positions.current import CellRange, current_ids
from app.positions.names_at_moment import called
from app.positions.party_handover import list_of_party, list_rivals
from app.positions.presenter import views
from app.positions.recoding import RecodedPosition
from app.positions.views import PositionView

BOTH = "both"  # keep both, although they were stated on the same days


@dataclass(frozen=True, slots=True)
class Row:
    """Position that would be recorded under the other party."""

    position: PositionView
    negotiation: str  # title
    issue: str  # title
    when: str  # "draft", "current", "past"
    rivals: list[PositionView]  # the receiver's own positions of the same days
    came_back: bool  # originally the receiver's own, recorded under this party earlier
    speakers: set[int]  # ids of the giver's speakers whom it quotes
    names: Mapping[str, str]  # of parties, by slug


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything that would change, and a mark of the versions it was computed from."""

    touched: list[RecodedPosition]
    rivals: Mapping[int, list[Position]]
    rows: list[Row]
    mark: str
    joins: list[str]  # titles of negotiations in which the receiver does not take part yet
    # Titles of negotiations that need the giver's consent but not the receiver's.
    unasked: list[str]
    # by id: the speaker, and in how many positions
    speakers: dict[int, tuple[str, int]] = field(default_factory=dict)


async def preview(
    session: AsyncSession,
    giver: Party,
    receiver: Party | None,
    seats: Sequence[Participation],
    *,
    lock: bool = False,
) -> Preview:
    """Preview the giver's positions in these negotiations.

    Without a stored receiver, none of its positions can compete with them.
    """
    tables = [s.negotiation_id for s in seats]
    touched = await list_of_party(session, giver.id, negotiation_ids=tables, lock=lock)
    rivals = await list_rivals(session, touched, receiver.id) if receiver else {}
    own = await _own(session, touched, receiver)
    at = await moment(session, drafts=True)
    numbers = {t.position.id for t in touched} | {p.id for ps in rivals.values() for p in ps}
    held = await held_by_id(session, at, "position", numbers)
    seen = {v.id: v for v in await views(session, at, list(held.values()))}
    current, books = await _current(session, tables, giver)
    known = {slug: name for book in books.values() for slug, name in book.party_names().items()}
    names = await called(session, at, known, seen.values())
    rows, speakers = [], dict[int, tuple[str, int]]()
    for t in touched:
        p, view = t.position, seen[t.position.id]
        ours = {
            q["id"]: speaker
            for q in t.document["quotes"]
            if q["party_id"] == giver.id and (speaker := q["speaker_id"]) is not None
        }
        for quote in view.quotes:
            if quote.id in ours and quote.speaker:
                who = ", ".join(filter(None, (quote.speaker.name, quote.speaker.office)))
                speakers.setdefault(ours[quote.id], (who, 0))
        speakers |= {n: (speakers[n][0], speakers[n][1] + 1) for n in set(ours.values())}
        book = books[p.negotiation_id]
        draft = p.status == PositionStatus.DRAFT
        rows.append(
            Row(
                view,
                book.negotiation["title"],
                next(i["title"] for i in book.issues if i.id == p.issue_id),
                "draft" if draft else "current" if p.id in current else "past",
                [seen[r.id] for r in rivals.get(p.id, ())],
                t.document.get("recoded_from") in own,
                set(ours.values()),
                names,
            )
        )
    seated = {s.negotiation_id: s.consent_required for s in await _seats(session, receiver, tables)}
    joins = [b.negotiation["title"] for n, b in books.items() if receiver and n not in seated]
    asked = {s.negotiation_id for s in seats if s.consent_required}
    unasked = [
        b.negotiation["title"] for n, b in books.items() if n in asked and seated.get(n) is False
    ]
    mark = _mark(giver, receiver, seats, touched, rivals)
    return Preview(touched, rivals, rows, mark, joins, unasked, speakers)


async def _own(
    session: AsyncSession, touched: Sequence[RecodedPosition], receiver: Party | None
) -> set[int]:
    if receiver is None:
        return set()
    origins = [t.document.get("recoded_from") for t in touched]
    return set(
        await session.scalars(
            select(Position.id).where(among(Position.id, origins), Position.party_id == receiver.id)
        )
    )


async def _current(
    session: AsyncSession, tables: Sequence[int], giver: Party
) -> tuple[set[int], dict[int, CodeBook]]:
    """Return the ids of current positions, and the code books of these negotiations."""
    at, books, current = await moment(session, drafts=True), {}, set()
    rows = await session.scalars(
        select(Negotiation).where(among(Negotiation.id, tables)).order_by(Negotiation.id)
    )
    newest = select(Position.stated_by).where(
        Position.party_id == giver.id, Position.stated_by.is_not(None)
    )
    last = await session.scalar(newest.order_by(Position.stated_by.desc()).limit(1))
    for row in rows:
        book = books[row.id] = await code_book(session, at, row.slug)
        if last:
            cells = CellRange(row.id, [giver.id], [i.id for i in book.issues])
            found = await current_ids(session, at, cells, as_of=last)
            current |= set(found.values())
    return current, books


async def _seats(
    session: AsyncSession, party: Party | None, tables: Sequence[int]
) -> list[Participation]:
    wanted = select(Participation).where(among(Participation.negotiation_id, tables))
    return (
        list(await session.scalars(wanted.where(Participation.party_id == party.id)))
        if party
        else []
    )


def _mark(
    giver: Party,
    receiver: Party | None,
    seats: Sequence[Participation],
    touched: Sequence[RecodedPosition],
    rivals: Mapping[int, list[Position]],
) -> str:
    """Hash the versions that a preview was made from, so that an outdated one is not confirmed."""
    parties = [f"{p.id}.{p.version}" for p in (giver, receiver) if p]
    tables = [f"{s.id}.{s.version}" for s in seats]
    said = [f"{t.position.id}.{t.position.version}" for t in touched]
    beside = [f"{p.id}.{p.version}" for number in sorted(rivals) for p in rivals[number]]
    return hashlib.sha256(
        " ".join([*parties, "|", *tables, "|", *said, "|", *beside]).encode()
    ).hexdigest()[:16]


def decide(sent: Posted, found: Preview, sheet: Sheet, numbers: set[int]) -> dict[int, int]:
    """Return which positions are dropped in favour of an equal one of the receiver.

    Positions without a decision become errors of the form.
    """
    said, rows = chosen(sent, "rival"), {r.position.id: r for r in found.rows}
    dropped = {}
    for number in sorted(numbers & found.rivals.keys()):
        answer = said.get(number, "")
        if answer in {str(p.id) for p in found.rivals[number]}:
            dropped[number] = int(answer)
        elif answer != BOTH:
            row = rows[number]
            when = display(row.position.stated_on) if row.position.stated_on else "undated"
            sheet.errors[f"rival-{number}"] = f"{row.issue}, {when}: choose which should count"
    return dropped
