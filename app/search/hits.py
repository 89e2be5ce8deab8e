"""Make hits of what was found: excerpts with marks, a position once with its quotes."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.log.reader import Moment
from app.positions.phrases import ONLY_IF, led
from app.search.described import Described, Said, describe
from app.search.queries import Found
from app.search.schemas import Hit
from app.search.snippets import Snippet, snippets
from app.search.statements import Statement, positions_of_quotes

MOST_QUOTES = 3  # of a position that are listed


async def show(
    session: AsyncSession,
    at: Moment,
    words: str,
    found: Sequence[Found],
    versions: Mapping[int, int],
) -> list[Hit]:
    """Turn what was found into hits, each by itself; `versions` are those of the positions, by id.

    One statement for hits that the process has described before, one more if there are quotes, and
    six at most for others.
    """
    if not found:
        return []
    used = await positions_of_quotes(session, at, [n for type, n in found if type == "quote"])
    of_quotes = {position: version for position, version in used.values()}
    wanted = dict.fromkeys([*found, *(("position", position) for position in of_quotes)])
    described = await describe(session, at, list(wanted), {**of_quotes, **versions})
    shown = [(one, described[one]) for one in found if one in described]
    cut = await snippets(session, words, [hit.text for _, hit in shown])
    return [
        _hit(one, hit, snippet, described, used)
        for (one, hit), snippet in zip(shown, cut, strict=True)
    ]


def _hit(
    one: Found,
    hit: Described,
    snippet: Snippet,
    described: Mapping[Found, Described],
    used: Mapping[int, tuple[int, int]],
) -> Hit:
    shown = _shown(hit, hit.texts, snippet)
    if one[0] != "quote":
        return _with_snippet(one, hit, shown)
    facts = _of_quote(hit.quotes[0])
    position = used.get(one[1], (0, 0))[0]
    whose = described.get(("position", position))
    if whose is not None:
        where = {name: whose.facts[name] for name in ("negotiation", "party", "issue")}
        facts |= {"position": position, "on": whose.title, **where}
    return _with_snippet(one, hit, shown, **facts)


async def show_grouped(
    session: AsyncSession,
    at: Moment,
    words: str,
    found: Sequence[Found],
    statements: Mapping[int, Statement],
) -> list[Hit]:
    """Turn what was found into hits, a position once with its quotes that were found.

    `statements` has the positions by id.
    """
    versions = {number: statement.version for number, statement in statements.items()}
    described = await describe(session, at, found, versions)
    texts: list[str] = []
    for one in found:
        if (hit := described.get(one)) is not None:
            own = " ".join(text for text, _ in hit.own) if one[0] == "position" else hit.text
            texts += [own, *(t for quote in hit.quotes for t in (quote.text, quote.translation))]
    cut = iter(await snippets(session, words, texts))
    hits = []
    for one in found:
        if (hit := described.get(one)) is None:
            continue
        own_part, parts = next(cut), [(next(cut), next(cut)) for _ in hit.quotes]
        if one[0] != "position":
            hits.append(_with_snippet(one, hit, own_part))
        else:
            hits.append(_group(one, hit, own_part, parts, statements[one[1]]))
    return hits


def _group(
    one: Found,
    hit: Described,
    own: Snippet,
    parts: Sequence[tuple[Snippet, Snippet]],
    statement: Statement,
) -> Hit:
    """Return a position with those of its quotes that were found.

    If only a quote was found, as the other texts have a word that must not be there, these are not
    shown.
    """
    quotes = [
        _with_quote(quote, *part)
        for quote, part in zip(hit.quotes, parts, strict=True)
        if quote.id in statement.quotes or (statement.own and (part[0].marks or part[1].marks))
    ]
    if statement.own:
        own = _shown(hit, hit.own, own)
    else:
        own = Snippet(led("", list(hit.reported_by), hit.reported_by).strip())
    more = max(len(quotes) - MOST_QUOTES, 0)
    return _with_snippet(one, hit, own, quotes=quotes[:MOST_QUOTES], more_quotes=more)


def _with_quote(quote: Said, part: Snippet, translated: Snippet) -> Hit:
    title = quote.speaker or quote.source
    hit = Described(title, quote.text, f"/quotes/{quote.id}", quote.source)
    facts = _of_quote(quote)
    if translated.marks:
        facts |= {"translation": translated.text, "translation_marks": list(translated.marks)}
    return _with_snippet(("quote", quote.id), hit, part, **facts)


def _of_quote(quote: Said) -> dict[str, Any]:
    return {
        "said_on": quote.said_on,
        "speaker": quote.speaker,
        "source": quote.source,
        "language": quote.language,
        "kind": quote.kind,
    }


def _with_snippet(one: Found, hit: Described, snippet: Snippet, **more: Any) -> Hit:
    type, number = one
    facts: dict[str, Any] = {**hit.facts, **more}
    return Hit(
        type,
        number,
        hit.title,
        snippet.text,
        hit.url,
        hit.context,
        list(snippet.marks),
        snippet.cut_start,
        snippet.cut_end,
        **facts,
    )


def _shown(hit: Described, texts: Collection[tuple[str, bool]], snippet: Snippet) -> Snippet:
    """Return the snippet; before it, the other party that alone reports the position, if any."""
    whole = _whole(texts, snippet.text)
    return snippet.after(led(whole, list(hit.reported_by), hit.reported_by))


def _whole(texts: Collection[tuple[str, bool]], snippet: str) -> str:
    """Mark a snippet that begins within a condition as a condition."""
    start = 0
    place = " ".join(text for text, _ in texts).find(snippet)
    for text, conditional in texts:
        if conditional and start < place < start + len(text):
            begun = text[: place - start]
            return (
                f"{begun}{snippet}" if len(begun) <= len(ONLY_IF) + 1 else f"{ONLY_IF} … {snippet}"
            )
        start += len(text) + 1
    return snippet
