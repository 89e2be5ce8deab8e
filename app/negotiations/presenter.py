"""Present parties, participations and speakers for the API, from snapshots of the log."""

from collections.abc import Mapping
from typing import Any

from app.log.reader import Snapshot
from app.negotiations.queries import merged_into


def party_json(s: Snapshot) -> dict[str, Any]:
    """Return a party as the API shows it."""
    return {n: s[n] for n in ("slug", "name", "short_name", "kind", "aliases", "wikidata_id")}


def participation_json(
    s: Snapshot, parties: Mapping[int, Snapshot], negotiation: str
) -> dict[str, Any]:
    """Return a participation as the API shows it.

    `parties` has its party and the one that it was merged into, by id.
    """
    party, into = parties[s["party_id"]], merged_into(s)
    return {
        "negotiation": negotiation,
        "party": party["slug"],
        "name": party["name"],
        "role": s["role"],
        "consent_required": s["consent_required"],
        "order": s["ordinal"],
        "merged_into": parties[into]["slug"] if into else None,
    }


def speaker_json(s: Snapshot, parties: Mapping[int, Snapshot]) -> dict[str, Any]:
    """Return a speaker as the API shows it; `parties` has the speaker's party, by id."""
    return {
        "id": s.id,
        "uid": s["uid"],
        "name": s["name"],
        "office": s["office"],
        "party": parties[s["party_id"]]["slug"] if s["party_id"] else None,
        "aliases": s["aliases"],
    }
