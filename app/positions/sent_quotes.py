"""Resolve the quotes that are sent with a position: their sources, speakers and checks."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from app.core.errors import Fault
from app.core.text_lines import alike
from app.log.entry import snapshot
from app.log.writer import Log
from app.models.negotiation import Speaker
from app.models.source import Quote, QuoteCheck
from app.negotiations.actions import find_or_add_speaker
from app.negotiations.queries import find_parties, list_speakers_named
from app.positions import queries
from app.positions.compose import CellFacts, QuoteFacts
from app.positions.schemas import SAID_OF_A_QUOTE, QuoteInput, SpeakerRef
from app.sources.actions import check_quote
from app.sources.queries import lock_sources, newest_checks, newest_texts

QUOTE_FIELDS = ("source_id", *SAID_OF_A_QUOTE)


async def resolve_quotes(
    log: Log,
    wanted: Sequence[QuoteInput],
    cell: CellFacts,
    before: dict[str, Any] | None,
    faults: list[Fault],
    *,
    public: bool,
) -> tuple[list[QuoteFacts], list[tuple[Quote, QuoteCheck]]]:
    """Resolve the quotes that were sent: keep existing ones, check new ones against their sources.

    Return all quotes in the order sent, and the new rows with their checks. Add to `faults`.
    """
    session = log.session
    kept = await queries.quotes_of_cell(session, cell, [q.id for q in wanted if q.id is not None])
    held = {q["id"]: q for q in before["quotes"]} if before else {}
    kept |= held
    checks = await newest_checks(session, kept)
    source_ids = [q.source_id for q in wanted if q.source_id] + [
        q["source_id"] for q in kept.values()
    ]
    sources = await lock_sources(session, source_ids)
    texts = await newest_texts(session, [s.id for s in sources.values() if s.text_sha256])
    facts: list[QuoteFacts] = []
    new: list[tuple[Quote, QuoteCheck]] = []
    for i, q in enumerate(wanted):
        if q.id is not None:
            if q.id not in kept:
                faults.append(Fault(f"/quotes/{i}/id", "is not a quote of this cell"))
            elif any(f.row.get("id") == q.id for f in facts):
                faults.append(Fault(f"/quotes/{i}/id", "is listed twice"))
            else:
                row = kept[q.id]
                faults += [
                    Fault(
                        f"/quotes/{i}/{name}",
                        "cannot be changed: a corrected quote is a new one, without id",
                    )
                    for name in QUOTE_FIELDS
                    if name in q.model_fields_set and not alike(getattr(q, name), row[name])
                ]
                published_on, verification = (
                    sources[row["source_id"]].published_on,
                    checks[q.id].verification,
                )
                facts.append(QuoteFacts(row, published_on, verification, q.id in held))
            continue
        if q.source_id not in sources:
            faults.append(Fault(f"/quotes/{i}/source_id", f"there is no source {q.source_id}"))
            continue
        speaker = await _speaker(
            log, q.speaker, cell, f"/quotes/{i}/speaker", faults, public=public
        )
        if speaker and speaker.public:
            log.public_speakers.add(speaker.id)
        quote = Quote(
            uid=uuid4(),
            **q.model_dump(include=set(QUOTE_FIELDS)),
            speaker_id=speaker and speaker.id,
            office=speaker and speaker.office,
            party_id=speaker and speaker.party_id,
        )
        check = await check_quote(quote, texts.get(quote.source_id))
        new.append((quote, check))
        facts.append(
            QuoteFacts(
                snapshot(quote), sources[quote.source_id].published_on, check.verification, False
            )
        )
    return facts, new


async def _speaker(
    log: Log,
    wanted: str | SpeakerRef | None,
    cell: CellFacts,
    pointer: str,
    faults: list[Fault],
    *,
    public: bool,
) -> Speaker | None:
    if wanted is None:
        return None
    if isinstance(wanted, str):
        named = await list_speakers_named(log.session, wanted)
        own = [s for s in named if s.party_id == cell.party_id] or named
        if len(own) == 1:
            return own[0]
        several = f"{wanted!r} names several speakers: say which by name, office and party"
        faults.append(Fault(pointer, several if own else f"there is no speaker {wanted!r}"))
        return None
    party_id: int | None = cell.party_id
    if "party" in wanted.model_fields_set:
        party_id = None
        if wanted.party is not None:
            parties = await find_parties(log.session, {wanted.party})
            if wanted.party not in parties:
                faults.append(Fault(f"{pointer}/party", f"there is no party {wanted.party!r}"))
                return None
            party_id = parties[wanted.party].id
    return await find_or_add_speaker(
        log, name=wanted.name, office=wanted.office, party_id=party_id, public=public
    )
