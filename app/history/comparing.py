"""Comparing with the log whatever follows from it: a line for each difference."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.history.derived import ENDS, Derived, derived
from app.history.found_by import VECTOR, words_of
from app.models.log import Revision

PAGE = 500
LONGEST = 80  # characters of a value that a line shows
OTHER_WORDS = f"""
SELECT h.seq_from, h.n, h.kind, h.object_id
FROM unnest(CAST(:seqs AS bigint[]), CAST(:ns AS bigint[]), CAST(:words AS text[])) said (seq, n, words)
JOIN log_holding h ON h.seq_from = said.seq AND h.n = said.n
WHERE h.words IS DISTINCT FROM ({VECTOR.format("said.words")}) ORDER BY 1, 2
"""  # noqa: S608  (an expression of our own)


async def compare(session: AsyncSession) -> AsyncIterator[str]:
    """Yield a line for everything in the tables beside the log that differs from it."""
    await session.execute(text(ENDS))
    for table in derived():
        differing = await session.stream(text(_difference(table)))
        async for due, there in differing:
            yield _told(table, due, there)
    wanted = select(Revision.seq, Revision.n, Revision.kind, Revision.snapshot).where(Revision.snapshot.is_not(None))
    rows = await session.stream(wanted.order_by(Revision.seq, Revision.n).execution_options(yield_per=PAGE))
    async for page in rows.partitions():
        for line in await _other_words(session, page):
            yield line


def _difference(d: Derived) -> str:
    key = ", ".join(d.key)
    return f"""
SELECT to_jsonb(due), to_jsonb(there) FROM ({d.due}) due FULL JOIN ({d.there}) there USING ({key})
WHERE to_jsonb(due) IS DISTINCT FROM to_jsonb(there) ORDER BY {key}"""  # noqa: S608  (statements of our own)


def _told(d: Derived, due: Mapping[str, Any] | None, there: Mapping[str, Any] | None) -> str:
    """Say what is wrong with a row: it is missing, it should not be there, or it says something else."""
    row = due or there or {}
    key = f"{d.table}, {', '.join(f'{name} {row[name]}' for name in d.key)}"
    if there is None:
        return f"{key}: is missing, the log has it"
    if due is None:
        return f"{key}: is not in the log"
    said, right = ({**r, **(r.get("said") or {}), "said": None} for r in (there, due))
    wrong = [name for name in {**right, **said} if said.get(name) != right.get(name)]
    told = (f"{name} is {_short(said.get(name))}, in the log {_short(right.get(name))}" for name in wrong)
    return f"{key}: {'; '.join(told)}"


def _short(value: object) -> str:
    said = repr(value)
    return said if len(said) <= LONGEST else f"{said[:LONGEST]}…"


async def _other_words(session: AsyncSession, page: Sequence[Any]) -> list[str]:
    """The versions that searches would find by other words than they have."""
    values = {
        "seqs": [r.seq for r in page],
        "ns": [r.n for r in page],
        "words": [words_of(r.kind, r.snapshot) for r in page],
    }
    rows = await session.execute(text(OTHER_WORDS), values)
    return [f"log_holding, seq_from {r[0]}, n {r[1]}: other words than those of {r[2]} {r[3]}" for r in rows]
