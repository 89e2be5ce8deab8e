"""Turn positions and quotes into flat rows, and guard texts against formulas; pure functions."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from app.core import dates
from app.http.responses import dumps
from app.matrix import formatting, move_labels
from app.matrix.formatting import Attitudes
from app.matrix.grid import GridCell, IssueView
from app.models.vocabulary import Act, Attitude, Silence
from app.positions.phrases import according_to, some_time
from app.positions.views import PositionView, QuoteView, SourceView, SpeakerView

# First characters that make a cell a formula (OWASP, CSV injection). The full-width forms are here
# because some spreadsheets fold them to the plain ones.
FORMULA = frozenset("=+-@\t\r\n\0＝＋－＠")

Text = Callable[[str], str]


def guarded(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula."""
    return f"'{text}" if text[:1] in FORMULA else text


def as_it_is(text: str) -> str:
    """Return the text unchanged: for exports in which nothing is guarded."""
    return text


# Column names of the rows below, in the order of their keys.
POSITION_COLUMNS = (
    "negotiation", "party", "party_name", "issue", "issue_title",
    "position_id", "position_uid", "version", "current",
    "act", "summary", "firmness",
    "prefers", "prefers_label", "accepts", "accepts_labels", "rejects", "rejects_labels",
    "stance", "attitudes", "conditions", "inferred", "attributed_by", "attributed_by_names",
    "salience", "links", "stated_on", "stated_from", "stated_by",
    "recorded_at", "recorded_by", "action", "reason", "position_url",
)  # fmt: skip
MOVE_COLUMNS = ("changed", "move")  # of the cell; only where the export has a `since`
TIME_COLUMNS = ("as_of", "known_at")  # of the whole export
INVENTED_COLUMN = ("invented",)  # only in exports of negotiations that are
QUOTE_COLUMNS = (
    "quote_id", "quote_uid", "exact", "prefix", "suffix", "kind",
    "language", "translated_from", "translation", "said_on",
    "verification", "start", "end", "segments",
    "speaker_name", "speaker_office", "speaker_party",
    "source_id", "source_uid", "source_url", "source_reference",
    "source_title", "source_publisher", "source_published_on", "link",
)  # fmt: skip


def position_row(
    position: PositionView, current: bool, names: Mapping[str, str], issue: IssueView, base: str
) -> dict[str, Any]:
    """Return a position as columns: slugs and labels apart, structured values as the API's JSON.

    Keys are in the order of POSITION_COLUMNS; lists of slugs are separated by spaces, lists of
    labels by `; `. `base` goes before the position's path.
    """
    return {
        **cell_columns(position.negotiation, position.party, names, issue),
        "position_id": position.id,
        "position_uid": position.uid,
        "version": position.version,
        "current": current,
        "act": position.act,
        "summary": position.summary,
        "firmness": position.firmness,
        **stance_columns(position, issue),
        **attribution_columns(position.attributed_by, names),
        "salience": position.salience,
        "links": as_json(position.links),
        "stated_on": position.stated_on,
        "stated_from": position.stated_from,
        "stated_by": position.stated_by,
        "recorded_at": position.recorded_at,
        "recorded_by": position.recorded_by,
        "action": position.action,
        "reason": position.reason,
        "position_url": base + position.url,
    }


def cell_columns(
    negotiation: str, party: str, names: Mapping[str, str], issue: IssueView
) -> dict[str, Any]:
    """Return the columns that all positions of a cell share."""
    return {
        "negotiation": negotiation,
        "party": party,
        "party_name": names[party],
        "issue": issue.slug,
        "issue_title": issue.title,
    }


