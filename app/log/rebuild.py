"""Rebuild the tables derived from the log: holdings, spells and uses of quotes."""
# ruff: noqa: S608 (statements of our own, of names of our own)

from sqlalchemy import bindparam, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.log.derived_tables import ENDS, HOLDINGS, SPELLS, UNBLANKED, USED, USES
from app.log.search_words import search_vector, words_of
from app.log.writer import LOCK
from app.models.log import ObjectPeriod, Revision

PAGE = 500
SPELL = """seq_from, n, seq_to, position_id, version, negotiation_id, party_id, issue_id, status,
  public, firmness, attributed, option_ids, stated_from, stated_by, first_published, recorded_at"""
STATEMENTS = (
    ENDS,
    f"DELETE FROM log_holding t WHERE {UNBLANKED}",
    f"DELETE FROM log_spell t WHERE {UNBLANKED}",
    f"DELETE FROM log_quote_use t WHERE {USED}",
    "INSERT INTO log_holding (seq_from, n, seq_to, kind, object_id, public, negotiation_id) "
    + HOLDINGS,
    f"INSERT INTO log_spell ({SPELL}) SELECT {SPELL} FROM ({SPELLS}) s",
    f"INSERT INTO log_quote_use (quote_id, position_id, seq) {USES} ON CONFLICT DO NOTHING",
)


async def rebuild(session: AsyncSession) -> None:
    """Rebuild the derived tables from the log, while writers wait.

    Needs the role that owns the tables. Rows of completely redacted revisions are kept as they are.
    """
    await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    for statement in STATEMENTS:
        await session.execute(text(statement))
    wanted = select(Revision.seq, Revision.n, Revision.kind, Revision.snapshot).where(
        Revision.snapshot.is_not(None)
    )
    rows = await session.stream(
        wanted.order_by(Revision.seq, Revision.n).execution_options(yield_per=PAGE)
    )
    key = (ObjectPeriod.seq_from == bindparam("seq"), ObjectPeriod.n == bindparam("at"))
    derive = update(ObjectPeriod).where(*key).values(words=search_vector("text"))
    connection = await session.connection()
    async for page in rows.partitions():
        said = [{"seq": r.seq, "at": r.n, "text": words_of(r.kind, r.snapshot)} for r in page]
        await connection.execute(derive, said)
