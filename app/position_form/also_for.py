"""Fill in the form for another party that holds the same, by the same quotes."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import NotFound
from app.models.source import Quote
from app.models.vocabulary import PositionStatus
from app.position_form.buttons import as_sent
from app.position_form.fields import Values, fill, fill_quote
from app.position_form.purpose import State, view_of
from app.positions.merge_patch import content_of
from app.positions.views import PositionView

SAME = (
    "These words are used for another party, too ({}). Publish them for this one only if it holds"
    " the same: check the options, the summary and who speaks."
)


async def also_for(
    session: AsyncSession, slug: str, number: int, party: str, source: int | None = None
) -> State:
    """Return the form of a new position that takes the quotes of another party's for `party`.

    With a `source`, only its quotes. Raise NotFound if the position is of another negotiation.
    """
    view = await view_of(session, number) if 0 < number < 2**63 else None
    if view is None or view.negotiation != slug or view.status == PositionStatus.RETRACTED:
        raise NotFound(f"There is no position {number} in this negotiation.")
    values = {n: v for n, v in fill(content_of(view)).items() if not n.startswith("q-")}
    values |= {"party": party, "issue": view.issue} | await _quotes(session, view, source)
    return State(values, notice=SAME.format(f"position {view.id}"), focus="summary")


async def _quotes(session: AsyncSession, view: PositionView, source: int | None) -> Values:
    wanted = [q for q in view.quotes if source in (None, q.source.id) and not q.redacted]
    values: Values = {}
    for n, quote in enumerate(wanted or view.quotes[:1]):
        row = await session.get(Quote, quote.id)
        said = fill_quote(as_sent(quote, row)) if row else {}
        values |= {f"q-{n}-{name}": text for name, text in said.items()}
    return values or {"q-0-exact": ""}
