"""Parties, who takes part in what, and speakers as the API shows them, made from what the log held."""

from collections.abc import Mapping
from typing import Any

from app.log.reader import Snapshot
from app.negotiations.queries import merged_into


def party_json(s: Snapshot) -> dict[str, Any]:
    return {n: s[n] for n in ("slug", "name", "short_name", "kind", "aliases", "wikidata_id")}


def participation_json(
    s: Snapshot, parties: Mapping[int, Snapshot], negotiation: str
) -> dict[str, Any]:
    """A party's part; `parties` has it, and the one that it was merged into."""
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
    return {
        "id": s.id,
        "uid": s["uid"],
        "name": s["name"],
        "office": s["office"],
        "party": parties[s["party_id"]]["slug"] if s["party_id"] else None,
        "aliases": s["aliases"],
    }
