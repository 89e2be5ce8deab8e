"""Fold away what a quote may differ in from its text, and find word edges.

The rule is rule 2 of docs/rules.md.
"""

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
# The default ignorable code points: soft hyphen, joiners, bidi marks, variation selectors, tags.
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

# Of more than three dots the last three are the elision: "the end.... Then" keeps its full stop.
ELISION = regex.compile(r"\[(?:…|\.{3})\]|…|(?:\.{3})++(?!\.)")

LINE_ENDS = "\n\v\f\r\x85\u2028\u2029"


def _ligatures() -> dict[int, str]:
    """Map characters that combine several letters, and presentation forms of Arabic letters."""
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
# These may compose with the character before them or change places with it.
_JOINING = rf"[\p{{M}}\p{{NFC_QC=Maybe}}{ZERO_WIDTH}]"
# Python sorts combining marks in quadratic time, so a run of them is cut; the Unicode standard
# expects 30 at most.
_STRETCH = regex.compile(rf"(?s:.{{1,128}}+){_JOINING}{{0,32}}+{_BLANK}*+")
_UNIT = regex.compile(rf"{_SPACE}{_BLANK}*+|(?s:.){_JOINING}*+")
_RUN = regex.compile(" {2,}")
# Characters that folding neither drops, nor composes with others, nor splits: only runs of white
# space among them become shorter.
_ALONE = re.compile("[\0-\x7f\xa0-\xac\xae-\xff\u0400-\u0482\u048a-\u04ff\u2010-\u2027]*")

# After a hyphen, dash or slash at the end of a line, or before a long dash, no space is required.
# Each pattern begins with what is rare, so that the search is fast.
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
# Noncharacters of Unicode; the second replaces the first where a text contains it.
_MARK, _TAKEN = "\ufdd0", "\ufdd1"

# Characters of scripts that put no spaces between words; for version 1 of `regex`.
UNSPACED = (
    r"[[\p{Han}\p{Hiragana}\p{Katakana}\u30fc\uff70\p{Bopomofo}\p{Thai}\p{Lao}\p{Khmer}"
    r"\p{Myanmar}\p{Tibetan}\p{Javanese}"
    r"\p{Balinese}\p{Tai_Le}\p{New_Tai_Lue}\p{Tai_Tham}\p{Tai_Viet}]&&[\p{L}\p{Nl}]]"
)
_CHARACTER = regex.compile(rf"(?V1){UNSPACED}")
# The blocks of these scripts; much faster to search for.
_MAYBE_UNSPACED = re.compile("[\u0e00-\u1fff\u2e80-\U0010ffff]")
_INNER = rf"[[\p{{WB=ALetter}}\p{{WB=HL}}\p{{WB=Numeric}}\p{{WB=ExtendNumLet}}]--{UNSPACED}]"
_INNER_ONE = regex.compile(rf"(?V1){_INNER}")
_WORD = regex.compile(rf"(?V1){_INNER}++(?:\p{{WB=Extend}}++{_INNER}++)*+")
# `regex` differs from UAX #29: it never breaks between an apostrophe and a vowel, even in 'enough'
# or 'I agree', and it breaks a word that has a combining mark beside its apostrophe, full stop or
# comma (rules WB6, 7, 11 and 12).
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
WINDOW = 64  # code points on each side that decide about a word edge


