"""Read what is typed into a search box, and turn it into a query of PostgreSQL's word index.

Each word may be met in several ways: as it is written, by its English stem, in another spelling
or another form. A word to exclude is excluded in all of them.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import memory_of
from app.db.prepared import Prepared
from app.log.inflections import other_forms

BYTES_OF_QUERY = 500  # in memory, beside its texts
MOST_VARIED = 8  # words of which other spellings and forms are looked for,
LONGEST_VARIED = 40  # of up to so many letters
SHORTEST_BEGUN = 3  # letters of a word of which the rest may still be typed
# The database refuses words of over 2,046 bytes. Of a longer one the beginning is looked for, which
# no text has as a word.
TOO_LONG = re.compile(r"([^\s\"]{500})[^\s\"]+")
QUOTATION_MARKS = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
# What begins with hyphens is excluded; then a phrase, which may never end, or a word.
PART = re.compile(r'(?P<minus>-*)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
DASHES = re.compile(r"[-‐‑‒–—]")
APOSTROPHES = re.compile(r"['’ʼ`]")
GROUPED_NUMBER = re.compile(r"\d{1,3}(?:[.,'’\u00a0\u202f]\d{3})+")
Way = tuple[str, str]  # how a text becomes a query: LEXEME, or a configuration; and the text
LEXEME = "lexeme"
OtherNames = Mapping[str, tuple[str, ...]]  # by word, in lower case


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a phrase that is looked for, or excluded."""

    text: str
    is_phrase: bool
    excluded: bool


def read_terms(typed: str) -> list[list[Term]]:
    """Split a text at each `or`, and each part into words and phrases, all of which are asked for.

    The text is as NFKC makes it, like the texts of the index.
    """
    branches: list[list[Term]] = [[]]
    asked = TOO_LONG.sub(r"\1", unicodedata.normalize("NFKC", typed).translate(QUOTATION_MARKS))
    for part in PART.finditer(asked):
        word, excluded = part["word"], bool(part["minus"])
        if word is None:
            branches[-1].append(Term(part["phrase"], True, excluded))
        elif word.casefold() == "or" and not excluded:
            branches.append([])
        else:
            branches[-1].append(Term(word, False, excluded))
    return branches


def ways(term: Term, names: OtherNames, *, varied: bool) -> Iterator[Way]:
    """Yield the ways in which a term is looked for; `names` has other names by word."""
    yield "simple", term.text
    yield "english", term.text
    if term.is_phrase or not varied or len(term.text) > LONGEST_VARIED:
        return
    word = term.text.lower()
    for other in [*_spellings(word), *names.get(word, ())]:
        yield "simple", other
    if word.isdecimal():
        yield LEXEME, f"'-{word}'"  # the database reads 2014-2022 as 2014 and -2022
    joined = APOSTROPHES.sub("ʼ", word)  # with this sign, it is one word of the index
    words = {joined, *_letters(joined), *names.get(word, ())}
    forms = sorted({form for one in words for form in other_forms(one)})
    if forms:
        listed = " | ".join(f"'{form.text}'{':*' if form.begins else ''}" for form in forms)
        # Said twice, since the database takes each word that it does not know for one of 200, and
        # would read all texts for a few dozen of them instead of its index.
        yield LEXEME, f"({listed}) & ({listed})"


def _begun(word: str) -> Iterator[Way]:
    """Yield how a word is looked for of which only the beginning is typed so far."""
    if len(word) >= SHORTEST_BEGUN and word.isalnum():
        begins = f"'{word.lower()}':*"
        yield LEXEME, f"({begins}) & ({begins})"  # twice, as above


def _spellings(word: str) -> Iterator[str]:
    """Yield other spellings of a word; several words are a phrase."""
    parts = [part for part in DASHES.split(word) if part]
    if len(parts) > 1:
        yield "".join(parts)
        yield " ".join(parts)
    if APOSTROPHES.search(word):
        for sign in ("'", "ʼ"):
            yield APOSTROPHES.sub(sign, word)
    if GROUPED_NUMBER.fullmatch(word):
        word = re.sub(r"\D", "", word)
        yield word
    if word.isdecimal() and word.isascii() and 4 <= len(word) <= 15:
        yield f"{int(word):,}".replace(",", " ")
        yield f"{int(word):,}".replace(",", ".")
    yield from _letters(word)


def _letters(word: str) -> Iterator[str]:
    """Yield a word with letters that many leave out or replace."""
    if "ё" in word:
        yield word.replace("ё", "е")
    yield from (f"{word[:n]}ё{word[n + 1 :]}" for n, letter in enumerate(word) if letter == "е")
    if "ß" in word:
        yield word.replace("ß", "ss")
    if "ss" in word:
        yield word.replace("ss", "ß")


# A term that is a stop word of English is left out, unless nothing else is asked for.
TO_QUERY = Prepared(
    lambda: text(
        """
WITH way AS (
    SELECT branch, term, excluded, how, CASE how WHEN 'lexeme' THEN typed
        ELSE CAST(phraseto_tsquery(CAST(how AS regconfig), typed) AS text) END AS query
    FROM unnest(CAST(:branches AS integer[]), CAST(:terms AS integer[]),
        CAST(:excluded AS boolean[]), CAST(:hows AS text[]), CAST(:texts AS text[]))
        AS way (branch, term, excluded, how, typed)
), term AS (
    SELECT branch, bool_or(how = 'english' AND query = '') AS stops,
        CASE WHEN excluded THEN '!' ELSE '' END
            || '(' || string_agg(query, ' | ') FILTER (WHERE query <> '') || ')' AS query
    FROM way GROUP BY branch, term, excluded
), branch AS (
    SELECT coalesce(string_agg(query, ' & ') FILTER (WHERE NOT stops),
        string_agg(query, ' & ')) AS query
    FROM term WHERE query IS NOT NULL GROUP BY branch
)
SELECT coalesce(string_agg('(' || query || ')', ' | '), '') AS query FROM branch
"""
    )
)


async def search_query(
    session: AsyncSession, typed: str, names: OtherNames | None = None, *, begun: bool = False
) -> str:
    """Return the query, as text, for what was typed into a search box; empty for no words.

    `names` has other names of people and parties, by a word of one name. The last word may only be
    `begun`.
    """
    known = memory_of(session)
    # What was typed before has the same query at any time.
    key = ("search query", typed, tuple(sorted((names or {}).items())), begun)
    kept: str | None = known.get(key) if known else None
    if kept is not None:
        return kept
    rows: list[tuple[int, int, bool, str, str]] = []
    place = 0
    last: Term | None = None
    for branch, terms in enumerate(read_terms(typed)):
        for term in terms:
            place += 1
            found = dict.fromkeys(ways(term, names or {}, varied=place <= MOST_VARIED))
            rows += [(branch, place, term.excluded, how, text) for how, text in found]
            last = term
    if begun and last and not (last.is_phrase or last.excluded or typed[-1:].isspace()):
        rows += [(rows[-1][0], place, False, how, text) for how, text in _begun(last.text)]
    columns: Sequence[Sequence[object]] = list(zip(*rows, strict=True)) or [()] * 5
    given = dict(
        zip(("branches", "terms", "excluded", "hows", "texts"), map(list, columns), strict=True)
    )
    made = str((await TO_QUERY.one(session, **given)).query)
    if known:
        known.keep(key, made, BYTES_OF_QUERY + 2 * (len(typed) + len(made)))
    return made
