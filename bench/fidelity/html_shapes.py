"""Make ten shapes of news page, each with what is true of it."""

import random
from collections.abc import Callable

from bench.fidelity.blocks import Document, Sentence
from bench.fidelity.html_inline import Inline
from bench.fidelity.html_page import FURNITURE, around, promotion
from bench.fidelity.stock import Stock

Flows = list[list[Sentence]]
Shape = Callable[[Inline], tuple[Flows, str]]


def article(inline: Inline) -> tuple[Flows, str]:
    """Write paragraphs with promotions between them."""
    lead, html = inline.paragraph(1)
    flow, made = list(lead), [f"<p class='lead'>{html}</p>"]
    for n in range(7):
        sentences, html = inline.paragraph(3)
        flow += sentences
        made += [f"<p>{html}</p>", promotion(n) if n % 2 else ""]
    return [flow], f"<article>{''.join(made)}</article>"


def soup(inline: Inline) -> tuple[Flows, str]:
    """Write no paragraphs at all: lines separated by breaks, in nested boxes."""
    flow, made = [], []
    for n in range(7):
        sentences, html = inline.paragraph(3)
        flow += sentences
        made.append(html + ("<br><br>\n" if n % 2 else "<br/>&nbsp;<br/>"))
    return [flow], f"<div><div class='txt'><div>{''.join(made)}</div></div></div>"


def live(inline: Inline) -> tuple[Flows, str]:
    """Write entries, newest first, each with its time."""
    flows, made = [], []
    for n in range(8):
        sentences, html = inline.paragraph(3)
        flows.append(sentences)
        clock = f"{18 - n}:{inline.draw.randint(10, 59)}"
        made.append(f"<li id='e{n}'><article><time>{clock}</time><p>{html}</p></article></li>")
    return flows, f"<h2>As it happened</h2><ol class='live-blog'>{''.join(made)}</ol>"


def interview(inline: Inline) -> tuple[Flows, str]:
    """Write questions and answers, quotes drawn by the browser, a block quote with its source."""
    flow, apart, made = [], [], []
    for n in range(6):
        question, asked = inline.paragraph(1)
        answer, said = inline.paragraph(2)
        flow += question + answer
        made.append(
            (
                f"<p><strong>{asked}</strong></p><p>{said}</p>",
                f"<dl><dt>{asked}</dt><dd>{said}</dd></dl>",
            )[n % 2]
        )
        if n % 3 == 1:
            quoted, words = inline.paragraph(1)
            source, named = inline.paragraph(1)
            apart += [quoted, source]
            made.append(
                f"<blockquote><p>{words}</p><footer><cite>{named}</cite></footer></blockquote>"
            )
    return [flow, *apart], f"<article>{''.join(made)}</article>"


def figures(inline: Inline) -> tuple[Flows, str]:
    """Write captions, asides and notes whose marks are after the full stop."""
    flow, apart, notes, made = [], [], [], []
    for n in range(6):
        sentences, html = inline.paragraph(3)
        flow += sentences
        note, words = inline.sentence()
        apart.append([note])
        number = n + 1
        notes.append(f"<li id='fn{number}'>{words} <a href='#ref{number}'>↩</a></li>")
        made.append(f"<p>{html}<sup><a id='ref{number}' href='#fn{number}'>{number}</a></sup></p>")
        beside, words = inline.paragraph(1)
        apart.append(beside)
        caption = (
            f"<figure><img src='/{n}.jpg' alt='A harbour'><figcaption>{words}</figcaption></figure>"
        )
        made.append((caption, f"<aside><h3>In short</h3><p>{words}</p></aside>")[n % 2])
    return [
        flow,
        *apart,
    ], f"<article>{''.join(made)}<ol class='footnotes'>{''.join(notes)}</ol></article>"


def tables(inline: Inline) -> tuple[Flows, str]:
    """Write tables and lists whose sentences continue over cells and items."""
    flow, made = [], []
    for n in range(4):
        sentences, html = inline.paragraph(2)
        rows = [inline.sentence() for _ in range(3)]
        flow += [*sentences, *(sentence for sentence, _ in rows)]
        lines = ["<td>" + words.replace("\0", "</td><td>") + "</td>" for _, words in rows]
        items = ["<li>" + words.replace("\0", "</li><li>") + "</li>" for _, words in rows]
        table = f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"
        made += [
            f"<p>{html.replace(chr(0), ' ')}</p>",
            (table, f"<ul>{''.join(items)}</ul>", f"<ol>{''.join(items)}</ol>")[n % 3],
        ]
    return [flow], f"<article>{''.join(made)}</article>"


def ministry(inline: Inline) -> tuple[Flows, str]:
    """Write sections of bare text with soft hyphens and `wbr` elements."""
    flow, made = [], []
    for n in range(4):
        first, html = inline.paragraph(2)
        second, words = inline.paragraph(2)
        third, address = inline.paragraph(1)
        flow += [*first, *second, *third]
        made.append(
            f"<section><h2>{n + 1}.</h2>{html}<div>{words}</div><address>{address}</address>"
            "</section>"
        )
    return [flow], f"<div id='content'>{''.join(made)}</div>"


def untidy(inline: Inline) -> tuple[Flows, str]:
    """Write unclosed paragraphs and boxes, words split by elements, and pretty-printed source."""
    flow, made = [], []
    for n in range(7):
        sentences, html = inline.paragraph(3)
        flow += sentences
        made.append(
            (
                f"<p>{html}\n",
                f"<div class=story>\n\t{html}\n</div></span>",
                f"<p><font size=2>{html}\n",
            )[n % 3]
        )
    return [flow], f"<div id=story>\n{''.join(made)}</div>"


# Name, function, and the ways in which words of its sentences are set.
SHAPES: dict[str, tuple[Shape, tuple[str, ...]]] = {
    "article": (article, ("", "nbsp", "bold", "")),
    "soup": (soup, ("break", "", "break", "nbsp")),
    "live": (live, ("", "bold", "hidden", "")),
    "interview": (interview, ("q", "q", "", "break")),
    "figures": (figures, ("", "nbsp", "")),
    "tables": (tables, ("next", "", "next")),
    "hidden": (article, ("hidden",)),
    "windows-1251": (soup, ("", "break", "")),
    "untidy": (untidy, ("untidy", "break", "untidy", "hidden")),
    "ministry": (ministry, ("soft", "wbr", "nbsp", "")),
}


def make(shape: str, language: str, number: int, stock: Stock) -> Document:
    """Make a page of a shape."""
    name = f"html-{shape}-{language}-{number}"
    draw = random.Random(name)
    build, hows = SHAPES[shape]
    inline = Inline(stock, language, draw, hows)
    headline = stock.deal(language)[0]
    title = headline.text
    flows, body = build(inline)
    charset = "windows-1251" if shape == "windows-1251" else "utf-8"
    old = shape in ("soup", "windows-1251")
    html, unseen = around(f"<h1>{title}</h1>{body}", title, inline, charset=charset, old=old)
    document = Document(
        name,
        "html",
        f"HTML, {shape}",
        [[headline], *flows],
        put_in=list(FURNITURE),
        unseen=[unseen],
    )
    document.data = html.encode("cp1251" if charset != "utf-8" else "utf-8", "xmlcharrefreplace")
    return document
