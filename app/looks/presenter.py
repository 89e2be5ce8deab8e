"""Show a look as the API answers it, made from what the log held."""

from app.log.documents import LookDocument
from app.log.reader import Snapshot
from app.looks.schemas import Look


def look_json(s: Snapshot[LookDocument], negotiation: str, party: str, issue: str) -> Look:
    """Return a look as the API returns it; the slugs are those of its cell."""
    return {
        "id": s.id,
        "uid": s.data["uid"],
        "negotiation": negotiation,
        "party": party,
        "issue": issue,
        "looked_on": s.data["looked_on"],
        "where": s.data["where"],
        "by": s.data["by"],
    }
