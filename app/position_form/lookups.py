"""Find the sources, speakers and parties that an editor may mean by what they typed."""

from collections.abc import Collection, Iterable, Mapping

from rapidfuzz import fuzz, process
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import dates
from app.forms.fields import number
from app.models.negotiation import Party, Speaker
from app.models.source import Source
from app.position_form.fields import Values, block, counts, is_kept, numbered
from app.sources.queries import find_source_at, find_sources
from app.sources.urls import check_url, same_document_key

MOST = 20
LIKE_ENOUGH = 80  # of 100: "Zelenskyy" for Zelensky, not "Putin" for Patton
WORDS = 12  # words of a search that are used; more do not narrow the result


async def sources_like(session: AsyncSession, typed: str) -> list[Source]:
    """List sources with all these words in title, publisher, author, URL or reference.

    The most recently saved come first; at most `MOST`.
    """
    columns = (Source.title, Source.publisher, Source.author, Source.url, Source.reference)
    said = func.concat_ws(" ", *columns)
    wanted = select(Source).where(_all_words(said, typed)).order_by(Source.id.desc()).limit(MOST)
    return list(await session.scalars(wanted))


async def speakers_like(
    session: AsyncSession, typed: str, party: str | None = None
) -> list[tuple[Speaker, str | None]]:
    """List speakers with all these words in name, office or another spelling.

    Each comes with the slug of its party; those of `party` come first. At most `MOST`.
    """
    said = func.concat_ws(
        " ", Speaker.name, Speaker.office, func.array_to_string(Speaker.aliases, " ")
    )
    own = (Party.slug == party).is_not(True) if party else Speaker.id.is_(None)
    rows = await session.execute(
        select(Speaker, Party.slug)
        .outerjoin(Party, Party.id == Speaker.party_id)
        .where(_all_words(said, typed))
        .order_by(own, Speaker.name, Speaker.id)
        .limit(MOST)
    )
    return [(speaker, slug) for speaker, slug in rows]


async def closest_speaker(session: AsyncSession, typed: str) -> str | None:
    """Return the name of the speaker whose name, surname or other spelling is closest, or None."""
    rows = await session.execute(
        select(Speaker.name, Speaker.aliases).where(Speaker.name.is_not(None)).order_by(Speaker.id)
    )
    named: dict[str, str | None] = {}
    for name, aliases in rows:
        for spelling in (name, *aliases) if name else ():
            named.setdefault(spelling.casefold(), name)
            named.setdefault(spelling.split()[-1].casefold(), name)
    found = process.extractOne(
        " ".join(typed.split()).casefold(),
        named.keys(),
        scorer=fuzz.ratio,
        score_cutoff=LIKE_ENOUGH,
    )
    return named[found[0]] if found else None


async def parties_like(
    session: AsyncSession, typed: str, *, but: Collection[int] = ()
) -> list[Party]:
    """List parties with all these words in slug, name or another spelling; at most `MOST`."""
    said = func.concat_ws(
        " ", Party.slug, Party.name, Party.short_name, func.array_to_string(Party.aliases, " ")
    )
    wanted = select(Party).where(_all_words(said, typed), Party.id.not_in(but))
    return list(await session.scalars(wanted.order_by(Party.name, Party.id).limit(MOST)))


def _all_words(said: ColumnElement[str], typed: str) -> ColumnElement[bool]:
    words = typed.replace("\0", " ").split()[:WORDS]
    return (
        and_(*(or_(said.icontains(word, autoescape=True)) for word in words))
        if words
        else said.is_not(None)
    )


def source_label(source: Source) -> str:
    """Return a source as the form's field names it; the id at the end makes it unique."""
    when = dates.display(source.published_on) if source.published_on else None
    return f"{', '.join(filter(None, [source.title, source.publisher, when]))} [{source.id}]"


async def settle_sources(
    session: AsyncSession, form: Mapping[str, str]
) -> tuple[Values, dict[int, Source]]:
    """Find the source that each quote names: by its id in brackets, its URL, or words only it has.

    Return the form with `q-N-source_id` and `q-N-source` filled in, and the sources by id.
    """
    settled = dict(form)
    blocks = [n for n in numbered(form, "q") if not is_kept(block(form, n))]
    named = {
        n: _named(form.get(f"q-{n}-source", "")) or number(form.get(f"q-{n}-source_id"))
        for n in blocks
    }
    known = await find_sources(session, [i for i in named.values() if i])
    before: Source | None = None
    for n in blocks:
        typed, q = form.get(f"q-{n}-source", "").strip(), block(form, n)
        found = known.get(named[n] or 0)
        if typed and (found is None or typed != source_label(found)) and _named(typed) is None:
            found = await _meant(session, typed)
        if (
            found is None
            and not typed
            and before
            and q.get("more")
            and counts(q)
            and not q.get("new_title")
        ):
            found = before  # a block added after another one quotes the same source
        settled[f"q-{n}-source_id"] = str(found.id) if found else ""
        if found:
            settled[f"q-{n}-source"] = source_label(found)
            known[found.id] = before = found
    return settled, known


async def _meant(session: AsyncSession, typed: str) -> Source | None:
    if typed.lower().startswith(("http://", "https://")):
        try:
            return await find_source_at(session, same_document_key(check_url(typed)))
        except ValueError:
            return None
    found = await sources_like(session, typed)
    return found[0] if len(found) == 1 else None


def _named(typed: str) -> int | None:
    _, bracket, tail = typed.strip().rpartition("[")
    return number(tail[:-1]) if bracket and tail.endswith("]") else None


def titles_of(sources: Iterable[Source]) -> dict[int, str]:
    """Return the titles of sources by id."""
    return {s.id: s.title for s in sources}
