"""Read positions stated near others of their cell, words used twice, and links of conditions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis.contradictions import SharedPassage, Stance, Use, shared_passages
from app.core.gently import gently
from app.db.prepared import Prepared
from app.log.reader import Moment
from app.matrix.conditions import Depends
from app.negotiations.code_book import CodeBook
from app.positions.current import CellRange
from app.positions.names_at_moment import NamesAtMoment, learn_speakers_and_sources
from app.positions.presenter import VersionKey
from app.positions.views import SpeakerView

MOST = 10_000  # positions near others, passages, positions with conditions
# Each statement has it: what was published at a moment, and said by a day, in a range of cells.
HELD = """
    spell.negotiation_id = :negotiation_id AND spell.status = 'published'
    AND spell.seq_from <= :at AND spell.seq_to > :at AND spell.stated_by <= :as_of
    AND spell.party_id = ANY(CAST(:parties AS bigint[]))
    AND spell.issue_id = ANY(CAST(:issues AS bigint[]))
"""
# A position is near another one if its period, made longer by some days, meets that one's.
NEAR_OTHERS = """
SELECT position_id, placed.version, party_id, issue_id, stated_from, stated_by, first_published,
    attributed, snapshot ->> 'act' AS act, snapshot -> 'attitudes' AS attitudes,
    (
        SELECT jsonb_agg(
            DISTINCT jsonb_build_array(q -> 'speaker_id', q -> 'office', q -> 'party_id')
        )
        FROM jsonb_array_elements(snapshot -> 'quotes') AS q
    ) AS speakers
FROM (
    SELECT *,
        max(stated_by) OVER (
            chronological ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) >= stated_from - CAST(:days AS integer) AS follows,
        lead(stated_from) OVER chronological <= stated_by + CAST(:days AS integer) AS precedes
    FROM log_spell AS spell
    WHERE {held}
    WINDOW chronological AS (
        PARTITION BY party_id, issue_id
        ORDER BY stated_from, stated_by, first_published, position_id
    )
) AS placed
    JOIN log_revision ON log_revision.seq = placed.seq_from AND log_revision.n = placed.n
WHERE (follows OR precedes) AND snapshot IS NOT NULL
ORDER BY issue_id, party_id, position_id
LIMIT :most
"""
# Quotes with the same words of one source, in the current versions of several parties' positions.
# The groups first, of which there are few, since the second part reads documents.
SAME_WORDS = """
WITH shared AS MATERIALIZED (
    SELECT quote.source_id, quote.exact, spell.issue_id
    FROM log_spell AS spell
        JOIN log_quote_use AS used ON used.position_id = spell.position_id AND used.seq <= :at
        JOIN quote ON quote.id = used.quote_id AND quote.redacted IS NULL
    WHERE {held}
    GROUP BY quote.source_id, quote.exact, spell.issue_id
    HAVING min(spell.party_id) <> max(spell.party_id)
    ORDER BY spell.issue_id, quote.source_id, quote.exact
    LIMIT :most
)
SELECT spell.position_id, spell.version, spell.party_id, spell.issue_id, spell.stated_by,
    quote.id AS quote_id, quote.source_id, quote.exact
FROM shared
    JOIN quote ON quote.source_id = shared.source_id AND quote.exact = shared.exact
        AND quote.redacted IS NULL
    JOIN log_quote_use AS used ON used.quote_id = quote.id AND used.seq <= :at
    JOIN log_spell AS spell
        ON spell.position_id = used.position_id AND spell.issue_id = shared.issue_id
    JOIN log_revision AS revision ON revision.seq = spell.seq_from AND revision.n = spell.n
WHERE {held}
    AND revision.snapshot @> jsonb_build_object(
        'quotes', jsonb_build_array(jsonb_build_object('id', quote.id))
    )
ORDER BY spell.issue_id, quote.source_id, quote.id, spell.position_id
LIMIT :most
"""
DEPENDING = """
SELECT position_id, chosen.version, party_id, issue_id, stated_by,
    snapshot -> 'links' AS links
