"""State, correct, restore and retract positions; nothing is ever overwritten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import delete, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Conflict, Fault, Forbidden, Invalid
from app.core.text_lines import alike
from app.db.prepared import Prepared
from app.log.entry import Change, snapshot
from app.log.writer import Log
from app.models.negotiation import Negotiation, Speaker
from app.models.position import Position, PositionAttitude, PositionLink, PositionQuote
from app.models.source import Quote, QuoteCheck
from app.models.vocabulary import PositionStatus
from app.negotiations.actions import find_or_add_speaker, publish_speaker
from app.negotiations.queries import find_parties, list_speakers_named
from app.positions import queries
from app.positions.compose import CellFacts, Composed, QuoteFacts, Saving, compose
from app.positions.mismatch_help import with_closest
from app.positions.review_submissions import writers
from app.positions.schemas import PositionContent, QuoteInput, SpeakerRef
from app.sources.actions import check_quote
from app.sources.queries import find_sources, newest_checks, newest_texts

DRAFT, PUBLISHED, RETRACTED = (
    PositionStatus.DRAFT,
    PositionStatus.PUBLISHED,
    PositionStatus.RETRACTED,
)


async def state(
    log: Log,
    *,
    negotiation: Negotiation,
    party: str,
    issue: str,
    wanted: PositionContent,
    status: PositionStatus | None = None,
) -> tuple[Position, list[Fault]]:
    """Record that a party takes a position or moves to another one; return it with its warnings.

    A move is a new position with its own date, never a new version (docs/rules.md, rule 5). Raise
    Invalid with all faults, and Forbidden for publishing at once where a second person publishes.
    """
    if negotiation.review and status == PUBLISHED:
        raise Forbidden("This negotiation requires review: save it as a draft.")
    status = status or (DRAFT if negotiation.review else PUBLISHED)
    cell = await queries.cell_facts(log.session, negotiation, party, issue, wanted)
    composed, new = await _compose(
        log, wanted, cell, status=status, before=None, first_published=None
    )
    position = Position(
        uid=uuid4(),
        version=1,
        negotiation_id=cell.negotiation_id,
        party_id=cell.party_id,
        issue_id=cell.issue_id,
        created_by=log.by,
    )
    log.session.add(position)
    action = "published" if status == PUBLISHED else "created"
    await write(log, position, composed.document, new, action=action, reason=None)
    return position, composed.warnings


async def correct(
    log: Log,
    *,
    negotiation: Negotiation,
    position: Position,
    wanted: PositionContent,
    status: PositionStatus,
    reason: str | None,
) -> list[Fault]:
    """Write a new version of a position to correct its record, or to edit or publish a draft.

    The caller has locked the position. If nothing changes, nothing is written. Return the warnings;
    raise Invalid with all faults, and Forbidden where another person has to publish the draft.
    """
    session = log.session
    before = await queries.document(session, position)
    reviewed = negotiation.review and status == PUBLISHED and position.status != PUBLISHED
    if reviewed and log.by in (await writers(session, [position]))[position.id]:
        raise Forbidden(
            "This negotiation requires review: somebody who did not write any part of the draft "
            "publishes it."
        )
    cell = await queries.cell_facts(
        session, negotiation, position.party_id, position.issue_id, wanted
    )
    composed, new = await _compose(
        log,
        wanted,
        cell,
        status=status,
        before=before,
        first_published=position.first_published_at,
    )
    document = composed.document
    if "proposals" in before:
        document["proposals"] = before["proposals"]
    if {**before, **document} == before:
        return composed.warnings
    if reviewed and _rewritten(before, document):
        raise Forbidden(
            "This negotiation requires review: publish the draft unchanged, or save the change"
            " and let another editor publish it."
        )
    position.version += 1
    action = _action(before["status"], status)
    await write(log, position, document, new, action=action, reason=reason)
    return composed.warnings


async def restore(
    log: Log,
    *,
    position: Position,
    status: PositionStatus,
    reason: str | None,
) -> None:
    """Restore a retracted position as it was: published if it ever was published, else a draft.

    Raise Conflict unless it is retracted, Invalid if `status` is another one.
    """
    if position.status != RETRACTED:
        raise Conflict("It is not retracted.")
    if status != (DRAFT if position.first_published_at is None else PUBLISHED):
        raise Invalid(
            "What was published does not become a draft again.",
            Fault("/status", "must be published"),
        )
    document = await queries.document(log.session, position)
    document.pop("recoded_as", None)  # no other position replaces it any more
    position.version += 1
    await write(
        log,
        position,
        {**document, "status": str(status)},
        [],
        action="restored",
        reason=reason,
    )


async def retract(log: Log, *, position: Position, reason: str) -> None:
    """Retract a position: it no longer counts for any `as_of`, but its page stays and says so.

    Raise Conflict if it is retracted already.
    """
    if position.status == RETRACTED:
        raise Conflict("It is retracted already.")
    document = await queries.document(log.session, position)
    position.version += 1
    await write(
        log,
        position,
        {**document, "status": str(RETRACTED)},
        [],
        action="retracted",
        reason=reason,
    )


@dataclass(frozen=True, slots=True)
class Examined:
    """A version of a position as it would be published, with the checks of its new quotes."""

    cell: CellFacts
    document: dict[str, Any]
    new: Sequence[tuple[Quote, QuoteCheck]]
    warnings: Sequence[Fault]


async def examine(
    log: Log,
    *,
    negotiation: Negotiation,
    cell: tuple[str | int, str | int],
    wanted: PositionContent,
    position: Position | None = None,
) -> Examined:
    """Check a position as if it were published now, in place of `position` if that is given.

    New speakers are written: the caller undoes that. Raise Invalid with all faults.
    """
    before = await queries.document(log.session, position) if position else None
    facts = await queries.cell_facts(log.session, negotiation, *cell, wanted)
    composed, new = await _compose(
        log,
        wanted,
        facts,
        status=PUBLISHED,
        before=before,
        first_published=position.first_published_at if position else None,
    )
    return Examined(facts, composed.document, new, composed.warnings)


def _rewritten(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Tell whether publishing changes a draft; dates first computed on publishing do not count."""
    computed = {"status"} | {
        name for name in ("stated_on", "stated_from", "stated_by") if before.get(name) is None
    }
    if not after.get("by_by_hand"):
        computed.add("stated_by")
    return any(before.get(name) != value for name, value in after.items() if name not in computed)


