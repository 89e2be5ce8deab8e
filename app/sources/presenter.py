"""Show a source as the API answers it, made from what the log held; never its text."""

from app.log.documents import SourceDocument
from app.log.reader import Snapshot
from app.sources.schemas import Source


def source_json(s: Snapshot[SourceDocument]) -> Source:
    """Return a source as the API returns it."""
    return {
        "id": s.id,
        "uid": s.data["uid"],
        "url": s.data["url"],
        "reference": s.data["reference"],
        "title": s.data["title"],
        "publisher": s.data["publisher"],
        "author": s.data["author"],
        "published_on": s.data["published_on"],
        "accessed_on": s.data["accessed_on"],
        "kind": s.data["kind"],
        "language": s.data["language"],
        "archive_url": s.data["archive_url"],
        "licence": s.data["licence"],
        "text_sha256": s.data["text_sha256"],
        "redacted": s.data.get("redacted"),
        "link": f"/sources/{s.id}",
    }
