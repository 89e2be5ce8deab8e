"""Tell by a hash whether two proposals are the same: what is claimed, and the words that carry it.

Summaries, notes and contexts do not count; who said the words, when, and in which text do.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import among
from app.models.negotiation import Speaker
from app.models.source import Source
from app.proposals.schemas import ProposedSource
from app.proposals.second_look import folded
from app.sources.urls import same_document_key

CLAIM = (
    "negotiation_id", "party_id", "issue_id", "act", "firmness", "stated_on", "attitudes", "links"
)  # fmt: skip


def of_source(source: ProposedSource) -> str:
    """Return the fingerprint of a proposed source: another text of it is another proposal."""
    key = same_document_key(source.url) if source.url else folded(source.reference or "")
    return _hash(["source", key, hashlib.sha256(source.text.encode()).hexdigest()])


async def of_position(
    session: AsyncSession,
    document: Mapping[str, Any],
    brought: Source | None,
    corrected: int | None,
) -> str:
    """Return the fingerprint of a position, or of the correction of the one with this number."""
    quotes = document["quotes"]
    speakers = await session.scalars(
        select(Speaker).where(among(Speaker.id, (q["speaker_id"] for q in quotes)))
    )
    # By name, since a new speaker has another number each time.
    names = {s.id: folded(s.name or s.office or "") for s in speakers}
    along = brought and [brought.url_key or brought.reference, brought.text_sha256]
    said = [
        [
            along if brought and q["source_id"] == brought.id else q["source_id"],
            folded(q["exact"]),
            q["kind"],
            q["said_on"],
            names.get(q["speaker_id"]),
            q["party_id"],
        ]
        for q in quotes
    ]
    said.sort(key=repr)
    return _hash(["position", corrected, [document[name] for name in CLAIM], said])


def _hash(said: list[Any]) -> str:
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()
