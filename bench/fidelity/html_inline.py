"""Write sentences as HTML of news pages: in elements of every kind, with hidden words."""

import random
import re
from collections.abc import Sequence
from dataclasses import replace
from html import escape

from bench.fidelity.blocks import Piece, Sentence
from bench.fidelity.compose import decorate
from bench.fidelity.stock import Stock

ELEMENTS = {
    "date": (
        "time datetime='2031-03-11'",
        "b",
        "a href='/day'",
        "span class='date'",
        "abbr title='a day'",
        "u",
    ),
    "time": ("time", "span class='t'", "strong", "small"),
    "number": ("data value='7'", "strong", "b", "span", "em", "mark", "var", "samp"),
    "place": (
        "a href='/place'",
        "span class='place'",
        "em",
        "i",
        "dfn",
        "bdi",
        "font color='navy'",
        "kbd",
    ),
    "person": (
        "a href='/person' rel='author'",
        "strong",
        "cite",
        "span itemprop='name'",
        "b",
        "mark",
    ),
    "article": ("a href='#article'", "abbr title='Article'", "code", "span", "ins"),
}
UNSEEN = (
    "<span hidden>{}</span>",
    "<span style='display:none'>{}</span>",
    "<span style='visibility: hidden'>{}</span>",
    "<!-- {} -->",
    "<i class='gone'>{}</i>",
    "<template>{}</template>",
    "<script>{}</script>",
    "<b style='color:red; display: none !important'>{}</b>",
    "<span class='share'><span>{}</span></span>",
    "<noscript>{}</noscript>",
    "<em id='tip'>{}</em>",
    "<span style='display:none'>{}<b style='display:inline'>{}</b></span>",
)
STYLE = (
    "<style>/* .lead{display:none} */.gone{display:none}.lead{font-weight:bold}.share > span, #tip"
    " {visibility:hidden}"
    "@media print{p{display:none}}@media screen{.paper{display:none}}</style>"
)
UNSEEN_BLOCKS = (
    "<p hidden>{}</p>",
    "<div style='display:none'><p>{}</p></div>",
    "<p class='gone'>{}</p>",
    "<template><p>{}</p></template>",
    "<!-- <p>{}</p> -->",
    "<dialog><p>{}</p></dialog>",
    "<div class='share paper'><p>{}</p></div>",
)


class Inline:
    """Write sentences as HTML, and keep what is true of each."""

    def __init__(
        self, stock: Stock, language: str, draw: random.Random, hows: Sequence[str] = ()
    ) -> None:
        self.stock, self.language, self.draw, self.hows = stock, language, draw, hows
        self.turn = draw.randrange(100)

    def sentence(self) -> tuple[Sentence, str]:
        """Return a new sentence of the stock and its HTML."""
        sentence = self.stock.deal(self.language)[0]
        if self.hows:
            self.turn += 1
            how = self.hows[self.turn % len(self.hows)]
            sentence = _quoted(sentence) if how == "q" else decorate(sentence, how, self.draw)
        return sentence, "".join(map(self.piece, sentence.pieces))

    def paragraph(self, count: int) -> tuple[list[Sentence], str]:
        """Return some consecutive sentences."""
        made = [self.sentence() for _ in range(count)]
        return [sentence for sentence, _ in made], " ".join(html for _, html in made)

    def piece(self, piece: Piece) -> str:
        """Return a piece as HTML."""
        words = escape(piece.text, quote=False).replace("\xad", "&shy;").replace("\xa0", "&nbsp;")
        if piece.how == "break":
            return self.draw.choice(("<br>", "<br/>", "<br />\n"))
        if piece.how == "hidden":
            return self.draw.choice(UNSEEN).replace("{}", words)
        if piece.how == "next":
            return "\0"  # lists and rows are split here
        if piece.how == "q":
            return f"<q>{words[1:-1]}</q>"
        if piece.how == "untidy":
            return self._untidy(words)
        if piece.how == "wbr":
            return re.sub(r"(\w{4})(\w{4})", r"\1<wbr>\2", words)
        if piece.role and self.draw.random() < 0.8:
            element = self.draw.choice(ELEMENTS[piece.role])
            return f"<{element}>{words}</{element.split()[0]}>"
        return words

    def _untidy(self, words: str) -> str:
        """Return words as careless programs write them.

        They are split by elements, comments and line ends, or written as entities.
        """
        middle = len(words) // 2
        left, right = words[:middle], words[middle:]
        shapes = (
            f"<b>{left}</b>{right}",
            f"{left}<!-- editor: check -->{right}",
            f"<span>{left}<i><u>{right}</u></i></span>",
            f"<div style='display:inline'>{words}</div>",
            words.replace(" ", "\n\t\t  "),
            "".join(f"&#{ord(letter)};" if letter.isalpha() else letter for letter in words),
            "".join(f"&#x{ord(letter):x};" if letter.isalpha() else letter for letter in words),
        )
        return self.draw.choice(shapes)


def _quoted(sentence: Sentence) -> Sentence:
    """Replace quotation marks by `q`, around which the browser draws them."""
    pieces: list[Piece] = []
    for piece in sentence.pieces:
        parts = re.split(r"(“[^”]+”|«[^»]+»)", piece.text) if not piece.role else [piece.text]
        pieces += [
            replace(piece, text=part, how="q" if part[0] in "“«" else "") for part in parts if part
        ]
    return replace(sentence, pieces=tuple(pieces))
