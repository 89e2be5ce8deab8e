"""Find quotes whose words are used for several parties: one passage rarely supports two."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Select, and_, any_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.db.prepared import Prepared
from app.log.reader import AT, NUMBERS, Moment, held_then
from app.models.log import PositionPeriod, QuoteUse
from app.models.source import Quote
from app.models.vocabulary import PositionStatus
from app.positions.views import PositionView


@dataclass(frozen=True, slots=True)
class SharedWords:
    """A quote of a position that another party's position on the same issue has too."""

    quote: int
    party: str  # slug of the other party
    position: int  # of the other party


def _words_of_others() -> Select[*tuple[Any, ...]]:
    mine, theirs = aliased(Quote), aliased(Quote)
    this = aliased(PositionPeriod)
    return (
        select(mine.id, PositionPeriod.party_id, PositionPeriod.position_id)
        .select_from(mine)
        .join(theirs, and_(theirs.source_id == mine.source_id, theirs.exact == mine.exact))
        .join(QuoteUse, and_(QuoteUse.quote_id == theirs.id, QuoteUse.seq <= AT))
        .join(PositionPeriod, PositionPeriod.position_id == QuoteUse.position_id)
        .join(
            this,
            and_(
                this.position_id == bindparam("position", type_=BigInteger),
                this.issue_id == PositionPeriod.issue_id,
                this.party_id != PositionPeriod.party_id,
                held_then(this),
            ),
        )
        .where(
            mine.id == any_(bindparam("quotes", type_=NUMBERS)),
            PositionPeriod.status == PositionStatus.PUBLISHED,
            held_then(PositionPeriod),
        )
        .distinct()
        .order_by(mine.id, PositionPeriod.position_id)
    )


WORDS_OF_OTHERS = Prepared(_words_of_others)


async def words_of_others(
    session: AsyncSession, at: Moment, position: PositionView, parties: Mapping[int, str]
) -> list[SharedWords]:
    """Find the quotes of a position that another party's position on the issue has had too.

    `parties` has the slugs of parties by number.
    """
    quotes = [quote.id for quote in position.quotes if not quote.redacted]
    if not quotes:
        return []
    rows = await WORDS_OF_OTHERS.all(session, at=at.seq, position=position.id, quotes=quotes)
    return [SharedWords(quote, parties[party], number) for quote, party, number in rows]
