"""Find the last entry of the log since which the pages of a negotiation may read otherwise."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Invalid, NotFound
from app.db.prepared import Prepared
from app.http.pagination import read_cursor
from app.log.reader import CONTEXT
from app.matrix.news import PURPOSE, news_cursor

KINDS = ["negotiation", "participation", "issue", "option", "position", "look"]

# Of names, sources and results of checks, which no negotiation owns, the last change of any. Its
# condition is that of an index, to the letter.
NEWEST = Prepared(
    lambda: text(
        f"""
SELECT (SELECT id FROM negotiation WHERE slug = CAST(:slug AS text)) AS negotiation,
    (SELECT epoch FROM log_epoch) AS epoch,
    greatest(0, (
        SELECT max(last.seq) FROM unnest(CAST(:kinds AS text[])) AS one (kind) CROSS JOIN LATERAL (
            SELECT seq_from AS seq FROM log_holding
            WHERE negotiation_id = (SELECT id FROM negotiation WHERE slug = CAST(:slug AS text))
                AND log_holding.kind = one.kind AND public
            ORDER BY seq_from DESC LIMIT 1
        ) AS last
    ), (
        SELECT max(seq) FROM log_revision
        WHERE ({CONTEXT}) AND kind IN ('party', 'speaker', 'source') AND public
    )) AS seq
"""  # noqa: S608  (a condition of our own)
    )
)


@dataclass(frozen=True, slots=True)
class News:
    """The number of that entry in the log, which is among others by its epoch."""

    epoch: str
    seq: int

    @property
    def cursor(self) -> str:
        """Name the entry."""
        return news_cursor(self.epoch, self.seq)

    def is_known(self, cursor: str | None) -> bool:
        """Tell whether whoever has this cursor knows it already; not with one of another log."""
        if cursor is None:
            return False
        try:
            match read_cursor(cursor, PURPOSE, self.epoch):
                case [int(seq)]:
                    return seq >= self.seq
        except Invalid:
            pass
        return False


async def newest_of(session: AsyncSession, slug: str) -> News:
    """Return the newest public entry that concerns a negotiation; NotFound if there is no such."""
    row = await NEWEST.one(session, slug=slug, kinds=KINDS)
    if row.negotiation is None:
        raise NotFound("There is no such negotiation.")
    return News(row.epoch.hex, row.seq)
