"""Texts with all that a quotation may differ in folded away, and where words begin and end (docs/rules.md, rule 2)."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice

import regex

SPACES = "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
DASHES = "-־᐀᠆‐‑‒–—―⁓−⸗⸚⸺⸻⹀〜〰゠\u058a\u2e5d\ufe31\ufe32\ufe58\ufe63\uff0d"
APOSTROPHES = "'`´′‵‘’‛ʹʻʼʽ՚׳᾽᾿῾❛❜\u0384\uff07\uff40"
QUOTATION_MARKS = (
    APOSTROPHES
    + '"“”„‟‚‹›«»″‴‶‷⁗ʺˮ״「」『』〝〞〟⹂❝❞❟❠❮❯🙶🙷🙸\ufe41\ufe42\ufe43\ufe44\uff02\uff62\uff63'
)
# The default ignorable code points: soft hyphen, joiners, marks of direction, selectors of variants, tags.
ZERO_WIDTH = "\xad\u034f\u061c\u17b4\u17b5\ufeff" + "".join(
    chr(code)
    for first, last in (
        (0x180B, 0x180F),
        (0x200B, 0x200F),
        (0x202A, 0x202E),
        (0x2060, 0x206F),
        (0xFE00, 0xFE0F),
        (0xE0000, 0xE007F),
        (0xE0100, 0xE01EF),
    )
    for code in range(first, last + 1)
)

# Of more than three dots the last three are the elision, so that "the end.... Then" keeps its full stop.
ELISION = regex.compile(r"\[(?:…|\.{3})\]|…|(?:\.{3})++(?!\.)")

LINE_ENDS = "\n\v\f\r\x85\u2028\u2029"


def _ligatures() -> dict[int, str]:
    """List the characters that are several letters in one, and the shapes that letters take in Arabic."""
    blocks = (
        (0x0100, 0x0250),
        (0x0530, 0x0590),
        (0xFB00, 0xFB50),
        (0xFB50, 0xFE00),
        (0xFE70, 0xFEFF),
    )
    found = {}
    for code in (code for first, last in blocks for code in range(first, last)):
        shape, letters = (
            unicodedata.decomposition(chr(code)).partition(" ")[0],
            unicodedata.normalize("NFKC", chr(code)),
        )
        several = shape == "<compat>" and len(letters) > 1
        kinds = [unicodedata.category(c)[0] for c in letters]
        if (several or shape in _SHAPES) and kinds[0] == "L" and {*kinds} <= {"L", "M"}:
            found[code] = letters
    return found


_SHAPES = {"<isolated>", "<initial>", "<medial>", "<final>"}
LIGATURES = _ligatures()

_SPACED = dict.fromkeys(map(ord, SPACES), " ") | dict.fromkeys(map(ord, ZERO_WIDTH), "") | LIGATURES
_FOLDED = dict.fromkeys(map(ord, DASHES), "-") | dict.fromkeys(map(ord, QUOTATION_MARKS), "'")
_WORDS = dict.fromkeys(map(ord, APOSTROPHES), "'") | dict.fromkeys(map(ord, ZERO_WIDTH), "")

_SPACE, _BLANK = f"[{SPACES}]", f"[{SPACES}{ZERO_WIDTH}]"
_JOINING = rf"[\p{{M}}\p{{NFC_QC=Maybe}}{ZERO_WIDTH}]"  # may compose or change places with what stands before it
# Python sorts combining marks in quadratic time, so that a run of them is cut; the standard expects 30 at most.
_STRETCH = regex.compile(rf"(?s:.{{1,128}}+){_JOINING}{{0,32}}+{_BLANK}*+")
_UNIT = regex.compile(rf"{_SPACE}{_BLANK}*+|(?s:.){_JOINING}*+")
_RUN = regex.compile(" {2,}")

# Where a line ends after a hyphen, a dash or a slash, or before a long dash, no space need have been there. Each of the
# patterns begins with what is rare, so that a search is quick.
_WITHIN, _ANY = (
    "".join(sorted({*(SPACES + ZERO_WIDTH)} - {*LINE_ENDS})),
    f"[{SPACES}{ZERO_WIDTH}]*+",
)
_INSIDE = r"[\w\u0300-\u036f]"
_ENDING = f"[{_WITHIN}]*+[{LINE_ENDS}]{_ANY}"
_BREAK_AFTER = re.compile(rf"([{re.escape(DASHES)}/])(?<={_INSIDE}.)({_ENDING})(?=\w)")
_BREAK_BEFORE = re.compile(rf"[{LINE_ENDS}](?<={_INSIDE}.){_ANY}(?=[—―⸺⸻]\w)", re.DOTALL)
_SOFT_BREAK = re.compile(rf"\xad(?<={_INSIDE}.){_ENDING}(?=\w)")
_MOST_BREAKS = 100_000  # more than a text of a million words has
_MARK, _TAKEN = (
    "\ufdd0",
    "\ufdd1",
)  # no characters, by Unicode; the second stands for the first where a text has that

# The characters of scripts in which no spaces part words; for V1 of `regex`.
UNSPACED = (
    r"[[\p{Han}\p{Hiragana}\p{Katakana}\u30fc\uff70\p{Bopomofo}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}\p{Javanese}"
    r"\p{Balinese}\p{Tai_Le}\p{New_Tai_Lue}\p{Tai_Tham}\p{Tai_Viet}]&&[\p{L}\p{Nl}]]"
)
_CHARACTER = regex.compile(rf"(?V1){UNSPACED}")
_MAYBE_UNSPACED = re.compile(
    "[\u0e00-\u1fff\u2e80-\U0010ffff]"
)  # where these scripts are; found far more quickly
_INNER = rf"[[\p{{WB=ALetter}}\p{{WB=HL}}\p{{WB=Numeric}}\p{{WB=ExtendNumLet}}]--{UNSPACED}]"
_INNER_ONE = regex.compile(rf"(?V1){_INNER}")
_WORD = regex.compile(rf"(?V1){_INNER}++(?:\p{{WB=Extend}}++{_INNER}++)*+")
# Where `regex` departs from UAX #29: it never parts an apostrophe from a vowel, also not in 'enough' or 'I agree', and
# does part a word that holds a mark beside its apostrophe, point or comma (rules WB6, 7, 11 and 12).
_LETTERS, _MARKS = r"[\p{WB=ALetter}\p{WB=HL}]", r"[\p{WB=Extend}\p{WB=Format}\p{WB=ZWJ}]"
_OPENING = rf"(?<=')(?=\p{{L}})(?<!{_LETTERS}{_MARKS}*')"
_JOINED = "|".join(
    rf"(?={middle}{_MARKS}*{of})(?<={of}{_MARKS}*)|(?={of})(?<={of}{_MARKS}*{middle}{_MARKS}*)"
    for of, middle in (
        (_LETTERS, r"[\p{WB=MidLetter}\p{WB=MidNumLet}']"),
        (r"\p{WB=Numeric}", r"[\p{WB=MidNum}\p{WB=MidNumLet}']"),
    )
)
_EDGE = regex.compile(
    rf"(?V1w)(?!{_JOINED})(?:\b|{_OPENING})|(?={UNSPACED})(?<={UNSPACED}\p{{M}}*)"
)
_FLAG = regex.compile(r"\p{Regional_Indicator}{2}")
_SPACED_WORD = regex.compile(r"[^\s–—―⸺⸻]++")
_LETTER = regex.compile(r"[\p{L}\p{N}]")
_MEANINGFUL = regex.compile(r"[\p{L}\p{N}\p{So}\p{Sc}]")
WINDOW = 64  # code points on each side that decide about a boundary


@dataclass(frozen=True)
class Folded:
    """A text beside two forms of it, of one length: `spaced` lacks runs and zero widths, `text` kinds of marks too."""

    source: str
    spaced: str
    text: str
    breaks: Sequence[int]  # the spaces of `text` that are a line's end after a hyphen or the like
    _read: str  # `source`, with the ends of such lines marked
    _source_at: Sequence[int]  # where each stretch begins in `source`,
    _folded_at: Sequence[int]  # and where in `text`

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where in `source` lies what `text` has from `start` to `end` (not empty), in code points."""
        return self._unit(start)[0], self._unit(end - 1)[1]

    def is_edge(self, at: int) -> bool:
        """Tell whether a quotation may begin or end at `at` of `text`; the first question costs as much as folding."""
        if at <= 0 or at >= len(self.text):
            return True
        text = self._words
        return (
            not (_is_inner(text[at - 1]) and _is_inner(text[at]))
            and _EDGE.match(text, at) is not None
        )

    @cached_property
    def _words(self) -> str:
        # Whether a flag ends between two of its letters takes counting all before: make each flag a sign of its own.
        return _FLAG.sub("⚑\u0301", self.spaced.translate(_WORDS))

    def _unit(self, position: int) -> tuple[int, int]:
        stretch = bisect_right(self._folded_at, position) - 1
        at, folded_at = self._source_at[stretch], self._folded_at[stretch]
        last = (
            self._source_at[stretch + 1] if stretch + 1 < len(self._source_at) else len(self._read)
        )
        for unit in _UNIT.finditer(self._read, at, last):
            folded_at += len(_respaced(unit[0]))
            if folded_at > position:
                return unit.start(), unit.start() + len(unit[0].rstrip(ZERO_WIDTH))
        raise IndexError(position)


