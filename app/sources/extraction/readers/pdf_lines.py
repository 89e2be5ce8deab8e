"""Join the characters of a PDF page to lines, with the spaces that are seen between words."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise, repeat

from app.sources.extraction.readers import pdf_bidi
from app.sources.extraction.readers.pdf_characters import Character, Style

_GAP = 0.13  # share of the letter size by which a gap exceeds the usual one to be a space
_SLIGHT_GAP = 0.06  # the same, where PDFium sees a gap
_SHORT_GAP = 0.15  # the same; in a word of few letters a wider gap is a space that was not written
_LOOSE_GAP = 0.22  # the same, where the space around letters is not known
_BACK = 0.2  # share of the letter size by which a letter may begin before the previous one
# Times the letter size: beyond the first a character is off the line, beyond the second even if
# it has the same baseline.
_AWAY, _FAR = 4.0, 40.0
# share of the letter size: smaller and higher characters are superscripts
_SMALL, _HIGH = 0.85, 0.15
# Accents that old fonts draw over a letter as separate characters, and their combining forms.
_MARKS = (
    "\u0300\u0301\u0302\u0302\u0303\u0303\u0308\u030a\u030b\u030c\u0306\u0307\u0304\u0327\u0328"
)
_ACCENTS = dict(zip("`´ˆ^˜~¨˚˝ˇ˘˙¯¸˛", _MARKS, strict=True))


@dataclass(slots=True)
class PdfLine:
    """Line of a page; its edges are measured along the line."""

    text: str
    left: float
    right: float
    base: float
    size: float
    turn: int
    # Superscript digits, as ranges in the text.
    raised: list[tuple[int, int]] = field(default_factory=list)


def lines(characters: Sequence[Character]) -> list[PdfLine]:
    """List the lines of a page in the order in which they were written."""
    made: list[list[Character]] = []
    last: Character | None = None  # the latest character that is not a space
    for character in characters:
        if last is None or not _goes_on(made[-1], last, character):
            if character.text == " ":
                continue
            made.append([])
        made[-1].append(character)
        if character.text != " ":
            last = character
    found = [line for line in (_line(signs) for signs in made) if line.text]
    return _with_initials(found)


def _goes_on(line: list[Character], last: Character, character: Character) -> bool:
    one, other = last.style, character.style
    if one.turn != other.turn:
        return False
    size = max(one.size, other.size)
    if one is not other and _overlap(one, other) < 0.5 * min(one.size, other.size):
        return False
    gap = character.left - last.right
    # A ligature gives several letters, all at its own position.
    if _is_accented(last, character) or (
        character.left >= last.left - _BACK * size and gap <= _AWAY * size
    ):
        return True
    # Some programs write words in another font after the rest of the line.
    if abs(one.base - other.base) < 0.05 * size:
        left, right = min(c.left for c in line), max(c.right for c in line)
        return left - 2 * size <= character.left <= right + _FAR * size
    backwards = last.left - character.right
    right_to_left = pdf_bidi.is_right_to_left(last.text) or pdf_bidi.is_right_to_left(
        character.text
    )
    right_to_left = right_to_left or any(pdf_bidi.is_right_to_left(c.text) for c in line[-20:])
    return right_to_left and (backwards <= _AWAY * size if gap < 0 else gap <= 20 * size)


def _overlap(one: Style, other: Style) -> float:
    """Return by how much the heights of the lower-case letters of two styles overlap."""
    top = min(one.base + 0.75 * one.size, other.base + 0.75 * other.size)
    return top - max(one.base - 0.25 * one.size, other.base - 0.25 * other.size)


def _line(characters: list[Character]) -> PdfLine:
    while characters and characters[-1].text == " ":
        characters.pop()
    main = max((c.style for c in characters), key=lambda style: style.size)
    base, turn = main.base, main.turn
    edges = min(c.left for c in characters), max(c.right for c in characters)
    signs = _hyphened(_accented(characters))
    if any(pdf_bidi.is_right_to_left(c.text) for c in signs):
        signs = _from_left_to_right(signs)
        read = "".join(pdf_bidi.in_reading_order(_spaced(signs)))
        return PdfLine(_tidy(read), *edges, base, main.size, turn)
    if any(b.left < a.left - _BACK * main.size for a, b in pairwise(signs)):
        signs = _sorted(signs)
    made, at = list[str](), 0
    raised: list[tuple[int, int]] = []
    for sign, words in zip(signs, _with_gaps(signs), strict=True):
        high = sign.style.size < _SMALL * main.size and sign.style.base > base + _HIGH * main.size
        if high and sign.text.isdecimal():
            start = at + len(words) - len(sign.text)
            if raised and raised[-1][1] == start:
                start = raised.pop()[0]
            raised.append((start, at + len(words)))
        made.append(words)
        at += len(words)
    return PdfLine("".join(made).rstrip(), *edges, base, main.size, turn, raised)


def _hyphened(signs: Sequence[Character]) -> list[Character]:
    """Turn soft hyphens into hyphens where they are seen.

    They are seen at the end of a line and where the font draws a glyph for them.
    """
    if not any(sign.text == "\xad" for sign in signs):
        return list(signs)
    made: list[Character] = []
    for sign in signs:
        if sign.text != "\xad":
            made.append(sign)
        elif sign is signs[-1] or (
            sign.style.measured and sign.right - sign.left > 0.15 * sign.style.size
        ):
            sign.text = "-"
            made.append(sign)
        elif made:
            made[-1].right = max(made[-1].right, sign.right)
    return made


def _sorted(signs: Sequence[Character]) -> list[Character]:
    """Sort characters as they are seen; one that is drawn twice in the same place is kept once."""
    made: list[Character] = []
    for sign in sorted(signs, key=lambda sign: sign.left):
        sign.spaced = False
        last = made[-1] if made else None
        if last is None or last.text != sign.text or sign.left - last.left > 0.2 * sign.style.size:
            made.append(sign)
    return made


def _with_gaps(signs: Sequence[Character]) -> list[str]:
    """Return each character, after a space where a gap is seen and no space is written.

    Of several written spaces one is kept.
    """
    made, last = list[str](), None
    for sign, (usual, least) in zip(signs, _usual_gaps(signs), strict=True):
        if sign.text == " ":
            made.append(" " if last is not None and last.text != " " else "")
        elif last is not None and last.text != " " and _is_apart(last, sign, usual, least):
            made.append(" " + sign.text)
        else:
            made.append(sign.text)
        last = sign
    return made


def _spaced(signs: Sequence[Character]) -> list[str]:
    return [
        sign
        for words in _with_gaps(signs)
        for sign in ([" ", words[1:]] if words[:1] == " " else [words])
        if sign
    ]


def _usual_gaps(signs: Sequence[Character]) -> Iterator[tuple[float, float]]:
    """Yield the usual gap around each character, and the excess that makes a gap a space.

    The excess holds where PDFium sees a gap.
    """
    gaps = _gaps(signs)
    line = gaps[len(gaps) // 4] if len(gaps) >= 4 else 0.0
    for blank, group in groupby(signs, key=lambda sign: sign.text == " "):
        word, usual, least = list(group), line, _SLIGHT_GAP
        # Where spaces are written, a single word may be letter-spaced; a slight gap is no space
        # then.
        if not blank and len(word) < len(signs):
            least = _GAP
            if gaps := _gaps(word):
                usual = max(
                    line, gaps[len(gaps) // 4] if len(gaps) >= 4 else min(gaps[0], _SHORT_GAP)
                )
        yield from repeat((max(min(usual, 0.6), -0.3), least), len(word))


def _gaps(signs: Sequence[Character]) -> list[float]:
    """List the gaps between letters, as shares of their size, sorted.

    Digits are left out, since they may be numbers in a table, and letters of one ligature, since
    they share a position.
    """
    return sorted(
        (b.left - a.right) / max(a.style.size, 0.1)
        for a, b in pairwise(signs)
        if a.text[0].isalpha()
        and b.text[0].isalpha()
        and a.left != b.left
        and a.style.measured
        and b.style.measured
    )


def _is_apart(one: Character, other: Character, usual: float, least: float) -> bool:
    size = min(one.style.size, other.style.size)
    gap = (other.left - one.right) / max(size, 0.1)
    if one.style.measured and other.style.measured:
        return gap - usual > (least if other.spaced else _GAP)
    return (
        other.spaced
        if gap < _LOOSE_GAP and not pdf_bidi.is_right_to_left(other.text)
        else gap >= _LOOSE_GAP
    )


def _from_left_to_right(signs: Sequence[Character]) -> list[Character]:
    """Sort characters as they are seen; combining marks stay with their letters.

    Spaces without a width are dropped, since they tell nothing.
    """
    clusters: list[list[Character]] = []
    for sign in signs:
        if sign.text == " " and sign.right - sign.left < 0.05 * sign.style.size:
            continue
        if clusters and unicodedata.combining(sign.text[0]):
            clusters[-1].append(sign)
        else:
            clusters.append([sign])
    clusters.sort(key=lambda cluster: cluster[0].left + cluster[0].right)
    for cluster in clusters:
        cluster[0].text = "".join(sign.text for sign in cluster)
        # the gap was seen before its neighbour in the file, which may be elsewhere
        cluster[0].spaced = False
    return [cluster[0] for cluster in clusters]


def _is_accented(one: Character, other: Character) -> bool:
    """Tell whether one of two characters is an accent that is drawn over the other."""
    if (one.text in _ACCENTS) == (other.text in _ACCENTS):
        return False
    letter = other if one.text in _ACCENTS else one
    middle = (one.left + one.right - other.left - other.right) / 2
    return letter.text.isalpha() and abs(middle) < 0.35 * letter.style.size


def _accented(signs: Sequence[Character]) -> list[Character]:
    """Combine accents with their letters."""
    if not any(sign.text in _ACCENTS for sign in signs):
        return list(signs)
    made: list[Character] = []
    for sign in signs:
        if made and _is_accented(made[-1], sign):
            last = made.pop()
            letter, accent = (sign, last) if last.text in _ACCENTS else (last, sign)
            letter.text = unicodedata.normalize(
                "NFC", letter.text.replace("ı", "i") + _ACCENTS[accent.text]
            )
            letter.spaced = last.spaced
            made.append(letter)
        else:
            made.append(sign)
    return made


def _tidy(words: str) -> str:
    return " ".join(words.split(" ")).strip()


def _with_initials(found: list[PdfLine]) -> list[PdfLine]:
    """Join drop caps to the lines beside their tops; they may be written before all other text."""
    made = list(found)
    for initial in found:
        if len(initial.text) > 2 or not initial.text[-1].isupper():
            continue
        beside = [line for line in made if _is_beside(line, initial)]
        if beside:
            line = max(beside, key=lambda line: line.base)
            line.text, line.left = initial.text + line.text, initial.left
            line.raised = [
                (start + len(initial.text), end + len(initial.text)) for start, end in line.raised
            ]
            made.remove(initial)
    return made


def _is_beside(line: PdfLine, initial: PdfLine) -> bool:
    return (
        line.text[:1].islower()
        and line.turn == initial.turn
        and initial.size > 1.8 * line.size
        and 0 <= line.left - initial.right < line.size
        and initial.base < line.base <= initial.base + initial.size
    )
