"""Find what an alert is to tell of one commit: numbers of positions, and what became of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Text, and_, bindparam, cast, exists, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.types import BigInteger

from app.db.engine import among
from app.feeds.marks import DONE, MOVES, Move, moves_of
from app.log.reader import Moment, moment_of
from app.log.search_terms import search_query
from app.models.alert import Alert, AlertDelivery
from app.models.log import ObjectPeriod, PositionPeriod, Revision
from app.models.vocabulary import AlertTells, DeliveryKind, DeliveryState, MoveKind
from app.negotiations.code_book import code_books, merged_into

MOST_OF_COMMIT = 2_000  # positions; an import may change very many
MOST_ITEMS = 50  # that one delivery lists
CORRECTIONS = ("corrected", "retracted", "restored")
ADDED = "added"  # published, and not the newest position of its cell on any day

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """A version of a position that a commit made public, and the one before it."""

    n: int
    position: int
    version: int
    what: str  # a kind of move, "added", or what was done: "corrected", "retracted", …
    doubtful: bool  # the dates do not show which position is the newest
    current: bool  # no later position has taken its place
    parties: frozenset[int]  # its own, and that of the version before
    issues: frozenset[int]
    options: frozenset[int]  # also those of the position that it took the place of

    @property
    def item(self) -> Item:
        """Return what the queue stores."""
        return {
            "n": self.n,
            "position": self.position,
            "version": self.version,
            "what": self.what,
            "doubtful": self.doubtful,
            "current": self.current,
        }


@dataclass(frozen=True, slots=True)
class Commit:
    """What one commit changed among the published positions of a negotiation."""

    seq: int
    changes: list[Change]
    # Under which party or option its positions are recorded now, by the id of one that was merged.
    parties: Mapping[int, int] = field(default_factory=dict)
    options: Mapping[int, int] = field(default_factory=dict)


async def read_commit(session: AsyncSession, now: Moment, negotiation_id: int, seq: int) -> Commit:
    """Read the first changes of one commit, with the moves as they were right after it."""
    then = await moment_of(session, seq, now.epoch)
    book = (await code_books(session, then, [negotiation_id])).get(negotiation_id)
    rows = await _rows(session, negotiation_id, seq)
    if book is None or not rows:
        return Commit(seq, [])
    stated = {r.position_id: (r.party_id, r.issue_id) for r in rows if r.action not in DONE}
    moves = await moves_of(session, then, book, stated)
    return Commit(
        seq,
        [_change(row, moves.get(row.position_id)) for row in rows],
        {p["party_id"]: to for p in book.participations if (to := merged_into(p))},
        {
            option.id: to
            for options in book.options.values()
            for option in options
            if (to := option.data["merged_into_id"])
        },
    )


async def _rows(session: AsyncSession, negotiation_id: int, seq: int) -> Sequence[Any]:
    before = aliased(PositionPeriod)
    wanted = (
        select(
            PositionPeriod.n,
            PositionPeriod.position_id,
            PositionPeriod.version,
            PositionPeriod.party_id,
            PositionPeriod.issue_id,
            PositionPeriod.option_ids,
            Revision.action,
            before.party_id.label("party_before"),
            before.issue_id.label("issue_before"),
            before.option_ids.label("options_before"),
        )
        .join(
            Revision, and_(Revision.seq == PositionPeriod.seq_from, Revision.n == PositionPeriod.n)
        )
        .outerjoin(
            before,
            and_(
                before.position_id == PositionPeriod.position_id,
                before.seq_to == PositionPeriod.seq_from,
                before.public,
            ),
        )
        .where(
            PositionPeriod.seq_from == seq,
            PositionPeriod.negotiation_id == negotiation_id,
            PositionPeriod.public,
            Revision.snapshot.is_not(None),
        )
        .order_by(PositionPeriod.n)
        .limit(MOST_OF_COMMIT)
    )
    return (await session.execute(wanted)).all()


def _change(row: Any, move: Move | None) -> Change:
    done = row.action in DONE
    what = row.action if done else str(move.kind) if move else ADDED
    return Change(
        row.n,
        row.position_id,
        row.version,
        what,
        move is not None and move.doubtful and move.kind != MoveKind.NEW,
        move is not None and move.current,
        frozenset({row.party_id, row.party_before or row.party_id}),
        frozenset({row.issue_id, row.issue_before or row.issue_id}),
        frozenset(row.option_ids)
        | frozenset(row.options_before or ())
        | (move.before if move else frozenset()),
    )


async def choose(session: AsyncSession, alert: Alert, commit: Commit) -> list[Change]:
    """Return the changes of a commit that an alert is to tell."""
    asked = (
        (_followed(alert.party_ids, commit.parties), "parties"),
        (alert.issue_ids, "issues"),
        (_followed(alert.option_ids, commit.options), "options"),
    )
    found = [
        change
        for change in commit.changes
        if all(not ids or not getattr(change, of).isdisjoint(ids) for ids, of in asked)
    ]
    if alert.tells == AlertTells.MOVES:
        kinds = set(alert.kinds) or MOVES
        corrected = {c.position for c in found if c.what in (*CORRECTIONS, "redacted")}
        told = await _told(session, alert, corrected) if corrected else set()
        found = [c for c in found if c.what in kinds or c.position in told]
    if found and alert.words:
        said = await _with_words(session, alert.words, commit.seq, [c.n for c in found])
        found = [c for c in found if c.n in said]
    return found


def _followed(numbers: Collection[int], merged: Mapping[int, int]) -> set[int]:
    """Return ids with those that they were merged into."""
    found = set(numbers)
    waiting = list(numbers)
    while waiting:
        to = merged.get(waiting.pop())
        if to is not None and to not in found:
            found.add(to)
            waiting.append(to)
    return found


async def _told(session: AsyncSession, alert: Alert, positions: Collection[int]) -> set[int]:
    """Return which of these positions the alert has told of, or is about to tell of."""
    rows = await session.execute(
        select(AlertDelivery.position_ids).where(
            AlertDelivery.alert_id == alert.id,
            AlertDelivery.kind == DeliveryKind.CHANGES,
            AlertDelivery.state != DeliveryState.DROPPED,
            AlertDelivery.position_ids.op("&&")(
                bindparam("positions", sorted(positions), ARRAY(BigInteger))
            ),
        )
    )
    return {number for (numbers,) in rows for number in numbers} & set(positions)


async def _with_words(
    session: AsyncSession, words: str, seq: int, numbers: Collection[int]
) -> set[int]:
    """Return which versions of a commit, or the versions before them, have the words."""
    query = cast(literal(await search_query(session, words), Text), TSQUERY)
    before = aliased(ObjectPeriod)
    said_before = exists().where(
        before.kind == "position",
        before.object_id == ObjectPeriod.object_id,
        before.seq_to == seq,
        before.public,
        before.words.bool_op("@@")(query),
    )
    rows = await session.scalars(
        select(ObjectPeriod.n).where(
            ObjectPeriod.seq_from == seq,
            ObjectPeriod.kind == "position",
            among(ObjectPeriod.n, numbers),
            or_(ObjectPeriod.words.bool_op("@@")(query), said_before),
        )
    )
    return set(rows)
