"""Show a quote by itself as the API answers it."""

from app.models.vocabulary import QuoteKind, Verification
from app.positions.views import QuoteView
from app.quotes.schemas import Quote


def quote_json(quote: QuoteView, positions: list[int]) -> Quote:
    """Show a quote with the numbers of the positions that have rested on it."""
    return {
        "id": quote.id,
        "uid": quote.uid,
        "exact": quote.exact,
        "prefix": quote.prefix,
        "suffix": quote.suffix,
        "kind": QuoteKind(quote.kind),
        "language": quote.language,
        "translated_from": quote.translated_from,
        "translation": quote.translation,
        "said_on": quote.said_on,
        "verification": Verification(quote.verification),
        "start": quote.start,
        "end": quote.end,
        "segments": quote.segments,
        "speaker": quote.speaker,
        "source": quote.source,
        "link": quote.link,
        "speaker_id": quote.speaker_id,
        "redacted": quote.redacted,
        "page": quote.page,
        "positions": positions,
        "url": f"/quotes/{quote.id}",
    }
