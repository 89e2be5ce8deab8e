"""Find the sources and speakers that a spreadsheet names, and turn them into rows of a package."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.datapackage.rows import OWN_KEYS, UUID_FORM, join_list
from app.models.negotiation import Party, Speaker
from app.models.source import Quote, Source
from app.spreadsheet.columns import folded
from app.spreadsheet.names import one
from app.spreadsheet.position_rows import Cells, Group

PAGE = 5_000
SAID = ("url", "reference", "title", "publisher", "author", "published_on", "kind", "language")
HELD = (*SAID, "accessed_on", "archive_url", "licence", "version")
Values = dict[str, Any]
Noting = Callable[[int, str, str], None]


class SheetSources:
    """One row for each source; saved sources are not changed."""

    def __init__(self) -> None:
        self.rows: dict[UUID, tuple[int, Values]] = {}
        self.ours: dict[str, Source] = {}

    async def find(self, session: AsyncSession, rows: Sequence[Cells]) -> None:
        """Find the sources that are saved: by UUID, by URL, or by reference and title."""
        uids = [UUID(u) for r in rows if (u := r["source_uid"]) and UUID_FORM.fullmatch(u)]
        keys = [r.source for r in rows if r["source_url"]]
        references = [r["source_reference"] for r in rows if not r["source_url"]]
        for column, values in (
            (Source.reference, references),
            (Source.url_key, keys),
            (Source.uid, uids),
        ):
            for i in range(0, len(values), PAGE):
                found = (
                    select(Source)
                    .where(column.in_(values[i : i + PAGE]))
                    .order_by(Source.id.desc())
                )
                for s in await session.scalars(found):
                    key = (
                        f"{s.reference}\0{s.title}"
                        if column is Source.reference
                        else str(getattr(s, column.key))
                    )
                    self.ours[key] = s

    def of(self, row: Cells, note: Noting) -> UUID:
        """Return the UUID of a row's source, and add it to the rows of the package.

        Report to `note` where lines differ about a source, or where a new one has no title.
        """
        ours = self.ours.get(row["source_uid"] or "") or self.ours.get(row.source)
        text = row["text"]
        if ours is not None:
            values = {n: getattr(ours, n) for n in HELD}
            values["text"] = text if ours.text_sha256 is None else None
            self.rows.setdefault(ours.uid, (row.line, values))
            return ours.uid
        given = row["source_uid"]
        uid = (
            UUID(given)
            if given and UUID_FORM.fullmatch(given)
            else uuid5(OWN_KEYS, f"source\0{row.source}")
        )
        said = {n: value for n in SAID if (value := row[f"source_{n}"])} | (
            {"text": text} if text else {}
        )
        line, values = self.rows.setdefault(uid, (row.line, said))
        for name, value in said.items():
            if values.setdefault(name, value) != value:
                note(row.line, f"source_{name}", f"is not what line {line} says of the same source")
        if "title" not in values:
            note(
                row.line,
                "source_title",
                "is empty: this source is new and needs a title",
            )
        return uid


class Speakers:
    """The speakers quoted: saved ones, or new ones if name or office and the party are given."""

    def __init__(self, *, by_name: bool) -> None:
        self.by_name = by_name  # whether a name with a party is enough for a new speaker
        self.rows: dict[UUID, tuple[int, Values]] = {}
        self.named: dict[str, list[tuple[Speaker, str | None]]] = {}
        self.parties: dict[str, set[str]] = {}

    async def find(self, session: AsyncSession, rows: Sequence[Cells]) -> None:
        """Find the saved speakers with one of these names or offices."""
        keys = sorted(
            {k.lower() for r in rows for c in ("speaker_name", "speaker_office") if (k := r[c])}
        )
        for i in range(0, len(keys), PAGE):
            some = keys[i : i + PAGE]
            found = await session.execute(
                select(Speaker, Party.slug)
                .outerjoin(Party, Party.id == Speaker.party_id)
                .where(
                    or_(
                        func.lower(Speaker.name).in_(some),
                        func.lower(Speaker.office).in_(some),
                        func.cardinality(Speaker.aliases) > 0,
                    )
                )
                .order_by(Speaker.id)
            )
            for speaker, party in found:
                for key in {
                    folded(k) for k in (speaker.name, *speaker.aliases, speaker.office) if k
                }:
                    if (speaker, party) not in self.named.setdefault(key, []):
                        self.named[key].append((speaker, party))
        wanted = {p for r in rows if (p := r["speaker_party"])}
        for slug in await session.scalars(select(Party.slug).where(Party.slug.in_(wanted))):
            self.parties[slug] = {slug}

    def of(
        self, row: Cells, group: Group, note: Noting
    ) -> tuple[UUID | None, str | None, str | None]:
        """Return the speaker's UUID with the office and party when it was said.

        All are None if no speaker is named, or none can be found, which is reported to `note`.
        """
        name, office, written = (row[f"speaker_{n}"] for n in ("name", "office", "party"))
        if not name and not office:
            if written:
                note(
                    row.line,
                    "speaker_name",
                    "is empty, but a party is given: name or office is missing",
                )
            return None, None, None
        column = "speaker_name" if name else "speaker_office"
        try:
            party = one(self.parties | group.names.parties, written, "party") if written else None
        except ValueError as error:
            note(row.line, "speaker_party", str(error))
            return None, None, None
        fitting = [
            (s, p)
            for s, p in self.named.get(folded(name or office or ""), [])
            if party in (None, p)
            and (not office or folded(office) == folded(s.office or ""))
            and (name or not s.name)
        ]
        fitting = [(s, p) for s, p in fitting if p == group.party] or fitting
        if len(fitting) == 1:
            return self._stored(row, *fitting[0])
        if len(fitting) > 1:
            note(
                row.line,
                column,
                f"{name or office!r} names several speakers: say which by name, office and party",
            )
            return None, None, None
        if party and (office or self.by_name):
            uid = uuid5(OWN_KEYS, "\0".join(["speaker", name or "", office or "", party]))
            self.rows.setdefault(uid, (row.line, {"name": name, "office": office, "party": party}))
            return uid, office, party
        how = "; give speaker_office and speaker_party to add one"
        note(row.line, column, f"there is no speaker {(name or office)!r}{how}")
        return None, None, None

    def _stored(
        self, row: Cells, speaker: Speaker, party: str | None
    ) -> tuple[UUID, str | None, str | None]:
        values = {
            "name": speaker.name,
            "office": speaker.office,
            "party": party,
            "version": speaker.version,
        }
        self.rows.setdefault(
            speaker.uid, (row.line, values | {"aliases": join_list(speaker.aliases) or None})
        )
        return speaker.uid, speaker.office, party


async def saved_quotes(session: AsyncSession, uids: Sequence[UUID]) -> dict[UUID, Values]:
    """Return those of these quotes that are saved, with the values as typed.

    Readers may see another prefix and suffix: those that the check filled in.
    """
    found: dict[UUID, Values] = {}
    for i in range(0, len(uids), PAGE):
        rows = await session.execute(
            select(Quote, Party.slug)
            .outerjoin(Party, Party.id == Quote.party_id)
            .where(Quote.uid.in_(uids[i : i + PAGE]))
        )
        for q, party in rows:
            found[q.uid] = {
                "prefix": q.prefix,
                "suffix": q.suffix,
                "office": q.office,
                "party": party,
            }
    return found
