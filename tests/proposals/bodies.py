"""Bodies of proposals that the lake's source carries."""

from typing import Any

from tests.support.factories import TEXT, WORDS, quote

Body = dict[str, Any]
ROBOT = {"tool": "reader", "model": "m-1", "version": "2", "run": "r-7", "prompt_sha256": "0" * 64}


def proposal(party: str = "north", issue: str = "quota", **more: Any) -> Body:
    """Return a proposed position; `more` are its fields, but `note` and `proposed_by`."""
    outside = {n: more.pop(n) for n in ("note", "proposed_by", "source") if n in more}
    attitudes = {"quota": {"q40": "prefers"}, "dam": {"closed": "prefers"}}.get(issue, {})
    position = {
        "negotiation": "lake",
        "party": party,
        "issue": issue,
        "firmness": "demand",
        "attitudes": attitudes,
        "quotes": [quote(speaker="Mara Venn")],
        **more,
    }
    return {"kind": "position", "position": position, "proposed_by": ROBOT, **outside}


def new_source(url: str = "https://news.example/second", **more: Any) -> Body:
    """Return a source with its text."""
    return {
        "url": url,
        "title": "A second report",
        "published_on": "2024-05-15",
        "text": f"A second report. {TEXT}",
        **more,
    }


def correction(number: int, version: int = 1, **changes: Any) -> Body:
    """Return a proposed correction of a position."""
    reason = changes.pop("reason", "The option was misread")
    held = {"position": number, "version": version, "reason": reason, "changes": changes}
    return {"kind": "correction", "correction": held, "proposed_by": ROBOT}


__all__ = ["ROBOT", "WORDS", "Body", "correction", "new_source", "proposal"]