def _action(before: str, after: str) -> str:
    if before == RETRACTED:
        return "restored"
    if before == DRAFT:
        return "published" if after == PUBLISHED else "edited"
    return "corrected"


async def _compose(
    log: Log,
    wanted: PositionContent,
    cell: CellFacts,
    *,
    status: PositionStatus,
    before: dict[str, Any] | None,
    first_published: datetime | None,
) -> tuple[Composed, list[tuple[Quote, QuoteCheck]]]:
    session = log.session
    faults: list[Fault] = []
    quotes, new = await _quotes(
        log, wanted.quotes, cell, before, faults, public=status == PUBLISHED
    )
    day = (first_published or log.now).astimezone(UTC).date()
    saving = Saving(status, before=before, now=log.now, recorded_day=day)
    composed = compose(wanted, cell, quotes, saving)
    faults += composed.faults
    if faults:
        raise Invalid("The position was not saved.", *await with_closest(session, faults, quotes))
    composed.warnings[:] = await with_closest(session, composed.warnings, quotes)
    composed.warnings.extend(await queries.same_words_elsewhere(session, cell, [q for q, _ in new]))
    return composed, new


async def _quotes(
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
    sources = await find_sources(session, source_ids, lock=True)
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


QUOTE_FIELDS = (
    "source_id",
    "exact",
    "prefix",
    "suffix",
    "kind",
    "language",
    "translated_from",
    "translation",
    "said_on",
)


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


async def write(
    log: Log,
    position: Position,
    document: dict[str, Any],
    new: Sequence[tuple[Quote, QuoteCheck]],
    *,
    action: str,
    reason: str | None,
) -> None:
    """Write a version of a position: its new quotes, the live rows and its entry in the log.

    A published version also makes public the speakers that only drafts have named so far.
    """
    session = log.session
    for name in (
        "status",
        "act",
        "summary",
        "firmness",
        "salience",
        "stated_on",
        "from_by_hand",
        "by_by_hand",
    ):
        setattr(position, name, document[name])
    for name in ("stated_from", "stated_by"):
        setattr(position, name, queries.as_date(document[name]))
    session.add_all(q for q, _ in new)
    await session.flush()
    by_uid = {str(q.uid): q.id for q, _ in new}
    for quote, check in new:
        check.quote_id = quote.id
        log.checks.append(check)
    document["uid"] = str(position.uid)
    document["quotes"] = [{"id": q.get("id") or by_uid[q["uid"]], **q} for q in document["quotes"]]
    if log.proposed:
        made = {"version": position.version, **log.proposed}
        document["proposals"] = [*document.get("proposals", ()), made]
    public = document["status"] == PUBLISHED or position.first_published_at is not None
    if document["status"] == PUBLISHED:
        for speaker in await queries.hidden_speakers(session, document, log.public_speakers):
            await publish_speaker(log, speaker)
    await lay_out(session, position, document)
    log.add(
        Change(
            "position",
            position.id,
            position.version,
            action,
            document,
            public=public,
            reason=reason,
            negotiation_id=position.negotiation_id,
            position=position,
        )
    )


async def lay_out(session: AsyncSession, position: Position, document: Mapping[str, Any]) -> None:
    """Replace the attitudes, links and quotes of a position in the tables by its document's."""
    for model in (PositionAttitude, PositionLink, PositionQuote):
        if position.version > 1:
            await session.execute(delete(model).where(model.position_id == position.id))
    rows = {
        "attitudes": [{**a, "issue_id": position.issue_id} for a in document["attitudes"]],
        "links": [{**link, "ordinal": i} for i, link in enumerate(document["links"])],
        "quotes": [{"id": q["id"], "ordinal": i} for i, q in enumerate(document["quotes"])],
    }
    given = {name: orjson.dumps(some).decode() for name, some in rows.items()}
    await LAY_OUT.all(session, position=position.id, **given)


LAY_OUT = Prepared(
    lambda: text("""
WITH attitude AS (
  INSERT INTO position_attitude (position_id, option_id, issue_id, attitude, condition, inferred)
  SELECT :position, option_id, issue_id, attitude, condition, inferred
  FROM jsonb_to_recordset(CAST(:attitudes AS jsonb)) AS a(
    option_id bigint, issue_id bigint, attitude text, condition text, inferred boolean)
),
link AS (
  INSERT INTO position_link (position_id, ordinal, issue_id, option_id, kind)
  SELECT :position, ordinal, issue_id, option_id, kind
  FROM jsonb_to_recordset(CAST(:links AS jsonb)) AS l(
    ordinal int, issue_id bigint, option_id bigint, kind text)
)
INSERT INTO position_quote (position_id, quote_id, ordinal)
SELECT :position, id, ordinal FROM jsonb_to_recordset(CAST(:quotes AS jsonb)) AS q(
  id bigint, ordinal int)
""")
)
