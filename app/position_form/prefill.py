"""Fill in the form at the start: from a version, or from the position before a move."""

from app.position_form.fields import Values, fill, numbered
from app.positions.merge_patch import content_of
from app.positions.views import PositionView


def filled(view: PositionView) -> Values:
    """Return the form's fields for a version, unchanged."""
    return {"party": view.party, "issue": view.issue} | fill(content_of(view))


def carried_over(view: PositionView) -> Values:
    """Return the fields to start from when a party moves.

    These are those of its position so far, without date and act, and a block for a new quote.
    """
    values = {k: v for k, v in filled(view).items() if k not in ("stated_on", "act")}
    n = max(numbered(values, "q"), default=-1) + 1
    return values | {f"q-{n}-exact": ""}
