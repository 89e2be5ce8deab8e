"""Join the lines of a PDF to a text that continues over columns and pages; pure functions."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import regex

from app.sources.extraction.readers.pdf_cells import broken_off
from app.sources.extraction.readers.pdf_lines import PdfLine
from app.sources.extraction.readers.pdf_margins import running
from app.sources.matching.normalise import UNSPACED

_ENDED = regex.compile(r"[.!?…:;。！？؟۔][\p{Pf}\p{Pe}\p{Pi}\"'”’»)\]]*\d{0,3}$")
_HYPHENED = regex.compile(r"[\p{L}\p{N}][-‐\u058a]$")
_TIGHT = regex.compile(r"[\p{L}\p{N}][–—―/]$")
_LETTER = regex.compile(r"[\p{L}\p{N}]")
_DASH = regex.compile(r"[—―][\p{L}\p{N}]")
_CLOSE = regex.compile(rf"(?V1){UNSPACED}")
_LONG = regex.compile(r"\p{L}{16,}")
_NOTE = regex.compile(r"\s*(\d{1,3})[\s.)]*(?=\p{L}|[\"“«„‘(\[])")
_SIZE = 0.07  # share of the text size: lines that differ more do not belong to the running text
_LEADING = 1.45  # times the usual line distance: a larger one separates paragraphs


@dataclass(slots=True)
class PdfBlock:
    """Paragraph, or the part of it that is on one page."""

    page: int
    size: float
    text: str = ""
    first: PdfLine | None = None
    last: PdfLine | None = None
    aside: bool = False  # not part of the running text: a page header or footer, a note, a caption
    left: float = 0.0  # the edges that its lines may reach
    edge: float = 0.0
    start: float = 0.0  # its own edges
    end: float = 0.0
    goes_on: bool = False  # begins a column while the text before it has not ended

    def has_ended(self) -> bool:
        """Tell whether its text ends like a sentence."""
        return _ENDED.search(self.text) is not None


@dataclass(slots=True)
class PdfFlow:
    """Text of a document."""

    text: str
    pages: list[int] = field(default_factory=list)  # where each page begins, in code points


def flow(pages: Sequence[Sequence[PdfLine]]) -> PdfFlow:
    """Return the text of a document, and where each page begins in it."""
    kept = _without_marks(_without_margins(pages))
    size = _usual_size([line for page in kept for line, _ in page])
    blocks = [block for number, page in enumerate(kept) for block in _blocks(number, page, size)]
    return _put_together(list(_in_order(blocks)), len(pages))


def _without_margins(pages: Sequence[Sequence[PdfLine]]) -> list[list[tuple[PdfLine, bool]]]:
    """Drop repeated page headers and footers; tell for other lines whether they are one."""
    found = running(pages)
    return [
        [(line, n in margins) for n, line in enumerate(page) if not margins.get(n)]
        for page, margins in zip(pages, found, strict=True)
    ]


def _without_marks(pages: list[list[tuple[PdfLine, bool]]]) -> list[list[tuple[PdfLine, bool]]]:
    """Drop the reference marks of notes, where a note with that number exists."""
    notes, marks = set(), Counter[str]()
    for line in (line for page in pages for line, _ in page):
        if note := _NOTE.match(line.text):
            notes.add(note[1])
        marks.update(line.text[start:end] for start, end in line.raised if start)
    for line in (line for page in pages for line, _ in page):
        for start, end in reversed(line.raised):
            mark, before = line.text[start:end], line.text[start - 1 : start]
            # "10⁶" looks like a number with a note mark: drop it only if no other can be the note's
            # mark.
            if start and mark in notes and (not before.isdecimal() or marks[mark] == 1):
                line.text = line.text[:start] + line.text[end:]
    return pages


def _usual_size(lines: Sequence[PdfLine]) -> float:
    sizes = Counter[float]()
    for line in lines:
        sizes[round(line.size * 4) / 4] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _blocks(number: int, page: Sequence[tuple[PdfLine, bool]], size: float) -> Iterator[PdfBlock]:
    """Join the lines of a page to paragraphs."""
    drops = sorted(
        round(a.base - b.base, 1)
        for (a, _), (b, _) in pairwise(page)
        if a.turn == b.turn and 0.5 * a.size < a.base - b.base < 3 * a.size
    )
    leading = drops[len(drops) // 2] if drops else 1.5 * size
    block: PdfBlock | None = None
    begun: list[PdfLine] = []
    for line, margin in page:
        aside = margin or line.turn != 0 or abs(line.size - size) > _SIZE * size
        parts = block is None or aside != block.aside or _parts(begun, line, leading)
        # Perhaps a cell of a table whose previous cell the page broke.
        column = not parts and not aside and begun[-1].base < line.base and line.text[:1].isupper()
        if block is None or parts or column:
            if block is not None:
                yield block
            block, begun = (
                PdfBlock(
                    number, line.size, first=line, aside=aside, goes_on=column, start=line.left
                ),
                [],
            )
        broken = bool(begun) and _is_broken(begun[-1], line, block.edge)
        block.text = block.text + line.text if broken else joined(block.text, line.text)
        block.start, block.end = min(block.start, line.left), max(block.end, line.right)
        begun.append(line)
        block.last = line
        beside = [other for other, _ in page if other.left < line.right and other.right > line.left]
        block.left, block.edge = (
            min(other.left for other in beside),
            max(other.right for other in beside),
        )
    if block is not None:
        yield block


def _parts(begun: Sequence[PdfLine], line: PdfLine, leading: float) -> bool:
    """Tell whether a line begins a new paragraph."""
    last = begun[-1]
    if last.turn != line.turn or abs(last.size - line.size) > 0.12 * line.size:
        return True
    if _HYPHENED.search(last.text) and _LETTER.match(line.text):
        return False
    drop, ended = last.base - line.base, _ENDED.search(last.text) is not None
    if drop > _LEADING * leading:
        return True
    if drop < 0:  # it is in another column
        return ended
    edge = max(other.right for other in [*begun, line])
    short = last.right < edge - 2 * line.size
    indented = line.left > last.left + 0.8 * line.size and line.left > min(
        other.left for other in begun
    )
    return ended and (short or indented)


def _is_broken(last: PdfLine, line: PdfLine, edge: float) -> bool:
    """Tell whether a word longer than its line is broken without a hyphen."""
    return (
        bool(_LONG.fullmatch(last.text))
        and line.text[:1].islower()
        and last.right > edge - 0.6 * last.size
    )


def joined(before: str, after: str) -> str:
    """Join two lines with a space, unless their ends show that there is none."""
    if not before or not after:
        return before or after
    if (_HYPHENED.search(before) and _LETTER.match(after)) or _TIGHT.search(before):
        return f"{before}\n{after}"
    if _DASH.match(after) and _LETTER.search(before[-1]):
        return f"{before}\n{after}"
    if _CLOSE.match(before[-1]) and _CLOSE.match(after[0]):
        return before + after
    return f"{before} {after}"


def _in_order(blocks: Sequence[PdfBlock]) -> Iterator[list[PdfBlock]]:
    """Yield paragraphs of one or more blocks; what interrupts one comes before or after it."""
    cells = broken_off(blocks)
    elsewhere, at = {*cells, *cells.values()}, 0
    while at < len(blocks):
        if blocks[at].aside or at in elsewhere:
            if at not in cells.values():
                yield list(_chain(blocks, cells, at))
            at += 1
            continue
        paragraph, before, behind = [blocks[at]], list[PdfBlock](), list[PdfBlock]()
        at += 1
        while (
            following := _continued(paragraph[-1], blocks, at)
        ) is not None and following not in elsewhere:
            for aside in blocks[at:following]:
                (before if aside.page == paragraph[0].page else behind).append(aside)
            paragraph.append(blocks[following])
            at = following + 1
        yield from ([aside] for aside in before)
        yield paragraph
        yield from ([aside] for aside in behind)


def _chain(blocks: Sequence[PdfBlock], cells: Mapping[int, int], at: int) -> Iterator[PdfBlock]:
    """Yield a block and the blocks that continue it, page after page."""
    following: int | None = at
    while following is not None:
        yield blocks[following]
        following = cells.get(following)


def _continued(block: PdfBlock, blocks: Sequence[PdfBlock], at: int) -> int | None:
    """Return the index of the block that continues a paragraph after a page break or insertion."""
    ended = block.has_ended()
    if at < len(blocks) and blocks[at].goes_on:
        return at
    for following in range(at, len(blocks)):
        other = blocks[following]
        if other.page > block.page + 1:
            return None
        if not other.aside:
            interrupted = following > at or other.page != block.page
            goes_on = _HYPHENED.search(block.text) or other.text[:1].islower()
            goes_on = (goes_on and not ended) or _is_full(block, other)
            return (
                following
                if interrupted and goes_on and abs(other.size - block.size) < 0.5
                else None
            )
    return None


def _is_full(block: PdfBlock, following: PdfBlock) -> bool:
    """Tell whether the next word did not fit into the last line, and starts no new paragraph."""
    if (
        block.last is None
        or following.first is None
        or following.first.left > following.left + 0.8 * block.size
    ):
        return False
    word = (len(following.text.partition(" ")[0]) + 1) * 0.5 * block.size
    return block.last.right + word > block.edge


def _put_together(paragraphs: Sequence[Sequence[PdfBlock]], pages: int) -> PdfFlow:
    text, begins = "", dict[int, int]()
    pieces: list[str] = []
    length = 0
    for paragraph in paragraphs:
        text = ""
        if length:
            length += 2
        for block in paragraph:
            text = joined(text, block.text)
            start = length + len(text) - len(block.text)
            begins[block.page] = min(begins.get(block.page, start), start)
        pieces.append(text)
        length += len(text)
    starts, following = [], length
    for page in range(pages - 1, -1, -1):  # a page without words begins where the next one begins
        following = min(begins.get(page, following), following)
        starts.append(following)
    return PdfFlow("\n\n".join(pieces), starts[::-1])