def fold(text: str) -> Folded:
    """Fold `text`, in time that grows with its length alone."""
    source_at, folded_at, stretches, length = [], [], [], 0
    read, breaks = _mark_breaks(text)
    for stretch in _STRETCH.finditer(read):
        respaced = _respaced(stretch[0])
        source_at.append(stretch.start())
        folded_at.append(length)
        stretches.append(respaced)
        length += len(respaced)
    spaced = "".join(stretches)
    at = [found.start() for found in re.finditer(_MARK, spaced)] if breaks else []
    spaced = spaced.replace(_MARK, " ")
    return Folded(text, spaced, spaced.translate(_FOLDED), at, read, source_at, folded_at)


def _mark_breaks(text: str) -> tuple[str, int]:
    """Mark the ends of lines that may part a word, in as many characters, and count them.

    After a soft hyphen nothing is parted.
    """
    text = _SOFT_BREAK.sub(lambda found: "\xad" * len(found[0]), text.replace(_MARK, _TAKEN))
    text, after = _BREAK_AFTER.subn(lambda found: found[1] + _marked(found[2]), text, _MOST_BREAKS)
    text, before = _BREAK_BEFORE.subn(lambda found: _marked(found[0]), text, _MOST_BREAKS)
    return text, after + before


def _marked(ending: str) -> str:
    return _MARK + "\xad" * (len(ending) - 1)


