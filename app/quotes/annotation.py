"""Write a quote as a W3C Web Annotation: which words of which source it selects; pure functions."""

from collections.abc import Sequence
from typing import Any

from app.models.vocabulary import Verification
from app.positions.views import QuoteView
from app.sources.matching.normalise import ELISION

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
MEDIA_TYPE = f'application/ld+json; profile="{CONTEXT}"'


def is_wanted(accept: str) -> bool:
    """Tell whether an Accept header prefers JSON-LD to JSON."""
    weights = {"application/ld+json": 0.0, "application/json": 0.0}
    for part in accept.lower().split(","):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        weight = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        if kind in weights:
            weights[kind] = max(weights[kind], _float_or_zero(weight))
    linked, plain = weights.values()
    return linked > 0 and linked >= plain


def annotation(
    quote: QuoteView, positions: Sequence[int], base: str, words: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the annotation as JSON-LD.

    `words` has the text of each segment as stored, if the quote was found in a text; `base` goes
    before this site's paths.
    """
    body = [
        {"id": f"{base}/positions/{n}", "type": "Text", "purpose": "linking"} for n in positions
    ]
    if quote.translation:
        body.append(
            {
                "type": "TextualBody",
                "value": quote.translation,
                "purpose": "commenting",
                "language": "en",
            }
        )
    found = targets(quote, base, words)
    made: dict[str, Any] = {
        "@context": CONTEXT,
        "id": f"{base}/api/v1/quotes/{quote.id}",
        "type": "Annotation",
        "motivation": "linking" if positions else "highlighting",
        "canonical": f"urn:uuid:{quote.uid}",
        "target": found if len(found) > 1 else found[0],
    }
    if body:
        made["body"] = body
    return made


def targets(quote: QuoteView, base: str, words: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return a target for each segment, since all selectors of a target must select the same text.

    Positions in the stored text are given only if the words were found there.
    """
    made = []
    places = quote.segments if quote.verification == Verification.VERIFIED else None
    parts = [part for part in map(str.strip, ELISION.split(quote.exact)) if part]
    texts = list(words) or (parts if places and len(parts) == len(places) else [quote.exact])
    for i, text in enumerate(texts):
        beside = (quote.prefix if i == 0 else None, quote.suffix if i == len(texts) - 1 else None)
        quoted = {
            "type": "TextQuoteSelector",
            "exact": text,
            "prefix": beside[0],
            "suffix": beside[1],
        }
        selectors: list[dict[str, Any]] = [
            {name: value for name, value in quoted.items() if value is not None}
        ]
        if places and len(places) == len(texts):
            selectors.append(
                {"type": "TextPositionSelector", "start": places[i][0], "end": places[i][1]}
            )
        target: dict[str, Any] = {"source": quote.source.url or f"{base}/sources/{quote.source.id}"}
        target["selector"] = [] if quote.redacted else selectors
        made.append(target | ({"language": quote.language} if quote.language else {}))
    return made


def _float_or_zero(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
