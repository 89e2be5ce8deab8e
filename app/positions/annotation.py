"""A quote as a W3C Web Annotation: which words of which document are meant; pure."""

from collections.abc import Sequence
from typing import Any

from app.models.vocabulary import Verification
from app.positions.views import QuoteView

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
MEDIA_TYPE = f'application/ld+json; profile="{CONTEXT}"'


def is_wanted(accept: str) -> bool:
    """Does an Accept header ask for linked data, and for nothing else rather?"""
    weights = {"application/ld+json": 0.0, "application/json": 0.0}
    for part in accept.lower().split(","):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        weight = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        if kind in weights:
            weights[kind] = max(weights[kind], _number(weight))
    linked, plain = weights.values()
    return linked > 0 and linked >= plain


def annotation(quote: QuoteView, positions: Sequence[int], base: str) -> dict[str, Any]:
    """The annotation; positions in the text, as stored, are told only where the words were found there."""
    quoted = {"type": "TextQuoteSelector", "exact": quote.exact, "prefix": quote.prefix, "suffix": quote.suffix}
    words = [{name: value for name, value in quoted.items() if value is not None}]
    selectors: list[dict[str, Any]] = [] if quote.redacted else [*words]
    if quote.verification == Verification.VERIFIED and quote.start is not None:
        selectors.append({"type": "TextPositionSelector", "start": quote.start, "end": quote.end})
    body = [{"id": f"{base}/positions/{n}", "type": "Text", "purpose": "linking"} for n in positions]
    if quote.translation:
        body.append({"type": "TextualBody", "value": quote.translation, "purpose": "commenting", "language": "en"})
    made: dict[str, Any] = {
        "@context": CONTEXT,
        "id": f"{base}/api/v1/quotes/{quote.id}",
        "type": "Annotation",
        "motivation": "linking" if positions else "highlighting",
        "canonical": f"urn:uuid:{quote.uid}",
        "target": {"source": quote.source.url or f"{base}/sources/{quote.source.id}", "selector": selectors},
    }
    if body:
        made["body"] = body
    if quote.language:
        made["target"]["language"] = quote.language
    return made


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
