"""What a document is made of, whoever makes it: flows of blocks, of sentences, of pieces; and what is true of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

UNSEEN = (
    "hidden",
    "deleted",
    "moved",
    "styled away",
)  # how a piece may stand in a document without being read there
SPACED = dict.fromkeys(
    ("break", "tab", "next", "pagebreak", "columnbreak", "carriage"), " "
)  # what parts words


@dataclass(frozen=True)
class Piece:
    """Some words of a sentence: what they are (`role`), and how a document sets them (`how`)."""

    text: str
    role: str = ""  # date, time, number, place, person, article
    how: str = ""  # bold, link, field, hidden, deleted, inserted, break, tab, next, note …
    note: "Sentence | None" = None

    @property
    def seen(self) -> str:
        """What a reader sees of it."""
        return "" if self.how in UNSEEN or self.how == "note" else SPACED.get(self.how, self.text)


@dataclass(frozen=True)
class Sentence:
    """A sentence of the stock, or one as a document sets it."""

    pieces: tuple[Piece, ...]
    language: str = "en"

    @property
    def text(self) -> str:
        """The true words."""
        return " ".join("".join(piece.seen for piece in self.pieces).replace("\xad", "").split())

    def twins(self) -> Iterable[str]:
        """Yield it as it would read with unseen words in, or with some that are seen left out."""
        for at, piece in enumerate(self.pieces):
            if piece.how in UNSEEN:
                pieces = [*self.pieces[:at], replace(piece, how=""), *self.pieces[at + 1 :]]
            elif (piece.how or piece.role) and piece.seen.strip():
                pieces = [*self.pieces[:at], *self.pieces[at + 1 :]]
            else:
                continue
            twin = Sentence(tuple(pieces), self.language).text
            if twin != self.text:
                yield twin

    def split(self, at: str = "next") -> list[list[Piece]]:
        """Part its pieces where it goes over into the next item or cell."""
        parts: list[list[Piece]] = [[]]
        for piece in self.pieces:
            if piece.how == at:
                parts.append([])
            else:
                parts[-1].append(piece)
        return parts


@dataclass(frozen=True)
class Block:
    """A paragraph, or another thing that stands by itself."""

    style: str  # p, heading, quote, li, row, caption, box, aside
    sentences: tuple[Sentence, ...]

    def items(self) -> list[list[Piece]]:
        """Its pieces, parted where it has items or cells; sentences of one item are parted by a space."""
        if self.style in ("li", "row"):
            return [part for sentence in self.sentences for part in sentence.split()]
        pieces: list[Piece] = []
        for sentence in self.sentences:
            pieces += [Piece(" ")] * bool(pieces) + list(sentence.pieces)
        return [pieces]


@dataclass
class Document:
    """A document that was made, and what is true of it."""

    name: str
    kind: str  # docx, pdf, html
    producer: str
    flows: list[list[Sentence]]  # what is read on end: the body, each note, each box
    data: bytes = b""
    put_in: list[str] = field(
        default_factory=list
    )  # words that stand on it, or hidden in it, and in no sentence
    unseen: list[str] = field(default_factory=list)  # whole sentences that no reader sees
    order: list[Sentence] = field(
        default_factory=list
    )  # all of them as they follow each other, where flows do not say

    @property
    def sentences(self) -> list[Sentence]:
        return [sentence for flow in self.flows for sentence in flow]


def document_of(name: str, producer: str, blocks: Sequence[Block], **more: Any) -> Document:
    """Say what is true of a document made of these blocks; its kind is the first part of its name."""
    order = [sentence for block in blocks for sentence in block.sentences]
    return Document(name, name.partition("-")[0], producer, flows_of(blocks), order=order, **more)


def flows_of(blocks: Sequence[Block]) -> list[list[Sentence]]:
    """What is read on end in a document of these blocks: boxes and notes apart from what they stand beside."""
    body = [
        s
        for block in blocks
        if block.style not in ("box", "aside", "caption")
        for s in block.sentences
    ]
    apart = [list(b.sentences) for b in blocks if b.style in ("box", "aside", "caption")]
    every = [s for block in blocks for s in block.sentences]
    notes = [[piece.note] for s in every for piece in s.pieces if piece.note]
    return [flow for flow in (body, *apart, *notes) if flow]
