"""Cite positions, quotes and sources, and describe them in schema.org terms; no database."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.citations.citable import US, Cite, CitedWork, shortened
from app.core import dates
from app.models.vocabulary import QuoteKind
from app.negotiations.views import mark_invented
from app.positions.phrases import according_to
from app.positions.views import PositionView, QuoteView, SourceView

CONTEXT = "https://schema.org"
NEWS = ("news", "newspaper", "article", "magazine")


def cite_position(
    position: PositionView,
    *,
    names: Mapping[str, str],
    issue: str,
    negotiation: str,
    base: str,
    query: str,
) -> Cite:
    """Cite one version of a position.

    `names` maps the slugs of parties to names; `issue` and `negotiation` are titles. `base` is the
    site's origin, and `query` the query string that pins what was known (`?known_at=…`).
    """
    party, others = (
        names[position.party],
        [names.get(slug, slug) for slug in position.attributed_by],
    )
    address = f"{position.url}/versions/{position.version}"
    stated_on = dates.display(position.stated_on) if position.stated_on else ""
    heard = according_to(position.attributed_by, names)
    title = ", ".join(filter(None, [f"{party} on {issue}", stated_on, heard]))
    work = CitedWork(
        key=f"parley-position-{position.id}-v{position.version}",
        kind="webpage",
        title=f"{title}: {shortened(position.summary).rstrip('.')}" if position.summary else title,
        url=f"{base}{address}{query}",
        authors=(US,),
        container=negotiation,
        issued=position.recorded_at[:10],
        version=str(position.version),
        quoting=tuple(dict.fromkeys(in_words(q.source) for q in position.quotes)),
    )
    claim = {
        "@context": CONTEXT,
        "@type": "Claim",
        "@id": work.url,
        "url": work.url,
        "name": title,
        "text": position.summary,
        "about": f"{party} on {issue}" if others else issue,
        "author": [{"@type": "Organization", "name": name} for name in others or [party]],
        "dateCreated": position.stated_on,
        "dateModified": position.recorded_at,
        "version": position.version,
        "creativeWorkStatus": position.status,
        "isPartOf": {
            "@type": "Dataset",
            "name": negotiation,
            "url": f"{base}/n/{position.negotiation}",
        },
        "appearance": [quotation(q, base) for q in position.quotes],
    }
    return Cite(work, f"{base}{address}{query}", f"{address}/cite", query, known(claim))


def cite_quote(quote: QuoteView, *, base: str, query: str, invented: bool) -> Cite:
    """Cite a quote by its own URL, which stays valid if the quote is removed from its position."""
    if invented:
        title = mark_invented(quote.source.title)
        quote = replace(quote, source=replace(quote.source, title=title))
    address = f"/quotes/{quote.id}"
    direct = quote.kind == QuoteKind.DIRECT and quote.speaker is not None
    who = (
        (quote.speaker.name or quote.speaker.office)
        if direct and quote.speaker
        else quote.source.publisher
    )
    work = CitedWork(
        key=f"parley-quote-{quote.id}",
        kind="speech" if direct else "webpage",
        title=shortened(quote.exact),
        url=f"{base}{address}{query}",
        authors=(who or US,),
        container=quote.source.title,
        publisher=quote.source.publisher if quote.source.publisher != who else None,
        issued=quote.said_on or quote.source.published_on,
        language=quote.language,
    )
    return Cite(
        work,
        f"{base}{address}{query}",
        f"{address}/cite",
        query,
        {"@context": CONTEXT} | quotation(quote, base),
    )


def cite_source(
    source_id: int, data: Mapping[str, Any], *, base: str, query: str, invented: bool
) -> Cite:
    """Cite a source itself, with the URL of its record here; `data` is its snapshot in the log."""
    if invented:
        data = {**data, "title": mark_invented(data["title"])}
    address = f"/sources/{source_id}"
    author, publisher = data["author"], data["publisher"]
    news = any(word in (data["kind"] or "").lower() for word in NEWS)
    kind = "article-newspaper" if news else "webpage" if data["url"] else "document"
    # The publisher is responsible for a text without author; for newspapers, citation styles
    # arrange that themselves.
    if author is None and not news:
        author, publisher = publisher, None
    work = CitedWork(
        key=f"parley-source-{source_id}",
        kind=kind,
        title=data["title"],
        url=data["url"],
        authors=(author,) if author else (),
        container=publisher if kind != "document" else None,
        publisher=publisher if kind == "document" else None,
        issued=data["published_on"],
        accessed=data["accessed_on"],
        language=data["language"],
        record=f"{base}{address}{query}",
        reference=data["reference"],
    )
    document = document_data(
        SourceView(source_id, *(data[n] for n in SourceView.__slots__[1:])), base
    )
    more = {"author": data["author"], "inLanguage": data["language"], "license": data["licence"]}
    linked = {"@context": CONTEXT, **document, **more, "archivedAt": data["archive_url"]}
    return Cite(work, f"{base}{address}{query}", f"{address}/cite", query, known(linked))


def in_words(source: SourceView) -> str:
    """Return the title, publisher and date of a source, to be used in a sentence."""
    day = dates.display(source.published_on) if source.published_on else None
    return ", ".join(filter(None, [f"“{shortened(source.title)}”", source.publisher, day]))


def quotation(quote: QuoteView, base: str) -> dict[str, Any]:
    """Describe a quote as a schema.org Quotation.

    The speaker is a Person, named by the office where the name is not known.
    """
    speaker = quote.speaker
    return known(
        {
            "@type": "Quotation",
            "@id": f"{base}/quotes/{quote.id}",
            "text": quote.exact,
            "inLanguage": quote.language,
            "dateCreated": quote.said_on,
            "spokenByCharacter": speaker
            and known(
                {
                    "@type": "Person",
                    "name": speaker.name or speaker.office,
                    "jobTitle": speaker.office,
                }
            ),
            "isBasedOn": document_data(quote.source, base),
            "url": f"{base}/quotes/{quote.id}",
            "citation": quote.link,
        }
    )


def document_data(source: SourceView, base: str) -> dict[str, Any]:
    """Describe a source as a schema.org CreativeWork."""
    return known(
        {
            "@type": "CreativeWork",
            "@id": f"{base}/sources/{source.id}",
            "name": source.title,
            "url": source.url,
            "publisher": source.publisher and {"@type": "Organization", "name": source.publisher},
            "datePublished": source.published_on,
        }
    )


def known(data: dict[str, Any]) -> dict[str, Any]:
    """Drop properties whose value is not known (null or empty)."""
    return {name: value for name, value in data.items() if value not in (None, "", [], {})}
