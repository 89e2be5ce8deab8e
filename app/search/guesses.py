"""Guess what was meant where nothing is found: words in other spellings and in other scripts."""

import re
import time
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz import process
from rapidfuzz.distance import OSA
from slugify import slugify
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.gently import gently
from app.db.engine import memory_of
from app.db.prepared import Prepared
from app.log.inflections import Form, other_forms
from app.log.reader import Moment
from app.log.search_terms import Term, read_terms
from app.search.names import Named

MOST_QUOTES = 15_000  # of which the words are known, the newest
MOST_WORDS = 60_000
MOST_GUESSES = 3
MOST_GUESSED = 4  # words of a search
SHORTEST, LONGEST = 4, 40  # letters of a word that is guessed
ALIKE = 0.7  # a slip in four letters, two in seven
ALIKE_WITHOUT_VOWELS = 0.75  # of scripts that do not write them
BYTES_OF_WORD = 150
SECONDS = 3_600.0  # after which the words are read anew
WORD = re.compile(r"[^\W\d_]+(?:[-’'ʼ][^\W\d_]+)*")
VOWELS = re.compile("[aeiouy]")
NO_VOWELS = ("ARABIC", "HEBREW")

# Of quotes that have been public; a quote of a draft has no use.
TEXTS = Prepared(
    lambda: text(
        """
SELECT id, concat_ws(' ', exact, translation) AS words FROM quote
WHERE id > CAST(:after AS bigint)
    AND EXISTS (SELECT FROM log_quote_use AS use WHERE use.quote_id = quote.id)
ORDER BY id DESC LIMIT CAST(:most AS integer)
"""
    ),
    planned_anew=True,
)


@dataclass
class Vocabulary:
    """The words of public quotes, with how often they occur."""

    words: Counter[str] = field(default_factory=Counter)
    last: int = 0  # the newest quote of which the words are known
    read_at: float = 0.0

    async def add(self, rows: Iterable[tuple[int, str]]) -> None:
        """Add the words of quotes."""
        async for number, said in gently(rows):
            self.last = max(self.last, number)
            for word in WORD.findall(unicodedata.normalize("NFKC", said)):
                if SHORTEST <= len(word) <= LONGEST:
                    self.words[word.lower()] += 1
        if len(self.words) > MOST_WORDS:
            self.words = Counter(dict(self.words.most_common(MOST_WORDS)))


async def vocabulary(session: AsyncSession, at: Moment) -> Vocabulary:
    """Return the words of the newest quotes; what the process knows already is not read again."""
    memory, key = memory_of(session), ("vocabulary", at.epoch)
    known: Vocabulary | None = memory.get(key) if memory else None
    if known is None or time.monotonic() - known.read_at > SECONDS:
        known = Vocabulary(read_at=time.monotonic())
    await known.add(await TEXTS.all(session, after=known.last, most=MOST_QUOTES))
    if memory:
        memory.keep(key, known, BYTES_OF_WORD * (len(known.words) + 1))
    return known


def guesses(typed: str, words: Mapping[str, int], names: Sequence[Named]) -> list[str]:
    """Return other searches that may have been meant, the likeliest first; none may be found."""
    asked = [term for terms in read_terms(typed) for term in terms if _is_guessed(term)]
    parts = _parts(names)
    nearest: dict[str, list[str]] = {}
    for term in asked[:MOST_GUESSED]:
        word = term.text.lower()
        if not _occurs(word, words, parts):
            nearest[term.text] = _near(word, words, parts)
    return _rewritten(typed, {word: found for word, found in nearest.items() if found})


def _occurs(word: str, words: Mapping[str, int], parts: Mapping[str, str]) -> bool:
    """Tell whether a word occurs in some form, and so was typed well."""
    return word in words or any(
        any(part.startswith(form.text) for part in parts)
        if form.begins
        else form.text in parts or form.text in words
        for form in [Form(word), *other_forms(word)]
    )


def _is_guessed(term: Term) -> bool:
    plain = not (term.is_phrase or term.excluded)
    return plain and SHORTEST <= len(term.text) <= LONGEST and WORD.fullmatch(term.text) is not None


def _rewritten(typed: str, nearest: Mapping[str, Sequence[str]]) -> list[str]:
    """Put the nearest words in the place of those typed, then the second of each and so on."""
    made = []
    for place in range(max(map(len, nearest.values()), default=0)):
        said = unicodedata.normalize("NFKC", typed)
        for word, found in nearest.items():
            new = found[min(place, len(found) - 1)]
            # A word has letters and hyphens only, so nothing in it is read as a reference.
            said = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", new, said)
        made.append(said)
    return list(dict.fromkeys(made))[:MOST_GUESSES]


def _near(word: str, words: Mapping[str, int], parts: Mapping[str, str]) -> list[str]:
    """Return the words most like one: parts of names in any script, and words in its own."""
    scored: dict[str, float] = {}
    names = list(parts)
    for found, score in _alike(_key(word), names, [_key(n) for n in names], ALIKE):
        scored[parts[found]] = score + 0.05  # of a name there are more slips than of a word
    if _script(word) in NO_VOWELS:
        bare = [VOWELS.sub("", _key(name)) for name in names]
        typed = VOWELS.sub("", _key(word))
        for found, score in _alike(typed, names, bare, ALIKE_WITHOUT_VOWELS):
            scored.setdefault(parts[found], score)
    listed = list(words)
    for found, score in _alike(word, listed, listed, ALIKE):
        scored[found] = max(scored.get(found, 0.0), score)
    best = sorted(scored, key=lambda one: (-scored[one], -words.get(one.lower(), 0), one))
    return best[:MOST_GUESSES]


def _alike(
    word: str, names: Sequence[str], keys: Sequence[str], least: float
) -> Iterator[tuple[str, float]]:
    scorer = OSA.normalized_similarity
    found = process.extract(word, keys, scorer=scorer, score_cutoff=least, limit=MOST_GUESSES * 2)
    for _, score, place in found:
        yield names[place], score


def _parts(names: Sequence[Named]) -> dict[str, str]:
    """Return the words of all names as they are written, by themselves in lower case."""
    split = [part for one in names for name in one.names for part in WORD.findall(name)]
    return {part.lower(): part for part in split if len(part) >= SHORTEST}


def _key(word: str) -> str:
    return slugify(word, separator="") or word


def _script(word: str) -> str:
    return unicodedata.name(word[:1], "").partition(" ")[0]
