"""Test that the text of a page has what its reader sees, all of it and nothing else."""

import pytest

from app.sources.extraction.readers import UnreadableContent, html
from app.sources.extraction.readers.html_media import applies

UNSEEN = "<style>.tip{position:absolute}.off{position:absolute;left:-9999px}</style>"
LINKED = "<link rel=stylesheet href=/all.css>"


def text_of(page: str) -> str:
    text: str = html.read(page.encode())["text"]
    return text


@pytest.mark.parametrize(
    ("page", "text"),
    [
        (
            "<p>The truce begins on <time>11 March</time> and ends on <time>30 April</time>, he"
            " said.</p>",
            "The truce begins on 11 March and ends on 30 April, he said.",
        ),
        (
            "He said <q>we are ready to sign</q>, then left.",
            "He said “we are ready to sign”, then left.",
        ),
        ("<p lang=de>Er sagte: <q>So ist <q>es</q>.</q>", "Er sagte: „So ist ‚es‘.“"),
        ("<style>q:before{content:none}</style>He said “<q>we sign</q>”.", "He said “we sign”."),
        ("We will <span hidden>not </span>sign today.", "We will sign today."),
        ("<ul><li>We sign<li>in May.</ul>", "We sign\n\nin May."),
        ("<table><tr><td>We sign<td>in May.<tr><td>a<td>b</table>", "We sign\tin May.\na\tb"),
        (
            "<figure><img alt=no><figcaption>A port.</figcaption></figure><aside>Aside.</aside>",
            "A port.\n\nAside.",
        ),
        ("<blockquote><p>We sign.</p><cite>Volk</cite></blockquote>", "We sign.\n\nVolk"),
        ("<details><summary>More</summary>We sign.</details>", "More\n\nWe sign."),
        ("<p><span style='float: left'>W</span>e sign.", "We sign."),
        (
            f"{UNSEEN}<p>We will<i class=tip> (or not)</i> sign.<p>b",
            "We will sign.\n\n(or not)\n\nb",
        ),
        (f"{UNSEEN}<p>We will<i class=off> not</i> sign.", "We will sign."),
        (
            "<p>We will <i style='font-size:0'>not </i>sign<i style='opacity:0'> late</i>.",
            "We will sign.",
        ),
        (
            "<p>We will <i style='clip:rect(0 0 0 0);position:absolute'>not </i>sign.",
            "We will sign.",
        ),
        (
            f"{LINKED}<p>We <a>sign<span class=sr-only> (in a new window)</span></a> it.",
            "We sign it.",
        ),
        ("<p>We <a>sign<span class=sr-only> (in May)</span></a> it.", "We sign (in May) it."),
        ("<div style='opacity:0'>We sign.</div>", "We sign."),
        ("<body style='display:none'><p>We sign.", "We sign."),
        ("<svg><title>no</title><text>A</text><text>B</text></svg>", "A\n\nB"),
        (
            "<p>if <math><mi>x</mi><mo>=</mo><mn>2</mn><annotation>no</annotation></math>.",
            "if x = 2 .",
        ),
        ("<p>a\x0cb&#7;c&#x85;d", "a b c…d"),
        ("<p>one<br><br>two<br>three", "one\n\ntwo\nthree"),
        (
            '<?xml version="1.0"?><html><head><title/><script src="x"/></head><body><p>a<span/>b',
            "ab",
        ),
        ("<p>a<noscript><p>no</noscript>b<!-- <noscript> -->c", "abc"),
        ("<template><p>no</p></template><object data=x>no</object><p>a<video>no</video>", "a"),
    ],
)
def test_the_words_are_those_that_a_reader_sees(page: str, text: str) -> None:
    assert text_of(page) == text


@pytest.mark.parametrize(
    "page", ["<p hidden>We sign.</p>", "<nav></nav>", "<script>We sign</script>"]
)
def test_a_page_that_shows_nothing_says_so(page: str) -> None:
    with pytest.raises(UnreadableContent, match="no visible text"):
        text_of(page)


@pytest.mark.parametrize(
    "page",
    [
        "<nav><a href=/>Home</a></nav>",
        "<div class='cookie-banner'><p>We use cookies.</p></div><p>We sign.</p>",
        "<p><a href=/1>One</a><p><a href=/2>Two</a><p><a href=/3>Three</a>",
    ],
)
def test_where_there_is_nothing_else_what_is_around_an_article_is_the_text(page: str) -> None:
    assert text_of(page)


def test_what_an_article_is_not_in_stays_out_of_it_only_where_the_page_says_so() -> None:
    words = "The delegation said on {} that the northern bridges would stay open until May. "
    article = "".join(f"<p>{words.format(day) * 2}</p>" for day in ("Monday", "Tuesday", "Friday"))
    around = (
        "<header><a href=/>Courier</a></header><p class=standfirst>The bridges are open.</p>"
        f"<div class=body>{article}</div><div class=comments><p>Never, says a reader.</p></div>"
        "<div class=correction><p>This was corrected.</p></div><footer>© Courier</footer>"
    )
    paragraphs = text_of(f"<body>{around}").split("\n\n")
    assert [paragraphs[0], len(paragraphs), paragraphs[-1]] == [
        "The bridges are open.",
        5,
        "This was corrected.",
    ]


def test_words_in_a_shadow_tree_are_drawn_where_its_host_stands() -> None:
    inner = "<template shadowrootmode=closed>(<slot></slot>)</template>"
    shadow = (
        "<template shadowrootmode=open><style>.x{display:none}</style><h2><slot name=title>No"
        " title</slot></h2>"
        f"<p>We <slot></slot>.<p class=x>No<p><u>{inner}today</u><slot name=none>None</slot>"
        "</template>"
    )
    light = "sign<b slot=title>Talks</b><i slot=gone>Gone</i>"
    page = f"<style>u{{display:none}}</style><x-a>{shadow}{light}</x-a><p class=x>b"
    assert text_of(page) == "Talks\n\nWe sign.\n\n(today)None\n\nb"


def test_lists_of_links_and_asides_within_an_article_are_kept() -> None:
    words = (
        "<p>The delegation said on {} that the northern bridges would stay open until the"
        " fourth of May.</p>"
    )
    links = "".join(
        f"<li><a href=/{n}>{word}</a>" for n, word in enumerate(("a truce", "a bridge", "a port"))
    )
    text = text_of(
        f"<main><h1>Talks</h1><div class=text>{words.format('Monday')}<p>They ask"
        f" for<ul>{links}</ul>"
        f"{words.format('Friday')}</div><aside class=sidebar><p>The port lies in Borsk.</p></aside>"
        f"<div class=more-related><ul>{links.replace('a ', 'one ')}</ul></div></main>"
    )
    assert "They ask for\n\na truce\n\na bridge\n\na port" in text
    assert "The port lies in Borsk." in text and "one truce" not in text


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("", True),
        ("all", True),
        ("print", False),
        ("not print", True),
        ("only screen and (min-width: 40em)", True),
        ("screen and (max-width: 600px)", False),
        ("(width >= 1281px)", False),
        ("(width<=1280px)", True),
        ("print, (orientation: landscape)", True),
        ("(prefers-color-scheme: dark)", False),
        ("(nobody-knows: 1)", False),
        ("not (nobody-knows: 1)", False),
        ("(min-width: 1.2.3px)", False),
    ],
)
def test_media_queries_are_those_of_a_wide_screen(query: str, holds: bool) -> None:
    assert applies(query) is holds
