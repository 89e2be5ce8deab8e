"""Check what still prevents a draft's publication, by the rules that would refuse it; pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from app.models.vocabulary import PositionStatus
from app.negotiations.code_book import CodeBook
from app.positions.compose import CellFacts, OptionFacts, QuoteFacts, Saving, compose
from app.positions.fault_sentences import said
from app.positions.merge_patch import content_of
from app.positions.schemas import PositionContent
from app.positions.views import PositionView

WORDS = {
    ("/quotes", False): "It has no quote yet",
    ("/stated_on", True): "It has no date, and its quotes and sources give none",
}


def lacking(
    view: PositionView, document: Mapping[str, Any], book: CodeBook, now: datetime
) -> list[str]:
    """Say in sentences what must be corrected before a draft can be published; empty if nothing."""
    try:
        wanted = PositionContent.model_validate(content_of(view))
    except ValidationError:  # recorded under an earlier rule
        return ["It cannot be published yet: open it to see why."]
    quotes = [
        QuoteFacts(row, q.source.published_on, q.verification, kept=True)
        for row, q in zip(document["quotes"], view.quotes, strict=True)
    ]
    saving = Saving(PositionStatus.PUBLISHED, before=document, now=now)
    found = compose(wanted, _cell(document, book), quotes, saving)
    # Without quotes, a missing date is not reported: a quote may bring one.
    missing = [f for f in found.faults if not (f.where == "/stated_on" and not quotes)]
    return [WORDS.get((f.where, bool(quotes)), said(f)) for f in missing]


def _cell(document: Mapping[str, Any], book: CodeBook) -> CellFacts:
    options = book.options[document["issue_id"]]
    return CellFacts(
        negotiation_id=document["negotiation_id"],
        party_id=document["party_id"],
        issue_id=document["issue_id"],
        issue=next(i["slug"] for i in book.issues if i.id == document["issue_id"]),
        options={o["slug"]: OptionFacts(o.id, o["retired"]) for o in options},
        issues=book.issue_ids,
        linked={i["slug"]: {o["slug"]: o.id for o in book.options[i.id]} for i in book.issues},
    )
