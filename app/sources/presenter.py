"""Show a source as the API answers it, made from what the log held; never its text."""

from app.log.reader import Snapshot
from app.sources.schemas import Source


def source_json(s: Snapshot) -> Source:
    """Return a source as the API returns it."""
    return {
        "id": s.id,
        "uid": s["uid"],
        "url": s["url"],
        "reference": s["reference"],
        "title": s["title"],
        "publisher": s["publisher"],
        "author": s["author"],
        "published_on": s["published_on"],
        "accessed_on": s["accessed_on"],
        "kind": s["kind"],
        "language": s["language"],
        "archive_url": s["archive_url"],
        "licence": s["licence"],
        "text_sha256": s["text_sha256"],
        "redacted": s.data.get("redacted"),
        "link": f"/sources/{s.id}",
    }
