"""Compare with the log all tables that follow from it, and report each difference as a line."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.log.derived_tables import ENDS, Derived, derived
from app.log.search_words import VECTOR, words_of
from app.models.log import Revision

PAGE = 500
LONGEST = 80  # characters of a value shown in a line
OTHER_WORDS = f"""
SELECT h.seq_from, h.n, h.kind, h.object_id
FROM unnest(CAST(:seqs AS bigint[]), CAST(:ns AS bigint[]), CAST(:words AS text[]))
     said (seq, n, words)
JOIN log_holding h ON h.seq_from = said.seq AND h.n = said.n
WHERE h.words IS DISTINCT FROM ({VECTOR.format("said.words")}) ORDER BY 1, 2
"""  # noqa: S608  (an expression of our own)


async def compare(session: AsyncSession) -> AsyncIterator[str]:
    """Yield a line for each difference between the log and the tables that follow from it.

    Must run in a transaction that sees one state of the database, since others may be writing.
    """
    try:
        async with session.begin_nested():
            await session.execute(text(ENDS))
    except DBAPIError:
        yield "the log was changed so that nothing can be compared with it"
        return
    for table in derived():
        try:
            async with session.begin_nested():
                async for due, there in await session.stream(text(_difference(table))):
                    if told := _describe_difference(table, due, there):
                        yield told
        except DBAPIError:
            yield f"{table.table}: the log was changed so that it cannot be compared"
    wanted = select(Revision.seq, Revision.n, Revision.kind, Revision.snapshot).where(
        Revision.snapshot.is_not(None)
    )
    rows = await session.stream(
        wanted.order_by(Revision.seq, Revision.n).execution_options(yield_per=PAGE)
    )
    async for page in rows.partitions():
        for line in await _other_words(session, page):
            yield line


def _difference(d: Derived) -> str:
    key = ", ".join(d.key)
    return f"""
SELECT to_jsonb(due), to_jsonb(there) FROM ({d.due}) due FULL JOIN ({d.there}) there USING ({key})
WHERE to_jsonb(due) IS DISTINCT FROM to_jsonb(there) ORDER BY {key}"""  # noqa: S608  (statements of our own)


def _describe_difference(
    d: Derived, due: Mapping[str, Any] | None, there: Mapping[str, Any] | None
) -> str | None:
    """Describe what is wrong with a row, or return None.

    It is missing, it should not be there, or it has other values. Fields added by later versions of
    the program are missing in older snapshots, and are not compared.
    """
    row = due or there or {}
    key = f"{d.table}, {', '.join(f'{name} {row[name]}' for name in d.key)}"
    if there is None:
        return f"{key}: is missing, the log has it"
    if due is None:
        return f"{key}: is not in the log"
    said, right = ({**r, **(r.get("said") or {}), "said": None} for r in (there, due))
    wrong = [name for name in right if said.get(name) != right[name]]
    if not wrong:
        return None
    told = (
        f"{name} is {_short(said.get(name))}, in the log {_short(right.get(name))}"
        for name in wrong
    )
    return f"{key}: {'; '.join(told)}"


def _short(value: object) -> str:
    said = repr(value)
    return said if len(said) <= LONGEST else f"{said[:LONGEST]}…"


async def _other_words(session: AsyncSession, page: Sequence[Any]) -> list[str]:
    """Report the versions whose search index does not match their words."""
    found = [(r, words) for r in page if (words := _words(r)) is not None]
    values = {
        "seqs": [r.seq for r, _ in found],
        "ns": [r.n for r, _ in found],
        "words": [words for _, words in found],
    }
    rows = await session.execute(text(OTHER_WORDS), values)
    return [
        f"log_holding, seq_from {r[0]}, n {r[1]}: other words than those of {r[2]} {r[3]}"
        for r in rows
    ]


def _words(row: Any) -> str | None:
    try:
        return words_of(row.kind, row.snapshot)
    except (KeyError, TypeError):  # the snapshot was tampered with: its hash reports that
        return None
