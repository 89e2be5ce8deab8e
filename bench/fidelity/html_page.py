"""Write what surrounds an article on a news page and is not part of it.

Navigation, banners, related headlines.
"""

import json

from bench.fidelity.html_inline import STYLE, UNSEEN_BLOCKS, Inline

NAVIGATION = ("Home", "Politics", "Fisheries", "Weather", "Subscribe now")
PROMOTIONS = (
    "Read more: ferry timetable for the weekend",
    "Advertisement",
    "Sign up for our evening letter",
    "Share this story",
)
COOKIES = "We and our 84 partners store cookies on your device."
RELATED = (
    "Harbour dues to rise again",
    "Lighthouse keeper finds a piano",
    "Storm closes the coastal road",
)
FURNITURE = (*NAVIGATION[:2], *PROMOTIONS, COOKIES, *RELATED)


def promotion(number: int) -> str:
    """Return a promotional block between two paragraphs."""
    words = PROMOTIONS[number % len(PROMOTIONS)]
    shapes = (
        "<div class='promo'><a href='/x'>{}</a></div>",
        "<aside class='ad'>{}</aside>",
        "<button>{}</button>",
    )
    return shapes[number % len(shapes)].format(words)


def around(
    article: str, title: str, inline: Inline, *, charset: str = "utf-8", old: bool = False
) -> tuple[str, str]:
    """Put an article into a page; return also a sentence in it that no reader sees."""
    unseen = inline.stock.deal(inline.language)[0].text
    hidden = inline.draw.choice(UNSEEN_BLOCKS).format(unseen)
    way = " dir='rtl'" if inline.language == "ar" else ""
    links = "".join(f"<li><a href='/{n}'>{word}</a></li>" for n, word in enumerate(NAVIGATION))
    more = "".join(f"<li><a href='/r{n}'>{words}</a></li>" for n, words in enumerate(RELATED))
    data = json.dumps(
        {"@type": "NewsArticle", "headline": title, "articleBody": unseen}, ensure_ascii=False
    )
    if old:
        body = (
            f"<table width='100%'><tr><td>{' | '.join(NAVIGATION)}</td></tr>"
            f"<tr><td><font size='2'>{article}</font></td>"
            f"<td><ul>{more}</ul></td></tr></table><center>{COOKIES}</center>{hidden}"
        )
    else:
        body = (
            f"<header><nav><ul>{links}</ul></nav></header><div class='cookie-banner' role='dialog'>"
            f"<p>{COOKIES}</p>"
            f"<button>Accept</button></div><main>{article}{hidden}<section class='related'>"
            "<h2>Related</h2>"
            f"<ul>{more}</ul></section></main><footer><p>© The Ossiny Courier</p></footer>"
        )
    kind = (
        '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">'
        if charset != "utf-8"
        else ""
    )
    html = (
        f"<!DOCTYPE html>\n<html lang='{inline.language}'{way}>"
        f"<head>{kind or '<meta charset=utf-8>'}"
        f"<title>{title}</title>{STYLE}<script type='application/ld+json'>{data}</script></head>"
        f"<body>{body}</body></html>"
    )
    return html, unseen
