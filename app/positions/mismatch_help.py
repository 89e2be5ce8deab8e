"""Explain quotes that do not match: the reason and the closest passage (docs/rules.md, rule 2)."""

from collections.abc import Sequence
from dataclasses import asdict, replace

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Fault
from app.models.vocabulary import Verification
from app.positions.compose import UNMATCHED, QuoteFacts
from app.sources.actions import check_text
from app.sources.queries import newest_texts


async def with_closest(
    session: AsyncSession, faults: list[Fault], quotes: Sequence[QuoteFacts]
) -> list[Fault]:
    """Add to the fault of each quote that does not match the reason and the closest passage.

    The passage is there to be copied in place of the quote.
    """
    missing = {
        f"/quotes/{i}/exact": q.row
        for i, q in enumerate(quotes)
        if q.verification == Verification.MISMATCH
    }
    texts = await newest_texts(
        session, {missing[f.where]["source_id"] for f in faults if f.where in missing}
    )
    shown = []
    for fault in faults:
        row = missing.get(fault.where)
        if row and row["source_id"] in texts:
            text = texts[row["source_id"]].text
            found = await check_text(text, row["exact"], row["prefix"], row["suffix"])
            extra = {"closest": found.closest and asdict(found.closest), "reason": found.reason}
            fault = replace(fault, detail=fault.detail.replace(UNMATCHED, found.why), extra=extra)
        shown.append(fault)
    return shown
