"""Define what a document is made of, whatever its format: flows of blocks, sentences, pieces.

They also say what is true of it: which words a reader sees.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

# How a document can have a piece that its readers do not see.
UNSEEN = (
    "hidden",
    "deleted",
    "moved",
    "styled away",
)
# What separates words.
SPACED = dict.fromkeys(("break", "tab", "next", "pagebreak", "columnbreak", "carriage"), " ")


@dataclass(frozen=True)
class Piece:
    """Some words of a sentence, their role, and how a document sets them (`how`)."""

    text: str
    role: str = ""  # date, time, number, place, person, article
    how: str = ""  # bold, link, field, hidden, deleted, inserted, break, tab, next, note …
    note: "Sentence | None" = None

    @property
    def seen(self) -> str:
        """Return what a reader sees of it."""
        return "" if self.how in UNSEEN or self.how == "note" else SPACED.get(self.how, self.text)


@dataclass(frozen=True)
class Sentence:
    """A sentence of the stock, or one as a document sets it."""

    pieces: tuple[Piece, ...]
    language: str = "en"

    @property
    def text(self) -> str:
        """Return the true words."""
        return " ".join("".join(piece.seen for piece in self.pieces).replace("\xad", "").split())

    def twins(self) -> Iterable[str]:
        """Yield the sentence with its hidden words included, or with some visible ones left out."""
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
        """Split its pieces where it continues in the next item or cell."""
        parts: list[list[Piece]] = [[]]
        for piece in self.pieces:
            if piece.how == at:
                parts.append([])
            else:
                parts[-1].append(piece)
        return parts


@dataclass(frozen=True)
class Block:
    """A paragraph, or another element that is complete by itself."""

    style: str  # p, heading, quote, li, row, caption, box, aside
    sentences: tuple[Sentence, ...]

    def items(self) -> list[list[Piece]]:
        """Return its pieces, split into items or cells; a space separates sentences of one item."""
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
    flows: list[list[Sentence]]  # each is read without interruption: the body, a note, a box
    data: bytes = b""
    # Words on it, or hidden in it, that are in no sentence.
    put_in: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)  # whole sentences that no reader sees
    # All sentences in their order, if the flows do not give it.
    order: list[Sentence] = field(default_factory=list)

    @property
    def sentences(self) -> list[Sentence]:
        """Return the sentences of all flows."""
        return [sentence for flow in self.flows for sentence in flow]


def document_of(name: str, producer: str, blocks: Sequence[Block], **more: Any) -> Document:
    """Return what is true of a document of these blocks; its name begins with its kind."""
    order = [sentence for block in blocks for sentence in block.sentences]
    return Document(name, name.partition("-")[0], producer, flows_of(blocks), order=order, **more)


def flows_of(blocks: Sequence[Block]) -> list[list[Sentence]]:
    """Return the flows of these blocks: boxes and notes are flows of their own."""
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