FROM (
    SELECT DISTINCT ON (party_id, issue_id) *
    FROM log_spell AS spell
    WHERE {held}
    ORDER BY party_id, issue_id, attributed, stated_from DESC, stated_by DESC,
        first_published DESC, position_id DESC
) AS chosen
    JOIN log_revision ON log_revision.seq = chosen.seq_from AND log_revision.n = chosen.n
WHERE snapshot -> 'links' @> '[{"kind": "condition"}]'
ORDER BY issue_id, party_id
LIMIT :most
"""
NEAR = Prepared(lambda: text(NEAR_OTHERS.replace("{held}", HELD)), planned_anew=True)
WORDS = Prepared(lambda: text(SAME_WORDS.replace("{held}", HELD)), planned_anew=True)
CONDITIONAL = Prepared(lambda: text(DEPENDING.replace("{held}", HELD)), planned_anew=True)


@dataclass(frozen=True, slots=True)
class Read:
    """What was read, whether it is all there is, and the versions of the positions in it."""

    stances: list[Stance]
    passages: list[SharedPassage]
    depending: list[Depends]
    whole: bool
    versions: Mapping[int, VersionKey]


async def read_rows(
    session: AsyncSession,
    at: Moment,
    book: CodeBook,
    cells: CellRange,
    *,
    as_of: date,
    days: int,
) -> Read:
    """Read all that lists of contradictions and conditions are made of, up to `MOST` of each."""
    given: dict[str, Any] = {"at": at.seq, "as_of": as_of, **cells.values}
    near = await NEAR.all(session, **given, days=days, most=MOST + 1)
    # The same words count also if the other party was not asked for.
    everybody = {**given, "parties": sorted(book.parties)}
    shared = await WORDS.all(session, **everybody, most=MOST)
    bound = await CONDITIONAL.all(session, **given, most=MOST)
    parties, issues = book.party_slugs(), {number: slug for slug, number in book.issue_ids.items()}
    return Read(
        await _stances(session, at, book, near[:MOST]),
        shared_passages(
            (
                issues[row.issue_id],
                row.source_id,
                row.exact,
                Use(parties[row.party_id], row.position_id, row.quote_id, row.stated_by),
            )
            for row in shared
        ),
        _depending(book, bound),
        len(near) <= MOST and len(shared) < MOST and len(bound) < MOST,
        {row.position_id: (row.position_id, row.version) for row in (*near, *shared, *bound)},
    )


async def _stances(
    session: AsyncSession, at: Moment, book: CodeBook, rows: Sequence[Any]
) -> list[Stance]:
    parties, issues = book.party_slugs(), {number: slug for slug, number in book.issue_ids.items()}
    options = {o.id: o["slug"] for listed in book.options.values() for o in listed}
    names = NamesAtMoment()
    ids = {number for row in rows for number, *_ in row.speakers or ()} - {None}
    await learn_speakers_and_sources(session, at, names, ids, set())
    found = []
    async for row in gently(rows):
        speakers = [
            SpeakerView(names.speakers[number], office, parties.get(party))
            for number, office, party in row.speakers or ()
            if number in names.speakers
        ]
        found.append(
            Stance(
                row.position_id,
                parties[row.party_id],
                issues[row.issue_id],
                row.stated_from,
                row.stated_by,
                row.first_published,
                row.act,
                {options[a["option_id"]]: a["attitude"] for a in row.attitudes},
                row.attributed,
                tuple(speakers),
                len(speakers) < len(row.speakers or ()),
            )
        )
    return found


def _depending(book: CodeBook, rows: Iterable[Any]) -> list[Depends]:
    parties, issues = book.party_slugs(), {number: slug for slug, number in book.issue_ids.items()}
    options = {o.id: o["slug"] for listed in book.options.values() for o in listed}
    return [
        Depends(
            parties[row.party_id],
            issues[row.issue_id],
            row.position_id,
            row.stated_by,
            issues[link["issue_id"]],
            options.get(link["option_id"]),
        )
        for row in rows
        for link in row.links
        if link["kind"] == "condition" and link["issue_id"] in issues
    ]
