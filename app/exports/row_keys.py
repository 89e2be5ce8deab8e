"""Read what the keys in rows of an export stand for, in one moment of one negotiation."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from typing import Any, NamedTuple, TypeVar

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from app.exports.selection import Selection, keys_of_versions
from app.exports.stored_rows import NO_LINK, Row
from app.negotiations.views import IssueView
from app.positions.names_at_moment import (
    CheckAtMoment,
    NamesAtMoment,
    learn_speakers_and_sources,
    party_names,
    slugs,
)
from app.positions.presenter import attitudes_by_slug, link_views, quote_link
from app.positions.views import LinkView, SourceView, SpeakerView
from app.sources.text_fragments import address

W = TypeVar("W")


class Stated(NamedTuple):
    """What a position says about the options of its issue."""

    act: str
    attitudes: Mapping[str, str]
    conditions: Mapping[str, str]
    inferred: Sequence[str]


class Batch(NamedTuple):
    """Some rows, and the sources that they refer to, by their keys."""

    rows: list[Row]
    sources: dict[bytes, SourceView]


class RowKeys:
    """The meaning of the keys of one export."""

    def __init__(self, chosen: Selection) -> None:
        self._chosen = chosen
        self._names = NamesAtMoment()
        self._names.add_code_book(chosen.matrix.book)
        by_slug = chosen.issues
        self._issues = {i.id: by_slug[i["slug"]] for i in chosen.matrix.book.issues}

    async def understand(self, session: AsyncSession, rows: list[Row]) -> Batch:
        """Look up what the keys of these rows refer to, as far as it is not known."""
        names, at = self._names, self._chosen.matrix.at
        said = [read_key(key) for key in {row.speaker for row in rows}]
        heard = {n for key in {row.attribution for row in rows} for n in read_key(key) or ()}
        parties = heard | {party for _, _, party in said if party}
        _, found, _ = await slugs(session, (), parties - names.parties.keys(), ())
        names.parties.update(found)
        unnamed = {names.parties[number] for number in heard} - self._chosen.names.keys()
        self._chosen.names.update(await party_names(session, at, unnamed))
        sources = {key: int(key) for key in {row.source for row in rows} if key}
        speakers = {speaker for speaker, _, _ in said if speaker}
        await learn_speakers_and_sources(session, at, names, speakers, set(sources.values()))
        return Batch(rows, {key: names.sources[number] for key, number in sources.items()})

    def cell(self, key: bytes) -> tuple[str, IssueView]:
        """Return the slug of the party, and the issue."""
        party, issue = read_key(key)
        return self._names.parties[party], self._issues[issue]

    def stance(self, key: bytes) -> tuple[Stated, IssueView]:
        """Return the attitudes to the options of an issue."""
        issue, act, attitudes = read_key(key)
        return Stated(act, *attitudes_by_slug(attitudes, self._names)), self._issues[issue]

    def attribution(self, key: bytes) -> list[str]:
        """Return the slugs of the parties by whose word alone a position is known."""
        return [self._names.parties[number] for number in dict.fromkeys(read_key(key) or ())]

    def links(self, key: bytes) -> list[LinkView]:
        """Return links to other issues."""
        return link_views(read_key(key) or (), self._names)

    def speaker(self, key: bytes) -> SpeakerView | None:
        """Return who said it, if that is known."""
        speaker, office, party = read_key(key)
        if speaker not in self._names.speakers:
            return None
        slug = self._names.parties[party] if party else None
        return SpeakerView(self._names.speakers[speaker], office, slug)

    def way_out(self, row: Row, source: SourceView) -> str | None:
        """Return the address of the words in their source."""
        if row.unstored == NO_LINK:
            return None
        page = int(row.page) if row.page else None
        if not row.unstored:
            return address(source.url, row.fragment.strip(b'"\1').decode(), page)
        exact, prefix, suffix, verification, before, after = read_key(row.unstored)
        check = CheckAtMoment(0, verification, before, after, None, None, None, None, page)
        return quote_link({"exact": exact, "prefix": prefix, "suffix": suffix}, check, source.url)


async def batches_of(
    session: AsyncSession,
    chosen: Selection,
    keys: RowKeys,
    read: Callable[[Sequence[Any]], Awaitable[list[Row]]],
) -> AsyncGenerator[Batch]:
    """Yield the rows of an export; `read` returns those of some versions."""
    async with aclosing(keys_of_versions(session, chosen)) as versions:
        async for some in versions:
            yield await keys.understand(session, await read(some))


@contextmanager
def released(writer: W) -> Iterator[W]:
    """Give a writer of rows; let go of all it holds when the block ends, however that is.

    It refers to itself, so that its rows would be in memory until garbage is collected.
    """
    try:
        yield writer
    finally:
        vars(writer).clear()


def read_key(key: bytes) -> Any:
    """Read a key, which may be CSV; an empty one is None."""
    if key.startswith(b'"'):
        key = key[1:-1].replace(b'""', b'"')
    return orjson.loads(key) if key else None
