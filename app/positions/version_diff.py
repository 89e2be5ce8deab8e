"""Compare a version of a position with the one before it."""

from collections.abc import Mapping

from app.positions import labels
from app.positions.phrases import listed, only_if
from app.positions.views import PositionView, QuoteView

COMPARED = (
    "status", "act", "summary", "firmness", "stated_on", "stated_from", "stated_by", "salience",
)  # fmt: skip
LABELS = {**labels.POSITION, **labels.WHOLE, **labels.PERIOD}


def compare(
    before: PositionView, after: PositionView, names: Mapping[str, str], options: Mapping[str, str]
) -> list[tuple[str, str | None, str | None]]:
    """List the differences as (what, old value, new value), in words for a page.

    `names` has the names of parties, `options` the labels of options, each by slug.
    """
    changes: list[tuple[str, str | None, str | None]] = []
    for field in COMPARED:
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            changes.append((LABELS[field], _text(old), _text(new)))
    if before.attributed_by != after.attributed_by:
        was, is_ = (listed(v.attributed_by, names) or None for v in (before, after))
        changes.append(("According to", was, is_))
    for option in dict.fromkeys([*before.attitudes, *after.attitudes]):
        old, new = _attitude(before, option), _attitude(after, option)
        if old != new:
            changes.append((f"Attitude to “{options.get(option, option)}”", old, new))
    links = [
        ["; ".join(f"{x.kind} {x.issue} {x.option or ''}".strip() for x in v.links)]
        for v in (before, after)
    ]
    if links[0] != links[1]:
        changes.append((LABELS["links"], links[0][0] or None, links[1][0] or None))
    kept = {q.id for q in before.quotes} & {q.id for q in after.quotes}
    changes += [("Quote removed", _quote(q), None) for q in before.quotes if q.id not in kept]
    changes += [("Quote added", None, _quote(q)) for q in after.quotes if q.id not in kept]
    return changes


def _text(value: object) -> str | None:
    return None if value is None else str(value).replace("_", " ")


def _attitude(view: PositionView, option: str) -> str | None:
    if option not in view.attitudes:
        return None
    said = view.attitudes[option]
    if option in view.conditions:
        said += f", {only_if(view.conditions[option])}"
    return f"{said} (inferred)" if option in view.inferred else said


def _quote(quote: QuoteView) -> str:
    who = quote.speaker and (quote.speaker.name or quote.speaker.office)
    return f"“{quote.exact}”" + (f" ({who})" if who else "")
