"""Write citations as CSL-JSON, BibTeX, RIS and text."""

import re
import string
from collections.abc import Callable
from functools import lru_cache
from html import escape, unescape
from typing import Any
from urllib.parse import quote, urlsplit

from app.citations.citable import ON_RECORD, CitedWork, one_line
from app.http.responses import dumps

STYLE, LOCALE = "harvard-cite-them-right", "en-GB"  # the style that the library includes
_LATEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
# BibTeX counts braces, even escaped ones.
_LATEX |= {"{": r"\textbraceleft{}", "}": r"\textbraceright{}"}
_LATEX |= {c: f"\\{c}" for c in "&%$#_"}
_AS_THEY_ARE = "".join(set(string.punctuation) - set('{}\\<>"^`|'))  # unescaped in URLs
# Zotero reads GEN, and every type that it does not know, as a journal article.
_RIS = {
    "dataset": "DATA",
    "article-newspaper": "NEWS",
    "webpage": "ELEC",
    "speech": "ELEC",
    "document": "MANSCPT",
}
# Kinds whose titles the style puts in quotation marks.
_QUOTED = ("article-newspaper", "dataset", "document", "speech")


def as_csl(work: CitedWork) -> str:
    """Return a list of one CSL-JSON item."""
    return dumps([work.csl()]).decode() + "\n"


def as_bibtex(work: CitedWork) -> str:
    """Return one BibTeX entry; `year` is for BibTeX, `date` for biblatex."""
    item = work.csl()
    # Readers of BibTeX report an article without these three as an error.
    article = work.kind == "article-newspaper" and {"author", "container-title", "issued"} <= set(
        item
    )
    beside = [_latex(part) for part in (item.get("archive_location"), work.quoted) if part]
    beside += [f"{ON_RECORD} {_url(work.record)}"] if work.record else []
    fields = {
        "author": " and ".join(f"{{{_latex(n['literal'])}}}" for n in item.get("author", [])),
        "title": f"{{{_latex(item.get('title', ''))}}}",
        "journal" if article else "howpublished": _latex(item.get("container-title", "")),
        "publisher": _latex(item.get("publisher", "")),
        # biblatex prints the organization of such entries.
        "organization": "" if article else _latex(item.get("publisher", "")),
        "year": (work.issued or "")[:4],
        "date": work.issued or "",
        "version": _latex(work.version or ""),
        "langid": work.language or "",
        "note": ". ".join(beside),
        "url": _address(work.url or ""),
        "urldate": work.accessed or "",
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@{'article' if article else 'misc'}{{{work.key},\n{lines}\n}}\n"


def as_ris(work: CitedWork) -> str:
    """Return one RIS reference; each value is on one line, as the format requires."""
    item = work.csl()
    lines = [("TY", _RIS[work.kind]), ("ID", work.key), ("TI", item.get("title", ""))]
    lines += [("AU", name["literal"]) for name in item.get("author", [])]
    lines += [
        ("T2", item.get("container-title")),
        ("PB", item.get("publisher")),
        ("PY", work.issued and work.issued[:4]),
        ("DA", work.issued and _ris_date(work.issued)),
        ("Y2", work.accessed and _ris_date(work.accessed)),
        ("ET", work.version),
        ("LA", work.language),
        ("AV", item.get("archive_location")),
        # Few programs read AV.
        ("N1", ". ".join(filter(None, [item.get("archive_location"), work.note])) or None),
        ("UR", work.url),
        ("ER", ""),
    ]
    return "".join(f"{tag}  - {value}\r\n" for tag, value in lines if value is not None)


@lru_cache(maxsize=1024)
def as_text(work: CitedWork) -> str:
    """Return a reference in the bibliography's style, followed by the note."""
    from citeproc import Citation, CitationItem, CitationStylesBibliography, formatter
    from citeproc.source.json import CiteProcJSON

    item = _said_once(
        {name: v for name, v in work.csl().items() if name not in ("note", "language")}
    )
    bibliography = CitationStylesBibliography(
        _style(), CiteProcJSON([_as_markup(item)]), formatter.plain
    )
    bibliography.register(Citation([CitationItem(work.key)]))
    said = one_line(unescape(str(bibliography.bibliography()[0])))
    for part in (work.title, work.container, work.publisher, *work.authors):
        # "?" and "!" end a sentence, which the library does not know.
        if part and part.endswith(("?", "!")):
            said = said.replace(f"{one_line(part)}.", one_line(part))
    beside = [_sentence(part) for part in (item.get("archive_location"), work.note) if part]
    return " ".join([said, *beside]) + "\n"


def _said_once(item: dict[str, Any]) -> dict[str, Any]:
    """Put in the author's place what the style puts there if there is no author.

    The library would also print it a second time in its usual place.
    """
    if item.get("author"):
        return item
    title = item["title"]
    first = f"‘{title}’" if item["type"] in _QUOTED else title
    instead = "title"
    if item["type"] == "article-newspaper" and "container-title" in item:
        first, instead = item["container-title"], "container-title"
    return {n: v for n, v in item.items() if n != instead} | {"author": [{"literal": first}]}


def _as_markup(value: Any) -> Any:
    match value:
        case str():
            return escape(value, quote=False)
        case list():
            return [_as_markup(part) for part in value]
        case dict():
            return {name: _as_markup(part) for name, part in value.items()}
        case _:
            return value


def _sentence(text: str) -> str:
    """End a text with a full stop, except after a URL, which the full stop would become part of."""
    return (
        text
        if text.endswith((".", "!", "?", "…")) or "://" in text.rpartition(" ")[2]
        else f"{text}."
    )


@lru_cache(maxsize=1)
def _style() -> object:
    from citeproc import CitationStylesStyle

    return CitationStylesStyle(STYLE, locale=LOCALE, validate=False)


def _latex(text: str) -> str:
    return re.sub(r"[\\~^{}&%$#_]", lambda found: _LATEX[found[0]], text)


def _address(url: str) -> str:
    """Return a URL in characters that every version of TeX accepts."""
    host = urlsplit(url).hostname or ""
    if not host.isascii():
        url = url.replace(host, host.encode("idna").decode(), 1)
    return quote(url, safe=_AS_THEY_ARE)


def _url(address: str) -> str:
    r"""Return a URL for use within text, where % begins a comment, even inside `\url`."""
    address = _address(address).replace("%3A", ":")
    return _latex(address) if set(address) & set("%#~") else rf"\url{{{address}}}"


def _ris_date(text: str) -> str:
    year, month, day, *_ = [*text.split("-"), "", ""]
    return f"{year}/{month}/{day}/"


# By extension of the URL: media type and writer.
FORMS: dict[str, tuple[str, Callable[[CitedWork], str]]] = {
    "txt": ("text/plain; charset=utf-8", as_text),
    "bib": ("application/x-bibtex; charset=utf-8", as_bibtex),
    "ris": ("application/x-research-info-systems; charset=utf-8", as_ris),
    "json": ("application/vnd.citationstyles.csl+json", as_csl),
}
