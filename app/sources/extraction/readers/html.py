"""Read HTML: the words that a browser shows; only the choice of paragraphs is a guess."""

import contextlib
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.sources.extraction.readers import TEXT, Found, UnreadableContent
from app.sources.extraction.readers.html_flow import write_down
from app.sources.extraction.readers.html_region import choose
from app.sources.extraction.readers.html_seams import take_out
from app.sources.extraction.readers.html_styles import read_styles
from app.sources.extraction.readers.html_tree import parse

SECONDS = 7  # of processor time in all; the article is only advice and gets what is left of it
ADVICE = (0.5, 2)  # seconds at least and at most for finding the article


@dataclass(slots=True)
class _Article:
    """What trafilatura takes for the article, and the metadata of the page."""

    text: str = ""
    about: Found = field(default_factory=dict)


def read(data: bytes) -> Found:
    """Return the text that a reader of a page sees, without navigation, and the page's metadata.

    Raises UnreadableContent if there is no text or too much of it.
    """
    begun = time.process_time()
    html = data.decode()
    page = parse(html)
    flow = write_down(page, *read_styles(page))
    if not flow.blocks:
        raise UnreadableContent("This page has no visible text: paste the text instead.")
    if sum(len(block.text) for block in flow.blocks) > TEXT:
        raise UnreadableContent(f"Its text is longer than {TEXT // 1024**2} MB.")
    left = SECONDS - (time.process_time() - begun)
    article = _article(html, min(max(left, ADVICE[0]), ADVICE[1]))
    language = page.root.get("lang") or page.root.get("xml:lang")
    text, seams = take_out("\n\n".join(block.text for block in choose(flow, article.text)))
    return {"text": text, "seams": seams, "language": language} | article.about


def _article(html: str, seconds: float = ADVICE[1]) -> _Article:
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    try:
        with _at_most(seconds):
            document = bare_extraction(
                html,
                fast=True,
                with_metadata=True,
                include_comments=False,
                include_tables=True,
                favor_recall=True,
                date_extraction_params={"extensive_search": False, "original_date": True},
            )
    except Exception:  # whatever the library trips over: the text of the page does not depend on it
        return _Article()
    if not isinstance(document, Document):
        return _Article()
    about = {
        "title": document.title,
        "author": document.author,
        "publisher": document.sitename,
        "published_on": document.date,
        "language": document.language,
        "url": document.url,
        "licence": document.license,
    }
    return _Article(document.text or "", {name: value for name, value in about.items() if value})


@contextlib.contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Raise TimeoutError in a block that takes longer; repeat it in case the block catches it."""

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds, 0.2)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