@dataclass(frozen=True)
class Folded:
    """Text beside two folded forms of equal length.

    `spaced` has no runs of white space and no zero-width characters; `text` in addition has one
    form of each kind of dash and quotation mark.
    """

    source: str
    spaced: str
    text: str
    breaks: Sequence[int]  # spaces of `text` that are a line end after a hyphen, dash or slash
    _read: str  # `source`, with such line ends marked
    _source_at: Sequence[int]  # where each stretch begins in `source`
    _folded_at: Sequence[int]  # where the same stretch begins in `text`

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the range of `source`, in code points, for a range of `text` that is not empty."""
        return self._unit(start)[0], self._unit(end - 1)[1]

    def is_edge(self, at: int) -> bool:
        """Tell whether a quote may begin or end at `at` of `text`.

        The first call costs as much as folding.
        """
        if at <= 0 or at >= len(self.text):
            return True
        text = self._words
        return (
            not (_is_inner(text[at - 1]) and _is_inner(text[at]))
            and _EDGE.match(text, at) is not None
        )

    @cached_property
    def _words(self) -> str:
        # Whether a flag ends between two regional indicators depends on how many come before them:
        # make each flag one character with a mark.
        return _FLAG.sub("⚑\u0301", self.spaced.translate(_WORDS))

    def _unit(self, position: int) -> tuple[int, int]:
        stretch = bisect_right(self._folded_at, position) - 1
        at, folded_at = self._source_at[stretch], self._folded_at[stretch]
        last, folded_last = len(self._read), len(self.text)
        if stretch + 1 < len(self._source_at):
            last, folded_last = self._source_at[stretch + 1], self._folded_at[stretch + 1]
        # As long as before, and made of characters that stay alone: each has kept its place.
        if last - at == folded_last - folded_at and _ALONE.fullmatch(self._read, at, last):
            found = at + position - folded_at
            return found, found + 1
        for unit in _UNIT.finditer(self._read, at, last):
            folded_at += len(_respaced(unit[0]))
            if folded_at > position:
                return unit.start(), unit.start() + len(unit[0].rstrip(ZERO_WIDTH))
        raise IndexError(position)


def fold(text: str) -> Folded:
    """Fold a text, in time linear to its length."""
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
    """Mark line ends that may break a word, without changing the length, and count them.

    A soft hyphen breaks nothing: its line end is dropped.
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
    """Return a text without white space and zero-width characters at its ends."""
    return text.strip(SPACES + ZERO_WIDTH)


@lru_cache(maxsize=4096)
def _is_inner(character: str) -> bool:
    return _INNER_ONE.match(character) is not None


def is_edge(text: str, at: int) -> bool:
    """Tell whether a quote may begin or end at `at`.

    That is between words, or anywhere in a script without spaces.
    """
    if at <= 0 or at >= len(text):
        return True
    before, after = text[at - 1], text[at]
    # Most places that are asked about; the general way takes many times as long.
    if (before in " \n" and "!" <= after <= "~") or (after in " \n" and "!" <= before <= "~"):
        return True
    if _is_inner(before) and _is_inner(after):
        return False
    # Zero-width characters neither separate nor join: the characters around them decide.
    left, right = (
        text[max(at - WINDOW, 0) : at].translate(_WORDS),
        text[at : at + WINDOW].translate(_WORDS),
    )
    if not left or not right:
        return False
    return _EDGE.match(left + right, len(left)) is not None


def edges(text: str, first: int, last: int) -> Iterator[int]:
    """Yield the places from `first` to `last` where a quote may begin or end."""
    return (at for at in range(max(first, 0), min(last, len(text)) + 1) if is_edge(text, at))


def skip_word(text: str, at: int) -> int:
    """Return the first place after `at` where a quote may begin or end, or an earlier one.

    Works on mirrored text as well.
    """
    word = _WORD.match(text, at)
    return word.end() if word else at + 1


def count_words(text: str, most: int | None = None) -> int:
    """Count words: separated by spaces or long dashes; without spaces, two characters are a word.

    If `most` is given, counting stops once there are more, and returns a number above `most`.
    """
    spaced, characters = _CHARACTER.subn(" ", text) if _MAYBE_UNSPACED.search(text) else (text, 0)
    words = (
        word
        for word in _SPACED_WORD.finditer(spaced)
        if _LETTER.search(spaced, word.start(), word.end())
    )
    return characters // 2 + sum(1 for _ in islice(words, None if most is None else most + 1))


def says_something(text: str) -> bool:
    """Tell whether a text has more than white space and punctuation."""
    return _MEANINGFUL.search(text) is not None
