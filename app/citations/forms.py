"""A citation as CSL-JSON, BibTeX, RIS and as text."""

import re
from collections.abc import Callable
from functools import lru_cache
from html import escape, unescape

from app.citations.work import ON_RECORD, Work, one_line
from app.core.responses import dumps

STYLE, LOCALE = "harvard-cite-them-right", "en-GB"  # the style that the library brings along
_LATEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
_LATEX |= {"{": r"\textbraceleft{}", "}": r"\textbraceright{}"}  # BibTeX counts braces, escaped ones too
_LATEX |= {c: f"\\{c}" for c in "&%$#_"}
_IN_ADDRESS = {c: f"%{ord(c):02X}" for c in '{}\\<>"^`| '}
_RIS = {"dataset": "DATA", "article-newspaper": "NEWS", "webpage": "ELEC", "speech": "ELEC"}


def as_csl(work: Work) -> str:
    return dumps([work.csl()]).decode() + "\n"


def as_bibtex(work: Work) -> str:
    """One entry; `year` is for BibTeX, `date` for biblatex."""
    item = work.csl()
    newspaper = work.kind == "article-newspaper"
    fields = {
        "author": " and ".join(f"{{{_latex(n['literal'])}}}" for n in item.get("author", [])),
        "title": f"{{{_latex(item.get('title', ''))}}}",
        "journal" if newspaper else "howpublished": _latex(item.get("container-title", "")),
        "publisher": _latex(item.get("publisher", "")),
        "year": (work.issued or "")[:4],
        "date": work.issued or "",
        "version": _latex(work.version or ""),
        "langid": work.language or "",
        "note": rf"{ON_RECORD} \url{{{_address(work.record)}}}" if work.record else "",
        "url": _address(work.url or ""),
        "urldate": work.accessed or "",
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@{'article' if newspaper else 'misc'}{{{work.key},\n{lines}\n}}\n"


def as_ris(work: Work) -> str:
    """One reference; every value is one line, as the format asks for."""
    item = work.csl()
    lines = [("TY", _RIS.get(work.kind, "GEN")), ("ID", work.key), ("TI", item.get("title", ""))]
    lines += [("AU", name["literal"]) for name in item.get("author", [])]
    lines += [
        ("T2", item.get("container-title")),
        ("PB", item.get("publisher")),
        ("PY", work.issued and work.issued[:4]),
        ("DA", work.issued and _ris_date(work.issued)),
        ("Y2", work.accessed and _ris_date(work.accessed)),
        ("ET", work.version),
        ("LA", work.language),
        ("N1", item.get("note")),
        ("UR", work.url),
        ("ER", ""),
    ]
    return "".join(f"{tag}  - {value}\r\n" for tag, value in lines if value is not None)


@lru_cache(maxsize=1024)
def as_text(work: Work) -> str:
    """A reference as it stands in a bibliography, and what has to be said beside it."""
    from citeproc import Citation, CitationItem, CitationStylesBibliography, formatter
    from citeproc.source.json import CiteProcJSON

    item = {name: value for name, value in work.csl().items() if name not in ("note", "language")}
    marked = {name: escape(value, quote=False) if isinstance(value, str) else value for name, value in item.items()}
    bibliography = CitationStylesBibliography(_style(), CiteProcJSON([marked]), formatter.plain)
    bibliography.register(Citation([CitationItem(work.key)]))
    said = one_line(unescape(str(bibliography.bibliography()[0])))
    return f"{said} {ON_RECORD} {work.record}\n" if work.record else f"{said}\n"


@lru_cache(maxsize=1)
def _style() -> object:
    from citeproc import CitationStylesStyle

    return CitationStylesStyle(STYLE, locale=LOCALE, validate=False)


def _latex(text: str) -> str:
    return re.sub(r"[\\~^{}&%$#_]", lambda found: _LATEX[found[0]], text)


def _address(url: str) -> str:
    return re.sub(r'[{}\\<>"^`| ]', lambda found: _IN_ADDRESS[found[0]], url)


def _ris_date(text: str) -> str:
    year, month, day, *_ = [*text.split("-"), "", ""]
    return f"{year}/{month}/{day}/"


# What is asked for at the end of an address: media type, and how it is written.
FORMS: dict[str, tuple[str, Callable[[Work], str]]] = {
    "txt": ("text/plain; charset=utf-8", as_text),
    "bib": ("application/x-bibtex; charset=utf-8", as_bibtex),
    "ris": ("application/x-research-info-systems; charset=utf-8", as_ris),
    "json": ("application/vnd.citationstyles.csl+json", as_csl),
}
