"""Search everything that is public, a page at a time; shared by the API and the page."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import bad_parameter
from app.http.pagination import read_cursor, write_cursor
from app.log.reader import Moment, moment, moment_of
from app.log.search_terms import read_terms
from app.search.facets import Chosen, narrow
from app.search.guesses import guesses, vocabulary
from app.search.hits import show, show_grouped
from app.search.names import KINDS, all_names, titles
from app.search.queries import FEW, LAST, TYPES, Found, Matching, find, find_others, in_turn, match
from app.search.schemas import FACETS, Count, Hit, HitType, SearchQuery, Suggestion
from app.search.statements import INDEXED, Statements, filter_ids, list_statements

MANY = 1_000  # the total that is given if there are too many to count
MOST_COUNTED = 12  # values of a filter that are listed, beside those chosen
MOST_APART = 5  # words of a search without results that are searched alone
WHILE_TYPING = 60  # matches of a word that is being typed

Ids = Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of hits, the cursor of the next, and the number of all matches.

    `total` is None where nobody asked for it, and `more` is true where there are more than that.
    """

    at: Moment
    hits: list[Hit]
    next: str | None
    total: int | None = None
    more: bool = False
    counts: Mapping[str, list[Count]] = field(default_factory=dict)
    first: str | None = None  # the days by which the first and the last position had been stated
    last: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """The moment that is searched, and by type the number below which a page goes on."""

    at: Moment
    before: Mapping[str, int]


async def search(
    session: AsyncSession, query: SearchQuery, place: Place, *, counted: bool = False
) -> SearchPage:
    """Return one page of hits, each by itself.

    `counted` asks for the number of all matches. Raises Invalid if a filter names what there is
    not.
    """
    at, before = place.at, place.before
    matching = await match(session, at, query.q)
    if query.filtered or query.type:
        return await _search_filtered(session, query, place, matching)
    most = query.limit + 1
    total, all_counted = None, False
    if counted and not before and matching.few:
        most, all_counted = 2 * FEW, True  # so that one statement finds and counts
    found, versions = await find(session, matching, before=before, limit=most)
    if all_counted:
        total = _count(found)
    elif counted:
        total = MANY if not matching.few else _count(await _find_all(session, matching))
    page, more = _cut(query, at, before, found)
    hits = await show(session, at, matching.words, page, versions)
    return SearchPage(at, hits, more, total, counted and not matching.few)


async def _search_filtered(
    session: AsyncSession, query: SearchQuery, place: Place, matching: Matching
) -> SearchPage:
    """Return a page of hits, each by itself, of the types and positions that filters leave."""
    at, before = place.at, place.before
    everything = await _gather(session, at, query, matching)
    statements = [everything.read.one(each) for each in everything.places]
    found = {
        "position": [one.id for one in statements if one.own],
        "quote": sorted({quote for one in statements for quote in one.quotes}, reverse=True),
        **everything.others,
    }
    asked = {
        type: numbers
        for type, numbers in found.items()
        if not query.type or HitType(type) in query.type
    }
    page, more = _cut(query, at, before, _below(asked, before))
    versions = {one.id: one.version for one in statements}
    hits = await show(session, at, matching.words, page, versions)
    return SearchPage(at, hits, more, _count(asked), not everything.all)


