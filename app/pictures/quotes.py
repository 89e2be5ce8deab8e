"""Draw a quote: all its words, who said it when, and the source."""

from collections.abc import Mapping

from app.core import dates
from app.models.vocabulary import QuoteKind
from app.pictures.canvas import Canvas, Ink
from app.pictures.lettering import SERIF, is_rtl, width_of, wrap
from app.pictures.palette import INK_2, LINE_STRONG, MARK, PART
from app.positions.views import QuoteView

BROAD = 1.1  # a serif's letters, beside those of a sans
WORDS = Ink(18, family=SERIF, leading=1.45)
BRIEF = Ink(15, family=SERIF, leading=1.4)
WHO, DOUBT = Ink(13, colour=INK_2), Ink(13, colour=PART)
CHECKS = {
    "verified": "verified in the source",
    "attested": "checked elsewhere",
    "ambiguous": "appears more than once in the source",
    "mismatch": "does not match the source’s text",
}


def draw(
    canvas: Canvas,
    quote: QuoteView,
    names: Mapping[str, str],
    at: tuple[float, float, float],
    *,
    brief: bool = False,
) -> float:
    """Draw a quote in a column at (x, y, width); return the y below it."""
    x, y, width = at
    ink = BRIEF if brief else WORDS
    if quote.redacted:
        said = f"The text of this quote was redacted: {quote.redacted.reason}"
        y = canvas.lines(wrap(said, DOUBT.size, width), x, y, width, DOUBT)
    else:
        marked = f"“{quote.exact}”" if quote.kind == QuoteKind.DIRECT else quote.exact
        for line in wrap(marked, ink.size * BROAD, width):
            if not brief:
                wide = min(width_of(line, ink.size * BROAD), width)
                left = x + width - wide if is_rtl(line) else x
                canvas.rect((left - 3, y + 3, wide + 6, ink.line - 3), MARK)
            y = canvas.lines([line], x, y, width, ink)
        if quote.translation:
            said = f"Our translation: {quote.translation}"
            y = canvas.lines(wrap(said, BRIEF.size * BROAD, width), x, y + 2, width, BRIEF)
    who = wrap(speaker(quote, names), WHO.size, width)
    y = canvas.lines(who, x, y + 4, width, WHO)
    y = canvas.lines(wrap(source(quote), WHO.size, width), x, y, width, WHO)
    if not quote.redacted:
        verified = quote.verification == "verified"
        check = CHECKS.get(quote.verification, "not checked: the source’s text is not saved")
        y = canvas.lines([check], x, y, width, WHO if verified else DOUBT)
    return y


def speaker(quote: QuoteView, names: Mapping[str, str]) -> str:
    """Say who said a quote, and when."""
    who = quote.speaker
    if who:
        party = names.get(who.party, who.party) if who.party else None
        parts = [who.name or who.office, who.office if who.name else None, party]
        said = ", ".join(filter(None, parts))
    elif quote.kind == QuoteKind.REPORTED:
        said = f"Reported by {quote.source.publisher or 'the source'}; no speaker named"
    else:
        said = "No speaker named"
    if quote.kind == QuoteKind.REPORTED and who:
        said += " (the source’s report, not the speaker’s own words)"
    return f"{said} · said {dates.display(quote.said_on)}" if quote.said_on else said


def source(quote: QuoteView) -> str:
    """Name the source of a quote, with its address."""
    found = quote.source
    day = found.published_on and dates.display(found.published_on)
    where = found.url or found.reference
    return f"{', '.join(filter(None, [found.title, found.publisher, day]))}" + (
        f" · {where}" if where else ""
    )


def rule(canvas: Canvas, x: float, top: float, bottom: float) -> None:
    """Draw the line at the left of a brief quote."""
    canvas.rule(x, top + 4, x, bottom, LINE_STRONG)