def _respaced(stretch: str) -> str:
    return _RUN.sub(" ", unicodedata.normalize("NFC", stretch.translate(_SPACED)))


def strip(text: str) -> str:
    """Return `text` without white space and zero-width characters at its ends."""
    return text.strip(SPACES + ZERO_WIDTH)


@lru_cache(maxsize=4096)
def _is_inner(character: str) -> bool:
    return _INNER_ONE.match(character) is not None


def is_edge(text: str, at: int) -> bool:
    """Tell whether a quotation may begin or end at `at`: between words, or anywhere in a script without spaces."""
    if at <= 0 or at >= len(text):
        return True
    if _is_inner(text[at - 1]) and _is_inner(text[at]):
        return False
    # Zero widths neither part nor join: what stands around them does.
    left, right = (
        text[max(at - WINDOW, 0) : at].translate(_WORDS),
        text[at : at + WINDOW].translate(_WORDS),
    )
    if not left or not right:
        return False
    return _EDGE.match(left + right, len(left)) is not None


def edges(text: str, first: int, last: int) -> Iterator[int]:
    """Yield the places from `first` to `last` where a quotation may begin or end."""
    return (at for at in range(max(first, 0), min(last, len(text)) + 1) if is_edge(text, at))


def skip_word(text: str, at: int) -> int:
    """Return the first place after `at` where a quotation may begin or end, or one before it; also in mirrored text."""
    word = _WORD.match(text, at)
    return word.end() if word else at + 1


def count_words(text: str, most: int | None = None) -> int:
    """Count words: what stands between spaces or long dashes, and two characters each where no spaces part words.

    Whoever only asks whether there are more than `most` is told so as soon as that is certain.
    """
    spaced, characters = _CHARACTER.subn(" ", text) if _MAYBE_UNSPACED.search(text) else (text, 0)
    words = (
        word
        for word in _SPACED_WORD.finditer(spaced)
        if _LETTER.search(spaced, word.start(), word.end())
    )
    return characters // 2 + sum(1 for _ in islice(words, None if most is None else most + 1))


def says_something(text: str) -> bool:
    """Tell whether there is more to `text` than space and punctuation."""
    return _MEANINGFUL.search(text) is not None
