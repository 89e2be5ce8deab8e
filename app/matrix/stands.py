"""Read what positions want without their quotes, for analyses of very many positions."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Select, and_, any_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.gently import gently
from app.db.prepared import Prepared
from app.log.reader import NUMBERS, Moment, held_then
from app.matrix.common_ground import Stand
from app.models.log import PositionPeriod, Revision
from app.models.vocabulary import PositionStatus
from app.negotiations.code_book import CodeBook

AT_ONCE = 2_000  # positions a statement, so that other requests are answered between two


def _stands() -> Select[*tuple[Any, ...]]:
    return (
        select(
            PositionPeriod.position_id,
            PositionPeriod.party_id,
            PositionPeriod.firmness,
            PositionPeriod.attributed,
            Revision.snapshot["act"].astext,
            Revision.snapshot["attitudes"],
        )
        .join(
            Revision, and_(Revision.seq == PositionPeriod.seq_from, Revision.n == PositionPeriod.n)
        )
        .where(
            PositionPeriod.position_id == any_(bindparam("numbers", type_=NUMBERS)),
            PositionPeriod.status == PositionStatus.PUBLISHED,
            Revision.snapshot.is_not(None),
            held_then(PositionPeriod),
        )
    )


STANDS = Prepared(_stands)


async def stands_of(
    session: AsyncSession, at: Moment, book: CodeBook, numbers: Collection[int]
) -> dict[int, Stand]:
    """Return what these positions want, by their ids; redacted versions are left out."""
    parties, options = book.party_slugs(), _option_slugs(book)
    wanted, found = sorted(numbers), {}
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        rows = await STANDS.all(session, at=at.seq, numbers=some)
        async for number, party, firmness, attributed, act, attitudes in gently(rows):
            found[number] = Stand(
                party=parties[party],
                position=number,
                attitudes={options[a["option_id"]]: a["attitude"] for a in attitudes},
                conditions={
                    options[a["option_id"]]: a["condition"]
                    for a in attitudes
                    if a["condition"] is not None
                },
                inferred=[options[a["option_id"]] for a in attitudes if a["inferred"]],
                attributed_by=["?"] if attributed else [],  # by whom is not asked here
                firmness=firmness,
                act=act,
            )
    return found


def _option_slugs(book: CodeBook) -> Mapping[int, str]:
    return {o.id: o["slug"] for options in book.options.values() for o in options}
