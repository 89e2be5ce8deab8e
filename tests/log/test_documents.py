"""The types of the log's documents name the fields that are written."""

import pytest

from app.log.documents import DOCUMENTS, Period, PositionDocument, QuoteDocument
from app.log.kinds import LIVE
from app.models.log import PositionPeriod
from app.models.position import Position
from app.models.source import Quote

OF_EACH_ROW = {"id", "version"}
# Fields of entries that say something of the object and are no columns.
OF_ENTRIES = {
    "source": {"checks"},
    "position": {"redacted", "recoded_as", "recoded_from", "first_published", "proposals"},
}


@pytest.mark.parametrize("kind", sorted(LIVE.keys() - {"position"}))
def test_a_document_has_the_columns_of_its_table(kind: str) -> None:
    columns = {c.key for c in LIVE[kind].__table__.columns if c.computed is None}
    assert set(DOCUMENTS[kind].__annotations__) - OF_ENTRIES.get(kind, set()) == (
        columns - OF_EACH_ROW
    )


def test_a_position_has_its_columns_and_its_lists() -> None:
    columns = {c.key for c in Position.__table__.columns if c.computed is None}
    lists = {"attitudes", "links", "quotes"}
    unsaid = {"created_by", "first_published_at"}  # the log's entries say it
    found = PositionDocument.__annotations__.keys() - OF_ENTRIES["position"]
    assert found == columns - OF_EACH_ROW - unsaid | lists


def test_a_quote_has_its_columns() -> None:
    columns = {c.key for c in Quote.__table__.columns if c.computed is None}
    assert set(QuoteDocument.__annotations__) == columns


def test_a_period_fills_columns_of_its_table() -> None:
    assert set(Period.__annotations__) <= set(PositionPeriod.__table__.columns.keys())