async def search_grouped(
    session: AsyncSession, query: SearchQuery, place: Place, *, begun: bool = False
) -> SearchPage:
    """Return one page of hits, each position once with its quotes, and counts for filters.

    Without words all positions are found. While the last word is only `begun`, nothing is counted
    and the newest few results are enough.
    """
    at, before = place.at, place.before
    most = WHILE_TYPING if begun else FEW
    matching = await match(session, at, query.q, most=most, begun=begun) if query.q else None
    everything = await _gather(session, at, query, matching, most=most)
    read, places = everything.read, everything.places
    if query.type and HitType.POSITION not in query.type:
        quoted = HitType.QUOTE in query.type
        places = [each for each in places if quoted and read.quotes[each]]
    by_id = {read.ids[each]: each for each in places}
    found: dict[str, list[int]] = {
        "position": [*by_id],
        **{t: ids for t, ids in everything.others.items() if not query.type or t in query.type},
    }
    page, more = _cut(query, at, before, _below(found, before))
    shown = {number: read.one(by_id[number]) for type, number in page if type == "position"}
    hits = await show_grouped(session, at, matching.words if matching else "", page, shown)
    days = [read.stated_by[each] for each in places]
    return SearchPage(
        at,
        hits,
        more,
        _count(found),
        not everything.all,
        {} if begun else await _labelled(session, at, query, everything),
        min(days, default=None),
        max(days, default=None),
    )


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that matches and passes the filters, with counts of what others would leave."""

    read: Statements
    places: Sequence[int]  # of the positions that pass, among those read
    others: Mapping[str, list[int]]  # ids by type; positions and quotes are not among them
    all: bool  # else these are the newest
    counts: Mapping[str, Counter[Any]]
    ids: Ids  # of what filters name


async def _gather(
    session: AsyncSession,
    at: Moment,
    query: SearchQuery,
    matching: Matching | None,
    most: int = FEW,
) -> Gathered:
    ids = await filter_ids(session, at, query)
    none = matching is not None and not matching.words
    read = Statements() if none else await list_statements(session, at, matching, ids, most)
    narrowed = narrow(read, Chosen({**query.filters, **ids}, query.since, query.until))
    others: dict[str, list[int]] = {}
    if matching is not None and not query.filtered:
        others = await find_others(session, matching, query.limit + 1)
    all_found = read.all and (matching is None or matching.objects is not None)
    return Gathered(read, narrowed.found, others, all_found, narrowed.counts, ids)


async def suggest(
    session: AsyncSession, at: Moment, query: SearchQuery
) -> tuple[list[Suggestion], list[Suggestion]]:
    """Return, for a search without results, other searches that have some.

    First what may have been meant, then the words one by one. At most eight searches are tried.
    """
    known = await vocabulary(session, at)
    meant = guesses(query.q, known.words, await all_names(session, at, *KINDS))
    words = [term.text for terms in read_terms(query.q) for term in terms if not term.excluded]
    alone = words[:MOST_APART] if len(words) > 1 else []
    found = []
    for typed in [*meant, *alone]:
        matching = await match(session, at, typed)
        every = await _gather(session, at, SearchQuery(q=typed), matching)
        found.append((typed, len(every.places) + _count(every.others)))
    listed = [Suggestion(q=typed, total=total) for typed, total in found]
    guessed, apart = listed[: len(meant)], listed[len(meant) :]
    return [one for one in guessed if one["total"]], apart


async def read_place(session: AsyncSession, query: SearchQuery) -> Place:
    """Return where a search begins; a cursor goes on at the instant of the first page.

    Raises Invalid if the query contains NUL, or the cursor is not of this search.
    """
    if "\0" in query.q:
        raise bad_parameter("q", "contains a NUL character, which is not text")
    at = await moment(session, query.known_at)
    before: dict[str, int] = {}
    if query.cursor:
        match read_cursor(query.cursor, _purpose(query), at.epoch):
            case [int(seq), dict(before)] if all(
                type in TYPES and isinstance(n, int) and 0 <= n <= LAST
                for type, n in before.items()
            ):
                at = await moment_of(session, seq, at.epoch)
            case _:
                raise bad_parameter("cursor", "is not a cursor of this server")
    return Place(at, before)


def _purpose(query: SearchQuery) -> str:
    asked = query.model_dump_json(exclude={"cursor", "limit", "known_at", "counts"})
    return "search:" + hashlib.sha256(asked.encode()).hexdigest()[:12]


def _cut(
    query: SearchQuery, at: Moment, before: Mapping[str, int], found: Mapping[str, Sequence[int]]
) -> tuple[list[Found], str | None]:
    """Return the hits of a page, the types in turn, and the cursor of the next page."""
    ordered = {type: found[type] for type in TYPES if type in found}
    page = in_turn(ordered, query.limit)
    if _count(ordered) <= len(page):
        return page, None
    last = {**before, **{type: min(n for t, n in page if t == type) for type, _ in page}}
    return page, write_cursor(_purpose(query), at.epoch, at.seq, last)


def _below(
    found: Mapping[str, Sequence[int]], before: Mapping[str, int]
) -> dict[str, Sequence[int]]:
    if not before:
        return dict(found)
    return {t: [n for n in numbers if n < before.get(t, LAST)] for t, numbers in found.items()}


async def _find_all(session: AsyncSession, matching: Matching) -> dict[str, list[int]]:
    found, _ = await find(session, matching, before={}, limit=2 * FEW)
    return found


def _count(found: Mapping[str, Sequence[int]]) -> int:
    return sum(map(len, found.values()))


async def _labelled(
    session: AsyncSession, at: Moment, query: SearchQuery, everything: Gathered
) -> dict[str, list[Count]]:
    """Name the values of filters as they read at a moment; those chosen are among them."""
    top: dict[str, dict[Any, int]] = {
        name: dict.fromkeys(everything.ids.get(name, ()), 0)
        | dict(everything.counts[name].most_common(200))
        for name in FACETS
    }
    named = await titles(session, at, {name: top[name] for name in INDEXED})
    made: dict[str, list[Count]] = {}
    for name in FACETS:
        counted: dict[str, Count] = {}
        for value, number in top[name].items():
            slug = label = str(value)
            if name in INDEXED:
                if (name, value) not in named:
                    continue
                called = named[name, value]
                slug, label = called["slug"], called["name" if name == "party" else "title"]
            one = counted.setdefault(slug, Count(value=slug, label=label, count=0))
            one["count"] += number
        for value in query.filters[name]:
            counted.setdefault(value, Count(value=value, label=value, count=0))
        chosen = query.filters[name]
        listed = sorted(counted.values(), key=lambda c: (-c["count"], c["label"]))
        first = listed[:MOST_COUNTED]
        made[name] = first + [c for c in listed[MOST_COUNTED:] if c["value"] in chosen]
    types = {"position": len(everything.places)} | {
        type: len(numbers) for type, numbers in everything.others.items()
    }
    made["type"] = [Count(value=t, label=t, count=types[t]) for t in TYPES if types.get(t)]
    return made
