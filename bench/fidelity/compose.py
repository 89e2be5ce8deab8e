"""Compose blocks of the stock's sentences, and set words in the ways that documents have."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from bench.fidelity.blocks import Block, Piece, Sentence
from bench.fidelity.stock import Stock

# Hidden words to put between two others; each would change what the sentence says.
SLIPPED_IN = {
    "en": ["not ", "hardly ", "never again ", "99 "],
    "uk": ["ніколи ", "навряд чи ", "99 "],
    "ru": ["никогда ", "едва ли ", "99 "],
    "de": ["niemals ", "kaum ", "99 "],
    "fr": ["jamais ", "à peine ", "99 "],
    "ar": ["أبدا ", "بالكاد ", "99 "],
}
_PARTING = ("break", "tab", "next", "pagebreak", "columnbreak", "carriage")
_SLIPPING = ("hidden", "deleted", "moved", "styled away")
Plan = Sequence[tuple[str, int]]  # styles of blocks, each with its number of sentences


def compose(
    stock: Stock, language: str, plan: Plan, hows: Sequence[str], draw: random.Random
) -> list[Block]:
    """Make blocks in whose sentences each of the ways `hows` occurs about equally often."""
    blocks, turn = [], draw.randrange(len(hows)) if hows else 0
    for style, count in plan:
        sentences = []
        for sentence in stock.deal(language, count):
            if hows and style != "heading":
                how = hows[turn % len(hows)]
                turn += 1
                if _fits(how, style):
                    sentence = decorate(sentence, how, draw, stock)
            sentences.append(sentence)
        blocks.append(Block(style, tuple(sentences)))
    return blocks


def _fits(how: str, style: str) -> bool:
    """Tell whether a document can have this way there.

    A box has no notes; only items and cells continue in the next.
    """
    places = {"next": ("li", "row"), "across": ("row",)}
    return style in places.get(how, (style,)) and not (how == "note" and style == "box")


def decorate(
    sentence: Sentence, how: str, draw: random.Random, stock: Stock | None = None
) -> Sentence:
    """Set some words of a sentence in one way."""
    # In print, a list item's bullet would be in the middle of a sentence that continues in the
    # item, so only sentences in cells continue there.
    how = "next" if how == "across" else how
    if how in _PARTING:
        return _at_gap(sentence, lambda text: [Piece(" ", how=how)], draw, eats_space=True)
    if how in _SLIPPING:
        words = draw.choice(SLIPPED_IN[sentence.language])
        return _at_gap(sentence, lambda text: [Piece(words, how=how)], draw)
    if how == "note" and stock is not None:
        note = Piece("", how="note", note=stock.deal(sentence.language)[0])
        if draw.random() < 0.5:
            return replace(sentence, pieces=(*sentence.pieces, note))
        return _at_gap(sentence, lambda text: [note], draw, after_word=True)
    if how == "soft":
        return _each_text(sentence, lambda text: re.sub(r"(\w{5,})(\w{4,})", "\\1\xad\\2", text))
    if how == "nbsp":
        return _each_text(sentence, lambda text: re.sub(r"(\d) (?=\w)", "\\1\xa0", text))
    if how == "split":
        return _split_words(sentence, draw)
    if how == "nbhyphen":
        return _hyphens(sentence)
    return _roles(sentence, how, draw)


def _roles(sentence: Sentence, how: str, draw: random.Random) -> Sentence:
    """Set the words with a role, or, if there are none, two words inside the sentence."""
    if any(piece.role for piece in sentence.pieces):
        return replace(
            sentence, pieces=tuple(replace(p, how=how) if p.role else p for p in sentence.pieces)
        )
    return _at_gap(sentence, lambda text: [], draw, sets=how)


def _at_gap(
    sentence: Sentence,
    between: Callable[[str], list[Piece]],
    draw: random.Random,
    *,
    eats_space: bool = False,
    after_word: bool = False,
    sets: str = "",
) -> Sentence:
    """Put pieces between two words of the longest piece without a role."""
    at = max(
        range(len(sentence.pieces)),
        key=lambda n: (not sentence.pieces[n].role, len(sentence.pieces[n].text)),
    )
    text = sentence.pieces[at].text
    gaps = [m.start() for m in re.finditer(r"(?<=\w) (?=\w)", text)]
    if not gaps:
        return sentence
    gap = draw.choice(gaps)
    left, right = text[:gap], text[gap + 1 :]
    if sets:
        word, _, rest = right.partition(" ")
        middle = [Piece(left + " "), Piece(word, how=sets), Piece(" " + rest)]
    elif eats_space:
        middle = [Piece(left), *between(text), Piece(right)]
    elif after_word:
        middle = [Piece(left), *between(text), Piece(" " + right)]
    else:
        middle = [Piece(left + " "), *between(text), Piece(right)]
    return replace(sentence, pieces=(*sentence.pieces[:at], *middle, *sentence.pieces[at + 1 :]))


def _each_text(sentence: Sentence, change: Callable[[str], str]) -> Sentence:
    return replace(
        sentence, pieces=tuple(replace(piece, text=change(piece.text)) for piece in sentence.pieces)
    )


def _split_words(sentence: Sentence, draw: random.Random) -> Sentence:
    """Split words into two runs, as word processors do after a later edit."""
    pieces: list[Piece] = []
    for piece in sentence.pieces:
        middle = len(piece.text) // 2 + draw.randint(-2, 2)
        if piece.role or len(piece.text) < 12:
            pieces.append(piece)
        else:
            pieces += [Piece(piece.text[:middle]), Piece(piece.text[middle:], how="italic")]
    return replace(sentence, pieces=tuple(pieces))


def _hyphens(sentence: Sentence) -> Sentence:
    pieces: list[Piece] = []
    for piece in sentence.pieces:
        for n, part in enumerate(piece.text.split("-")):
            pieces += [Piece("-", how="nbhyphen")] * bool(n) + [replace(piece, text=part)]
    return replace(sentence, pieces=tuple(pieces))
