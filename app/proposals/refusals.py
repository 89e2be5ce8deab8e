"""Count the proposals that the checks refused and why; of their content nothing is kept."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.queries import Viewer
from app.core.errors import Conflict, DomainError, Fault
from app.models.proposal import RefusedProposals

ALL = ""  # the row that counts proposals; the others count those with one reason
MOST_ROWS = 2_000  # of an account; beyond, its further runs are counted without their names


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refused proposal: by whom, and why."""

    proposed_by: dict[str, str]
    why: frozenset[str]


def reasons(error: DomainError) -> frozenset[str]:
    """Return the kinds of reasons for which a proposal was refused."""
    if isinstance(error, Conflict) and not error.faults:
        return frozenset({"source"})
    return frozenset(map(_reason, error.faults)) or frozenset({"other"})


def _reason(fault: Fault) -> str:
    """Return the kind of one fault, by where it is and how a quote fails."""
    if fault.extra.get("reason"):
        return f"quote_{fault.extra['reason']}"
    parts = fault.where.split("/")
    for part, why in _BY_PART:
        if part in parts:
            return why
    return "form"


_BY_PART = (
    ("speaker", "speaker"),
    ("said_on", "date"),
    ("stated_on", "date"),
    ("stated_from", "date"),
    ("stated_by", "date"),
    ("published_on", "date"),
    ("source_id", "source"),
    ("exact", "quote"),
    ("attitudes", "option"),
    ("conditions", "option"),
    ("inferred", "option"),
    ("party", "cell"),
    ("issue", "cell"),
    ("negotiation", "cell"),
    ("version", "stale"),
    ("source", "source"),
    ("quotes", "quote"),
)


async def count(
    session: AsyncSession, viewer: Viewer, refused: Sequence[Refusal], *, now: datetime
) -> None:
    """Add refused proposals to the counts, in a transaction that stays."""
    full = await _is_full(session, viewer.id)
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for one in refused:
        by = {} if full else one.proposed_by
        key = hashlib.sha256(orjson.dumps(by, option=orjson.OPT_SORT_KEYS)).hexdigest()
        for why in (ALL, *sorted(one.why)):
            row = rows.setdefault((key, why), {"proposed_by": by, "n": 0})
            row["n"] += 1
    values = [
        {"account_id": viewer.id, "by_hash": key, "why": why, "last_at": now, **row}
        for (key, why), row in sorted(rows.items())
    ]
    if not values:
        return
    there = insert(RefusedProposals).values(values)
    await session.execute(
        there.on_conflict_do_update(
            index_elements=["account_id", "by_hash", "why"],
            set_={
                "n": RefusedProposals.n + there.excluded["n"],
                "last_at": there.excluded["last_at"],
            },
        )
    )


async def _is_full(session: AsyncSession, account_id: int) -> bool:
    rows = select(func.count()).where(RefusedProposals.account_id == account_id)
    return (await session.scalar(rows) or 0) >= MOST_ROWS
