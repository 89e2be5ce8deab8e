"""Write the text of a page in the order and with the white space that a browser shows."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from app.sources.extraction.readers.html_display import (
    InheritedStyle,
    display,
    is_flexible,
    is_out_of_flow,
    is_unseen,
    look_within,
)
from app.sources.extraction.readers.html_quotes import marks
from app.sources.extraction.readers.html_seams import SEAM, interrupts, unsearched
from app.sources.extraction.readers.html_styles import Styles
from app.sources.extraction.readers.html_tree import HtmlPage

_SPACES = re.compile("[ \t\n]+")
_BREAK_AT_ZERO_WIDTH = re.compile("(?<=\u200b)[ \t]*\n[ \t\n]*|[ \t]*\n[ \t\n]*(?=\u200b)")
_BLANK_LINES = re.compile("[ \t]*\n[ \t]*\n[ \t\n]*")
_AT_LINE_END = re.compile("[ \t]+\n")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef]")
_FIRST_LETTER = re.compile(r"(?<![\w'’])[^\W_]|(?<=[\s(]['‘])[^\W_]|^['‘][^\W_]")
# of MathML; browsers draw them with space between them
_TOKENS = frozenset(("mi", "mn", "mo", "ms", "mtext"))
_NOTHING: Mapping[str, str] = {}


@dataclass(slots=True)
class HtmlBlock:
    """Paragraph, with the number of its characters that are links to other pages."""

    text: str
    linked: int


@dataclass(slots=True)
class HtmlFlow:
    """Paragraphs of a page, and the range of them inside each element, inner elements first."""

    blocks: list[HtmlBlock] = field(default_factory=list)
    spans: list[tuple[Element, int, int]] = field(default_factory=list)


def write_down(page: HtmlPage, styles: Styles, unmarked: set[Element]) -> HtmlFlow:
    """Return the text that a reader of a page sees.

    `unmarked`: the `q` elements that are drawn without quotation marks.
    """
    flow = HtmlFlow()
    _Writer(flow, styles, unmarked).walk(page.root, InheritedStyle())
    return flow


@dataclass(slots=True)
class _Open:
    """An element that is not closed yet."""

    element: Element
    kind: str
    first: int
    after: str = ""
    is_seam: bool = False


class _Writer:
    def __init__(
        self, flow: HtmlFlow, styles: Styles, unmarked: set[Element], lifted: bool = False
    ) -> None:
        self.flow, self.styles, self.unmarked, self.lifted = flow, styles, unmarked, lifted
        self.pieces: list[str] = []
        self.linked = 0
        self.cell = 0  # index in `pieces` where the current table cell begins
        self.space = False  # a space is due before the next word
        self.line_start = True
        # blocks that are drawn apart from the paragraph that they are in
        self.later: list[HtmlBlock] = []

    def walk(self, root: Element, look: InheritedStyle) -> None:
        """Write an element and its content; without recursion, since pages may be deep."""
        waiting: list[tuple[Element | _Open | str, InheritedStyle, bool]] = [(root, look, False)]
        while waiting:
            what, look, in_flexible = waiting.pop()
            if isinstance(what, str):
                self.write(what, look)
            elif isinstance(what, _Open):
                self.close(what, look)
            else:
                waiting.extend(self.open(what, look, in_flexible))
        self.end_block()

    def open(
        self, element: Element, look: InheritedStyle, in_flexible: bool
    ) -> list[tuple[Element | _Open | str, InheritedStyle, bool]]:
        """Begin an element; return its content and its end, in reverse order (as a stack)."""
        declared = self.styles.get(element, _NOTHING)
        kind = display(element, declared, in_flexible=in_flexible)
        if kind == "none" or is_unseen(element, declared):
            if kind != "none" or interrupts(element, declared):
                self.seam()  # a search sees what no reader sees
            return []
        if element.tag == "br":
            self.break_line()
            return []
        if is_out_of_flow(element, declared) and not self.lifted and self.pieces:
            self.lift(element, look)
            self.seam()
            return []
        self.begin(kind)
        first = len(self.flow.blocks) + bool(self.pieces)
        opened = _Open(element, kind, first)
        within = look_within(element, declared, look)
        if element.tag == "q" and element not in self.unmarked:
            before, opened.after = marks(look.language, look.quoted, within.quotes)
            self.write(before, within._replace(searched=False))
            within = within._replace(quoted=look.quoted + 1)
        elif element.tag in _TOKENS:
            self.space = not self.line_start
        elif element.tag == "ruby":
            within = within._replace(searched=False)
        opened.is_seam = interrupts(element, declared)
        if opened.is_seam:
            self.seam()
        flexible = is_flexible(declared) or (kind == "contents" and in_flexible)
        inside = list(_inside(element))
        return [(opened, within, False), *((w, within, flexible) for w in reversed(inside))]

    def close(self, opened: _Open, look: InheritedStyle) -> None:
        if opened.after:
            self.write(opened.after, look._replace(searched=False))
        if opened.is_seam:
            self.seam()
        if opened.element.tag in _TOKENS:
            self.space = not self.line_start
        self.begin(opened.kind, is_end=True)
        self.flow.spans.append((opened.element, opened.first, len(self.flow.blocks)))

    def begin_box(self) -> None:
        if self.space:
            self.pieces.append(" ")
        self.space, self.line_start = False, True

    def begin(self, kind: str, *, is_end: bool = False) -> None:
        """Separate what follows from what came before, as the kind of box requires."""
        if kind == "block":
            self.end_block()
        elif kind == "table-row":
            self.part("\n")
            self.cell = len(self.pieces)
        elif kind == "table-cell":
            self.end_cell()
        elif kind == "inline-block" and not is_end:
            self.begin_box()
        elif kind == "inline-block":
            self.space = self.line_start = False  # the box's own last line ends here

    def write(self, text: str, look: InheritedStyle) -> None:
        if not text or not (look.visible and look.sized):
            if text and look.visible:
                self.seam()
            return
        text = _UNPRINTABLE.sub(" ", text)
        if look.spaces == "all":
            self.put(text, look)
            self.line_start = text.endswith("\n")
        elif look.spaces == "lines":
            for n, line in enumerate(text.split("\n")):
                if n:
                    self.break_line()
                self.collapse(line, look)
        else:
            self.collapse(text, look)

    def collapse(self, text: str, look: InheritedStyle) -> None:
        if "\u200b" in text:
            text = _BREAK_AT_ZERO_WIDTH.sub("", text)
        words = _SPACES.sub(" ", text)
        if words.startswith(" ") and not self.line_start:
            self.space = True
        if bare := words.strip(" "):
            self.put(bare, look)
            self.space = words.endswith(" ")

    def put(self, text: str, look: InheritedStyle) -> None:
        if self.space:
            self.pieces.append(" ")
        before = next((p[-1:] for p in reversed(self.pieces[-3:]) if p != SEAM), "")
        shown = _transformed(text, look, before) if look.transform else text
        self.pieces.append(shown if look.searched else unsearched(shown))
        self.linked += len(text) if look.linked else 0
        self.space = self.line_start = False

    def seam(self) -> None:
        """Note that a search ends at this place; at the end of a line it always ends."""
        if not self.line_start and self.pieces[-1:] != [SEAM]:
            self.pieces.append(SEAM)

    def break_line(self) -> None:
        self.pieces.append("\n")
        self.space, self.line_start = False, True

    def end_cell(self) -> None:
        if "\n" in self.pieces[self.cell :]:
            # a cell of several lines belongs to the layout of a page, not to a table of data
            self.end_block()
        else:
            self.part("\t")
        self.cell = len(self.pieces)

    def part(self, gap: str) -> None:
        if self.pieces and not (self.line_start and self.pieces[-1] in (gap, "\n")):
            self.pieces.append(gap)
        self.space, self.line_start = False, True

    def end_block(self) -> None:
        text = _AT_LINE_END.sub("\n", "".join(self.pieces))
        made = [line.strip(" \t\n") for line in _BLANK_LINES.split(text)]
        made = [line for line in made if line]
        share = self.linked / max(sum(map(len, made)), 1)
        self.flow.blocks += [HtmlBlock(line, round(share * len(line))) for line in made]
        self.flow.blocks += self.later
        self.pieces, self.later, self.linked = [], [], 0
        self.space, self.line_start = False, True

    def lift(self, element: Element, look: InheritedStyle) -> None:
        """Write an element that is drawn apart, after its paragraph, which continues without it."""
        apart = HtmlFlow()
        _Writer(apart, self.styles, self.unmarked, lifted=True).walk(element, look)
        self.later += apart.blocks


def _inside(element: Element) -> Iterator[Element | str]:
    if element.text:
        yield element.text
    for child in element:
        yield child
        if child.tail:
            yield child.tail


def _transformed(text: str, look: InheritedStyle, before: str) -> str:
    """Change letter case as `text-transform` requires, by the rules of the language."""
    language = look.language.lower().split("-")[0]
    if look.transform == "capitalize":
        if before.isalnum():  # continues a word
            rest = re.match(r"\w*", text)
            split = rest.end() if rest else 0
            return text[:split] + _FIRST_LETTER.sub(lambda m: m[0].upper(), text[split:])
        return _FIRST_LETTER.sub(lambda m: m[0].upper(), text)
    if language in ("az", "tr"):
        text = text.replace("i", "İ") if look.transform == "uppercase" else text.replace("I", "ı")
        text = text if look.transform == "uppercase" else text.replace("İ", "i")
    if look.transform == "lowercase":
        return text.lower()
    if language == "el":
        bare = unicodedata.normalize("NFD", text).replace("\u0301", "")
        text = unicodedata.normalize("NFC", bare)
    return text.upper()
