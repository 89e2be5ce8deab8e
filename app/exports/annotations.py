"""Write quotes as a Web Annotation collection: what each says about a party and an issue."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.exports.selection import Selection, positions
from app.http.responses import dumps
from app.matrix.formatting import stance_words
from app.negotiations.views import IssueView
from app.positions.phrases import led
from app.positions.views import PositionView, QuoteView
from app.quotes.annotation import CONTEXT, targets


async def export_annotations(
    session: AsyncSession, chosen: Selection, *, base: str, permalink: str
) -> AsyncGenerator[bytes]:
    """Yield the collection piece by piece: an annotation for each quote of each position.

    `total` comes last, so that a document that was cut off neither parses nor adds up.
    """
    negotiation = chosen.matrix.negotiation
    head: dict[str, Any] = {
        "@context": CONTEXT,
        "id": permalink,
        "type": "AnnotationCollection",
        "label": negotiation.cited_title,
        "generated": chosen.known_at,
    }
    if negotiation.licence:
        head["rights"] = negotiation.licence
    page = {"id": f"{permalink}#page", "type": "AnnotationPage", "startIndex": 0}
    yield dumps(head)[:-1] + b',"first":' + dumps(page)[:-1] + b',"items":['
    total = 0
    async with aclosing(positions(session, chosen)) as batches:
        async for batch in batches:
            made = [
                dumps(annotated(position, quote, chosen, base=base))
                for position, _ in batch
                for quote in position.quotes
            ]
            yield (b"," if total and made else b"") + b",".join(made)
            total += len(made)
    yield b']},"total":' + dumps(total) + b"}\n"


def annotated(
    position: PositionView, quote: QuoteView, chosen: Selection, *, base: str
) -> dict[str, Any]:
    """Return the annotation of a quote that says which position it is the evidence for."""
    issue = chosen.issues[position.issue]
    body: list[dict[str, Any]] = [
        {"id": f"{base}{position.url}", "type": "Text", "purpose": "linking"},
        {
            "type": "TextualBody",
            "value": classified(position, issue, chosen),
            "purpose": "classifying",
            "format": "text/plain",
        },
    ]
    if quote.translation:
        body.append({"type": "TextualBody", "value": quote.translation, "purpose": "commenting"})
    found = targets(quote, base)
    return {
        "id": f"{base}{position.url}/versions/{position.version}#quote-{quote.id}",
        "type": "Annotation",
        "motivation": "classifying",
        "created": position.recorded_at,
        "via": f"{base}/quotes/{quote.id}",
        "body": body,
        "target": found if len(found) > 1 else found[0],
    }


def classified(position: PositionView, issue: IssueView, chosen: Selection) -> str:
    """Say what a quote is the evidence for: "Kastrel on Lake level: prefers 180 m"."""
    party = chosen.names[position.party]
    said = f"{party} on {issue.title}: {stance_words(issue, position)}"
    return led(said, position.attributed_by, chosen.names)
