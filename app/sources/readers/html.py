"""Read HTML."""

from app.sources.readers import Found, Unreadable


def read(data: bytes) -> Found:
    """Take the article out of a page, and what the page says about itself."""
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    document = bare_extraction(
        data.decode(),
        with_metadata=True,
        include_comments=False,
        include_tables=True,
        favor_recall=True,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    if not isinstance(document, Document) or not document.text:
        raise Unreadable("No article was found in this page: paste its text.")
    lines = [line.strip() for line in document.text.split("\n")]
    return {
        "text": "\n\n".join(line for line in lines if line),
        "title": document.title,
        "author": document.author,
        "publisher": document.sitename,
        "published_on": document.date,
        "language": document.language,
        "url": document.url,
        "licence": document.license,
    }
