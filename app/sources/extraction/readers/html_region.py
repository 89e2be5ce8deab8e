"""Tell which paragraphs of a page belong to its main content and which surround it."""

import re
from collections.abc import Iterable
from itertools import accumulate
from xml.etree.ElementTree import Element

from app.sources.extraction.readers.html_flow import HtmlBlock, HtmlFlow

_WORD = re.compile(r"\w+")
_SENTENCE = re.compile(r"\w[.!?…。！？؟।][\"'”’»)\]]*(?:\s|$)")
_RUN = 4  # words in a row that hardly agree by chance
# share of a paragraph's runs of words found in the article that makes it part of the article
_LIKE = 0.5
_MANY_LINKS, _LINKED = 3, 0.8
_MOST = 0.8  # share of the article that the core of the page must hold
_TOO_MUCH = 0.3  # share of the words of a page above which an element cannot be mere surroundings

_NAVIGATION = frozenset("amp-ad amp-consent amp-sidebar amp-user-notification nav search".split())
_NAVIGATION_ROLES = frozenset("menu menubar navigation search toolbar".split())
_ROLES_AROUND = frozenset("banner complementary contentinfo form".split())
_PARTS = frozenset("article main section".split())
_NEVER = frozenset("body h1 html main".split())
_NOTICE = re.compile(
    r"(?:cookies?|consent|gdpr|privacy)[\w-]*(?:banner|bar|box|consent|dialog|layer|manager|message"
    r"|modal|notice|notification|overlay|popup|prompt|wall)|onetrust|didomi|\bcookies?\b",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?:^|[\s_-])(?:ads?|advert\w*|banner|breadcrumbs?|comments?|cookies?|disqus|gdpr|login|menu"
    r"|most-?(?:read|popular)|nav(?:bar|igation)?|newsletters?|outbrain|pagination|popup|promo\w*"
    r"|recirc\w*|recommend\w*|related|share|sharing|sidebar|skip|social|sponsor\w*|subscri\w*"
    r"|taboola|toolbar|trending|widget)(?=$|[\s_-])",
    re.IGNORECASE,
)


class _Counts:
    """Cumulative counts, so that any range of blocks is measured in constant time."""

    def __init__(self, flow: HtmlFlow) -> None:
        blocks = flow.blocks
        self.letters = _sums(len(block.text) for block in blocks)
        self.linked = _sums(block.linked for block in blocks)
        self.lines = _sums(block.text.count("\n") + 1 for block in blocks)
        self.sentences = _sums(bool(_SENTENCE.search(block.text)) for block in blocks)
        headings = [False] * len(blocks)
        for element, start, end in flow.spans:
            if element.tag == "h1":
                headings[start:end] = [True] * (end - start)
        self.headings = _sums(headings)

    def is_heavy(self, start: int, end: int) -> bool:
        """Tell whether a range of blocks has too much text to be surroundings of something else."""
        words = self.letters[end] - self.linked[end] - self.letters[start] + self.linked[start]
        return words > _TOO_MUCH * (self.letters[-1] - self.linked[-1])

    def is_list_of_links(self, start: int, end: int) -> bool:
        """Tell whether a range holds only links to other pages, none of them a sentence."""
        linked = self.linked[end] - self.linked[start]
        if not linked or linked < _LINKED * (self.letters[end] - self.letters[start]):
            return False
        many = self.lines[end] - self.lines[start] >= _MANY_LINKS
        return many and self.sentences[start] == self.sentences[end]


def choose(flow: HtmlFlow, article: str) -> list[HtmlBlock]:
    """Return the paragraphs of a page without its surroundings.

    `article` is the text that a library takes for the article. It misses words, so it only shows
    where the article is. Removed is what the page itself marks as surroundings, and what holds only
    links.
    """
    counts = _Counts(flow)
    links = [False] * len(flow.blocks)
    for element, start, end in flow.spans:
        if _is_navigation(element) or counts.is_list_of_links(start, end):
            links[start:end] = [True] * (end - start)
    alike = [
        like and not link for like, link in zip(_alike(flow.blocks, article), links, strict=True)
    ]
    chosen = _sums(len(block.text) * like for block, like in zip(flow.blocks, alike, strict=True))
    first, last = _core(flow, chosen)
    inner = _of_parts(flow)
    gone = [False] * len(flow.blocks)
    for element, start, end in flow.spans:
        if chosen[start] < chosen[end] or counts.is_heavy(start, end):
            continue
        outside = end <= first or start >= last
        headed = counts.headings[start] < counts.headings[end]
        if (
            _is_navigation(element)
            or _is_notice(element)
            or (counts.is_list_of_links(start, end) and (outside or _is_named(element)))
            or (outside and not headed and _is_around(element, inner))
        ):
            gone[start:end] = [True] * (end - start)
    return [block for block, out in zip(flow.blocks, gone, strict=True) if not out] or flow.blocks


def _alike(blocks: list[HtmlBlock], article: str) -> list[bool]:
    lines = [_WORD.findall(line) for line in article.split("\n")]
    short = {tuple(line) for line in lines}
    runs = {tuple(line[n : n + _RUN]) for line in lines for n in range(len(line) - _RUN + 1)}
    return [_is_alike(_WORD.findall(block.text), short, runs) for block in blocks]


def _is_alike(words: list[str], short: set[tuple[str, ...]], runs: set[tuple[str, ...]]) -> bool:
    if len(words) < _RUN:
        return bool(words) and tuple(words) in short
    found = sum(tuple(words[n : n + _RUN]) in runs for n in range(len(words) - _RUN + 1))
    return found >= _LIKE * (len(words) - _RUN + 1)


def _sums(values: Iterable[int]) -> list[int]:
    return [0, *accumulate(values)]


def _core(flow: HtmlFlow, chosen: list[int]) -> tuple[int, int]:
    """Return the range of the smallest element that holds most of the article."""
    if not chosen[-1]:
        return 0, len(flow.blocks)
    around = (
        (end - start, start, end)
        for _, start, end in flow.spans
        if start < end and chosen[end] - chosen[start] >= _MOST * chosen[-1]
    )
    _, start, end = min(around, default=(0, 0, len(flow.blocks)))
    return start, end


def _of_parts(flow: HtmlFlow) -> set[Element]:
    """Return headers, footers and asides of a part of the page: they are not those of the page."""
    found: set[Element] = set()
    waiting = [(flow.spans[-1][0], False)]
    while waiting:
        element, within = waiting.pop()
        if within and element.tag in ("aside", "footer", "header"):
            found.add(element)
        within = within or element.tag in _PARTS
        waiting.extend((child, within) for child in element)
    return found


def _is_navigation(element: Element) -> bool:
    return element.tag in _NAVIGATION or element.get("role", "").lower() in _NAVIGATION_ROLES


def _is_notice(element: Element) -> bool:
    if element.get("role", "").lower() in ("alertdialog", "dialog"):
        return True
    return element.tag not in _NEVER and bool(_NOTICE.search(_names(element)))


def _is_around(element: Element, inner: set[Element]) -> bool:
    if element.tag in _NEVER or element in inner:
        return False
    if element.tag in ("footer", "form", "header"):
        return True
    return element.get("role", "").lower() in _ROLES_AROUND or _is_named(element)


def _is_named(element: Element) -> bool:
    return bool(_NAMED.search(_names(element)))


def _names(element: Element) -> str:
    return f"{element.get('class', '')} {element.get('id', '')}"
