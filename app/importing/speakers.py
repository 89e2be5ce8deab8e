"""Import speakers; one is the saved one if its UUID or its name, office and party are equal."""

from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from app.datapackage import rows as r
from app.importing.codebook import ImportedBook, Reference, column_values, refer
from app.importing.reconcile import ImportEntry, Importing, settle
from app.models.negotiation import Speaker
from app.negotiations import actions as negotiations


async def take_speakers(importing: Importing, book: ImportedBook) -> None:
    """Import the speakers into the database and the book.

    Speakers whom only drafts quote are not public.
    """
    read = list(importing.rows("speakers", r.SpeakerRow))
    uids = {x.uid for _, x in read}
    names, offices = (
        {x.name for _, x in read if x.name},
        {x.office for _, x in read if x.name is None},
    )
    here: list[Speaker] = []
    for some in _pages(list(uids)):
        here += await importing.session.scalars(select(Speaker).where(Speaker.uid.in_(some)))
    for some in _pages(list(names | offices)):
        same = or_(Speaker.name.in_(some), Speaker.name.is_(None) & Speaker.office.in_(some))
        here += await importing.session.scalars(select(Speaker).where(same))
    by_uid = {s.uid: s for s in here}
    by_name = {(s.name, s.office, s.party_id): s for s in here}
    book.speakers = dict.fromkeys(_keys(importing, "speakers"))
    public = await _publicly_named(importing)
    entries, keys = [], []
    own: dict[Any, int] = {}
    shy: list[Speaker] = []
    for line, x in read:
        party = None
        if x.party is not None:
            at = Reference("speakers", line, "party", x.party)
            party = refer(importing, at, book.parties, f"there is no party {x.party!r}")
            if party is None:
                continue
        triple = (x.name, x.office, party.id if party else None)
        if triple in own:
            importing.fault(
                "speakers", line, "name", f"the same name, office and party as line {own[triple]}"
            )
            continue
        own[triple] = line
        ours = by_uid.get(x.uid) or by_name.get(triple)
        values = column_values(x, ("name", "office", "aliases"), party_id=triple[2])
        shown = x.uid not in public or public[x.uid]
        entry = ImportEntry(
            "speakers", line, x.version, values, {"uid": x.uid, "public": shown}, ours, public=shown
        )
        if ours is not None:
            entry.public = ours.public
            if shown and not ours.public:
                shy.append(ours)
        entries.append(entry)
        keys.append(x.uid)
    settled = await settle(importing, "speaker", entries)
    book.speakers |= zip(keys, settled, strict=True)
    importing.late += [partial(_publish, importing, speaker) for speaker in shy]


async def _publish(importing: Importing, speaker: Speaker) -> None:
    await importing.hold(Speaker, {speaker.id: speaker.version})
    await negotiations.publish_speaker(importing.log, speaker)


async def _publicly_named(importing: Importing) -> dict[UUID, bool]:
    """Tell for each speaker quoted in the package whether more than drafts quote it, by UUID."""
    found = await importing.tables.quoted_speakers()
    return {r.uid(importing.raw.name, "speakers", key): public for key, public in found}


def _keys(importing: Importing, table: str) -> list[UUID]:
    return [
        r.uid(importing.raw.name, table, key)
        for row in importing.raw.rows[table]
        if (key := row["uid"])
    ]


def _pages(values: list[Any], size: int = 5_000) -> list[list[Any]]:
    return [values[i : i + size] for i in range(0, len(values), size)]