def stance_columns(position: Attitudes, issue: IssueView) -> dict[str, Any]:
    """Return a position's attitudes to options as columns."""
    attitudes = position.attitudes
    prefers, accepts, rejects = (
        [slug for slug, a in attitudes.items() if a == verb] for verb in Attitude
    )
    labels = {o.slug: o.label for o in issue.options} if attitudes else {}
    return {
        "prefers": " ".join(prefers),
        "prefers_label": "; ".join([labels.get(slug, slug) for slug in prefers]),
        "accepts": " ".join(accepts),
        "accepts_labels": "; ".join([labels.get(slug, slug) for slug in accepts]),
        "rejects": " ".join(rejects),
        "rejects_labels": "; ".join([labels.get(slug, slug) for slug in rejects]),
        "stance": formatting.stance_words(issue, position),
        "attitudes": as_json(attitudes),
        "conditions": as_json(position.conditions),
        "inferred": " ".join(position.inferred),
    }


def attribution_columns(parties: Sequence[str], names: Mapping[str, str]) -> dict[str, Any]:
    """Return the parties by whose word alone a position is known."""
    return {
        "attributed_by": " ".join(parties),
        "attributed_by_names": "; ".join(names.get(slug, slug) for slug in parties),
    }


def quote_row(quote: QuoteView) -> dict[str, Any]:
    """Return a quote as columns, in the order of QUOTE_COLUMNS; structured values as JSON."""
    return {
        "quote_id": quote.id,
        "quote_uid": quote.uid,
        "exact": quote.exact,
        "prefix": quote.prefix,
        "suffix": quote.suffix,
        "kind": quote.kind,
        "language": quote.language,
        "translated_from": quote.translated_from,
        "translation": quote.translation,
        "said_on": quote.said_on,
        "verification": quote.verification,
        "start": quote.start,
        "end": quote.end,
        "segments": as_json(quote.segments),
        **speaker_columns(quote.speaker),
        **source_columns(quote.source),
        "link": quote.link,
    }


def speaker_columns(speaker: SpeakerView | None) -> dict[str, Any]:
    """Return who said it as columns, empty where that is not known."""
    return {
        "speaker_name": speaker.name if speaker else None,
        "speaker_office": speaker.office if speaker else None,
        "speaker_party": speaker.party if speaker else None,
    }


def source_columns(source: SourceView | None) -> dict[str, Any]:
    """Return the document that a quote was taken from as columns, empty where there is no quote."""
    return {
        "source_id": source.id if source else None,
        "source_uid": source.uid if source else None,
        "source_url": source.url if source else None,
        "source_reference": source.reference if source else None,
        "source_title": source.title if source else None,
        "source_publisher": source.publisher if source else None,
        "source_published_on": source.published_on if source else None,
    }


def as_json(value: object) -> str | None:
    """Write a structured value as JSON; an empty one becomes None."""
    return dumps(value).decode() if value else None


def cell_words(
    cell: GridCell | None, issue: IssueView, names: Mapping[str, str], since: date | None
) -> str:
    """Say in plain text what the matrix shows in a cell; empty where a filter hides it.

    With `since`, the cell's move after that day is named.
    """
    if cell is None:
        return ""
    position = cell.position
    if position is None:
        if cell.possible:
            return some_time(cell.possible_stated_on)
        if cell.silence == Silence.SEARCHED:
            return "nothing found" + (
                f", searched {dates.display(cell.look.looked_on)}" if cell.look else ""
            )
        return "not yet looked"
    said = formatting.stance_words(issue, position)
    if not position.attitudes and position.act != Act.WITHDRAWS and position.summary:
        said = position.summary
    facts = [] if position.act == Act.WITHDRAWS else [position.firmness.replace("_", " ")]
    facts += [dates.display(position.stated_on)] if position.stated_on else []
    facts += [according_to(position.attributed_by, names)] * bool(position.attributed_by)
    facts += [move_labels.MAY_BE_OLDER] * bool(cell.order_uncertain)
    mark = move_labels.cell_mark(cell)
    facts += [f"{mark.text} after {dates.display(since.isoformat())}"] if mark and since else []
    return f"{said} ({', '.join(facts)})" if facts else said
