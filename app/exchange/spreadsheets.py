"""What spreadsheets do to texts, and rows of the API as flat columns; pure."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from app.core import dates
from app.core.responses import dumps
from app.matrix import pictures
from app.matrix.grid import Cell, IssueView
from app.models.vocabulary import Act, Attitude, Silence
from app.positions.views import PositionView, QuoteView

# What makes a cell a formula, full-width forms too, which some spreadsheets fold (OWASP, CSV injection).
FORMULA = re.compile(r"[=+\-@\t\r\n\0＝＋－＠]")

Text = Callable[[str], str]


def guarded(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{text}" if FORMULA.match(text) else text


def as_it_is(text: str) -> str:
    return text


POSITION_COLUMNS = (
    "negotiation", "party", "party_name", "issue", "issue_title", "position_id", "position_uid", "version", "current",
    "act", "summary", "firmness", "prefers", "prefers_label", "accepts", "accepts_labels", "rejects", "rejects_labels",
    "attitudes", "conditions", "inferred", "attributed_by", "salience", "links", "stated_on", "stated_from",
    "stated_by", "recorded_at", "recorded_by", "action", "reason", "position_url",
)  # fmt: skip
QUOTE_COLUMNS = (
    "quote_id", "quote_uid", "exact", "prefix", "suffix", "kind", "language", "translated_from", "translation",
    "said_on", "verification", "start", "end", "segments", "speaker_name", "speaker_office", "speaker_party",
    "source_id", "source_uid", "source_url", "source_reference", "source_title", "source_publisher",
    "source_published_on", "link",
)  # fmt: skip


def position_row(
    position: PositionView, current: bool, names: Mapping[str, str], issue: IssueView, base: str
) -> dict[str, Any]:
    """The columns of a position: identifiers and labels apart, what has structure as the API's own JSON."""
    labels = {o.slug: o.label for o in issue.options}
    held = {verb: [slug for slug, a in position.attitudes.items() if a == verb] for verb in Attitude}
    said = {verb: "; ".join(labels.get(slug, slug) for slug in slugs) for verb, slugs in held.items()}
    return {name: getattr(position, name) for name in POSITION_COLUMNS if hasattr(position, name)} | {
        "party_name": names[position.party],
        "issue_title": issue.title,
        "position_id": position.id,
        "position_uid": position.uid,
        "current": current,
        "prefers": " ".join(held[Attitude.PREFERS]),
        "prefers_label": said[Attitude.PREFERS],
        "accepts": " ".join(held[Attitude.ACCEPTS]),
        "accepts_labels": said[Attitude.ACCEPTS],
        "rejects": " ".join(held[Attitude.REJECTS]),
        "rejects_labels": said[Attitude.REJECTS],
        "attitudes": as_json(position.attitudes),
        "conditions": as_json(position.conditions),
        "inferred": " ".join(position.inferred),
        "attributed_by": " ".join(position.attributed_by),
        "links": as_json(position.links),
        "position_url": base + position.url,
    }


def quote_row(quote: QuoteView) -> dict[str, Any]:
    speaker = {f"speaker_{n}": getattr(quote.speaker, n) for n in ("name", "office", "party")} if quote.speaker else {}
    source = ("id", "uid", "url", "reference", "title", "publisher", "published_on")
    return (
        {name: getattr(quote, name) for name in QUOTE_COLUMNS if hasattr(quote, name)}
        | {"quote_id": quote.id, "quote_uid": quote.uid, "segments": as_json(quote.segments)}
        | speaker
        | {f"source_{name}": getattr(quote.source, name) for name in source}
    )


def as_json(value: object) -> str | None:
    """Write what has structure as JSON; what is empty as nothing."""
    return dumps(value).decode() if value else None


def cell_words(cell: Cell | None, issue: IssueView, names: Mapping[str, str]) -> str:
    """Say in plain text what the matrix shows in a cell; empty where a filter hides it."""
    if cell is None:
        return ""
    position = cell.position
    if position is None:
        if cell.silence == Silence.SEARCHED:
            return "nothing found" + (f", searched {dates.display(cell.look.looked_on)}" if cell.look else "")
        return "not yet looked"
    said = pictures.stance_words(issue, position)
    if not position.attitudes and position.act != Act.WITHDRAWS and position.summary:
        said = position.summary
    facts = [] if position.act == Act.WITHDRAWS else [position.firmness.replace("_", " ")]
    facts += [dates.display(position.stated_on)] if position.stated_on else []
    facts += [f"according to {', '.join(names.get(p, p) for p in position.attributed_by)}"] * bool(
        position.attributed_by
    )
    return f"{said} ({', '.join(facts)})" if facts else said
