"""Put together the lines of a CSV: rows that the database wrote, with their keys put into words.

Most keys occur again and again, so their words are kept.
"""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from app.exports.columns import (
    Text,
    as_json,
    attribution_columns,
    cell_columns,
    source_columns,
    speaker_columns,
    stance_columns,
)
from app.exports.selection import Selection
from app.exports.stored_rows import NO_LINK, Row
from app.positions.names_at_moment import (
    CheckAtMoment,
    NamesAtMoment,
    learn_speakers_and_sources,
    party_names,
    slugs,
)
from app.positions.presenter import attitudes_by_slug, link_views, quote_link
from app.positions.views import SourceView, SpeakerView
from app.sources.text_fragments import address

MOST = 10_000  # of the words of one kind of key, and of the sources


class Stated(NamedTuple):
    """What a position says about the options of its issue."""

    act: str
    attitudes: Mapping[str, str]
    conditions: Mapping[str, str]
    inferred: Sequence[str]


class Words(dict[bytes, bytes]):
    """Columns as CSV by the key that they follow from, made when first needed."""

    def __init__(self, columns: Callable[[bytes], Mapping[str, Any]], text: Text) -> None:
        super().__init__()
        self._columns, self._text = columns, text

    def __missing__(self, key: bytes) -> bytes:
        if len(self) >= MOST:
            self.clear()
        made = self[key] = write_line(self._columns(key).values(), self._text).encode()
        return made


class Batch(NamedTuple):
    """Some rows, and the sources that they refer to, by their keys."""

    rows: list[Row]
    sources: dict[bytes, SourceView]


class Lines:
    """Write the lines of one export; `more` returns the last columns by party and issue."""

    def __init__(
        self, chosen: Selection, text: Text, more: Callable[[str, str], Mapping[str, Any]]
    ) -> None:
        self._chosen, self._text, self._more = chosen, text, more
        self._names = NamesAtMoment()
        self._names.add_code_book(chosen.matrix.book)
        by_slug = chosen.issues
        self._issues = {i.id: by_slug[i["slug"]] for i in chosen.matrix.book.issues}
        self._cells = Words(self._cell, text)
        self._stances = Words(self._stance, text)
        self._attributions = Words(self._attribution, text)
        self._links = Words(self._link, text)
        self._speakers = Words(self._speaker, text)
        self._sources = Words(self._source, text)
        self._ends = Words(self._end, text)
        self._batch = Batch([], {})

    async def understand(self, session: AsyncSession, rows: list[Row]) -> Batch:
        """Look up what the keys of these rows stand for, as far as it is not known."""
        names, at = self._names, self._chosen.matrix.at
        if len(names.sources) > MOST:
            names.sources.clear()
        said = [_fields(key) for key in {row.speaker for row in rows} - self._speakers.keys()]
        heard = {number for key in {row.attribution for row in rows} for number in _numbers(key)}
        parties = heard | {int(party) for _, _, party in said if party}
        _, found, _ = await slugs(session, (), parties - names.parties.keys(), ())
        names.parties.update(found)
        unnamed = {names.parties[number] for number in heard} - self._chosen.names.keys()
        self._chosen.names.update(await party_names(session, at, unnamed))
        sources = {key: int(key) for key in {row.source for row in rows} if key}
        speakers = {int(speaker) for speaker, _, _ in said if speaker}
        await learn_speakers_and_sources(session, at, names, speakers, set(sources.values()))
        return Batch(rows, {key: names.sources[number] for key, number in sources.items()})

    def write(self, batch: Batch, rows: Iterable[Row]) -> bytes:
        """Write some rows of a batch."""
        self._batch = batch
        made = [
            b",".join(
                (
                    self._cells[row.cell],
                    row.version,
                    self._stances[row.stance],
                    self._attributions[row.attribution],
                    row.salience,
                    self._links[row.links],
                    row.record,
                    row.words,
                    self._speakers[row.speaker],
                    self._sources[row.source],
                    self._way_out(row),
                    self._ends[row.cell],
                )
            )
            for row in rows
        ]
        return b"\r\n".join([*made, b""])

    def _way_out(self, row: Row) -> bytes:
        """Return the address of the words in their source."""
        if row.unstored == NO_LINK:
            return b""
        url = self._batch.sources[row.source].url
        page = int(row.page) if row.page else None
        if row.unstored:
            exact, prefix, suffix, verification, before, after = _json(row.unstored)
            check = CheckAtMoment(0, verification, before, after, None, None, None, None, page)
            link = quote_link({"exact": exact, "prefix": prefix, "suffix": suffix}, check, url)
        else:
            link = address(url, row.fragment.strip(b'"').decode(), page)
        return _quoted(self._text(link)).encode() if link else b""

    def _end(self, key: bytes) -> Mapping[str, Any]:
        party, issue = map(int, key.split(b","))
        return self._more(self._names.parties[party], self._names.issues[issue])

    def _cell(self, key: bytes) -> Mapping[str, Any]:
        party, issue = map(int, key.split(b","))
        names, chosen = self._names, self._chosen
        return cell_columns(chosen.slug, names.parties[party], chosen.names, self._issues[issue])

    def _stance(self, key: bytes) -> Mapping[str, Any]:
        issue, act, attitudes = _fields(key)
        stated = attitudes_by_slug(orjson.loads(attitudes), self._names)
        return stance_columns(Stated(act, *stated), self._issues[int(issue)])

    def _attribution(self, key: bytes) -> Mapping[str, Any]:
        parties = [self._names.parties[number] for number in dict.fromkeys(_numbers(key))]
        return attribution_columns(parties, self._chosen.names)

    def _link(self, key: bytes) -> Mapping[str, Any]:
        return {"links": as_json(link_views(_json(key), self._names))}

    def _source(self, key: bytes) -> Mapping[str, Any]:
        return source_columns(self._batch.sources.get(key))

    def _speaker(self, key: bytes) -> Mapping[str, Any]:
        speaker, office, party = _fields(key)
        names = self._names
        if not speaker or int(speaker) not in names.speakers:
            return speaker_columns(None)
        return speaker_columns(
            SpeakerView(
                names.speakers[int(speaker)], office, names.parties[int(party)] if party else None
            )
        )


def write_line(values: Iterable[Any], text: Text) -> str:
    """Write values as `csv.writer` does; `text` is applied to every text."""
    return ",".join([_written(value, text) for value in values])


def _written(value: object, text: Text) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return _quoted(text(str.__str__(value)))
        case _:
            return str(value)


def _quoted(text: str) -> str:
    if '"' in text or "," in text or "\r" in text or "\n" in text:
        doubled = text.replace('"', '""')
        return f'"{doubled}"'
    return text


def _fields(key: bytes) -> list[str]:
    return next(csv.reader([key.decode()]))


def _json(key: bytes) -> Any:
    return orjson.loads(_fields(key)[0]) if key else []


def _numbers(key: bytes) -> list[int]:
    """Read the numbers of an attribution."""
    found: list[int] = _json(key)
    return found
