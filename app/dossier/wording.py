"""Put parts of a dossier into words, for documents; pages do so in their templates."""

from collections.abc import Mapping

from app.core import dates
from app.dossier.entries import Dossier, Entry
from app.http.templating import language
from app.matrix import formatting
from app.models.vocabulary import Act, MoveKind, Verification
from app.negotiations.views import IssueView
from app.pictures import quotes
from app.positions.phrases import according_to, only_if
from app.positions.views import PositionView, QuoteView, SourceView

STATED = {
    Act.STATES: "stated",
    Act.PROPOSES: "proposed",
    Act.OFFERS: "offered",
    Act.THREATENS: "threatened",
    Act.ASKS: "asked",
    Act.WITHDRAWS: "withdrawn",
}


def stances(issue: IssueView, position: PositionView) -> list[str]:
    """Say of each option what the position says of it, a condition always as one."""
    if position.act == Act.WITHDRAWS:
        return ["gave up its position"]
    labels = {option.slug: option.label for option in issue.options}
    return [
        f"{attitude}: {labels.get(slug, slug)}"
        + (", inferred" if slug in position.inferred else "")
        + (f", {only_if(position.conditions[slug])}" if position.conditions.get(slug) else "")
        for slug, attitude in position.attitudes.items()
    ] or ["no position on the options"]


def moved(entry: Entry, names: Mapping[str, str]) -> str:
    """Say what was held before, and how and when the party moved."""
    before, now = entry.before, entry.cell.position
    if before is None or now is None or now.stated_by is None:
        return "The first position on record."
    heard = according_to(before.attributed_by, names)
    said = f"Before: {formatting.stance_line(entry.issue, before)}{heard and f', {heard}'}"
    said += f", {stated(before)}"
    day = dates.display(now.stated_by)
    if entry.mark is None or entry.mark.kind == MoveKind.NEW:
        return f"{said}. In its own words since {day}."
    by = "on" if now.stated_on == now.stated_by else "by"
    return f"{said}. {entry.mark.text.capitalize()} {by} {day}."


def sources_of(dossier: Dossier) -> list[SourceView]:
    """List the sources of the quotes that are printed, each once, in their order."""
    parts = [line.quoted for line in dossier.red_lines]
    parts += [entry.quoted for entry in dossier.entries]
    printed = [quote for quoted in parts for quote in quoted.printed]
    return list({quote.source.id: quote.source for quote in printed}.values())


def attribution(quote: QuoteView, names: Mapping[str, str]) -> list[str]:
    """Say who said a quote and when, where it stands, and whether it was checked."""
    source = quote.source
    said = [quotes.speaker(quote, names)]
    said += [] if quote.said_on else ["date not given"]
    if quote.translated_from:
        said.append(f"printed in translation from {language(quote.translated_from)}")
    said += [source.title, *([source.publisher] if source.publisher else [])]
    said += [f"published {dates.display(source.published_on)}"] if source.published_on else []
    where = source.url or source.reference
    said += [where] if where else []
    if not quote.redacted and quote.verification != Verification.VERIFIED:
        said.append(quotes.CHECKS.get(quote.verification, "not checked"))
    return said


def cut(text: str, most: int) -> str:
    """Shorten a text, and say so by an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def stated(position: PositionView) -> str:
    """Say how and when a position was stated."""
    day = dates.display(position.stated_on) if position.stated_on else "undated"
    return f"{STATED.get(Act(position.act), position.act)} {day}"


def firmness(position: PositionView) -> str:
    """Name how firm a position is; empty for one that gives up."""
    if position.act == Act.WITHDRAWS:
        return ""
    return position.firmness.replace("_", " ").capitalize()
