"""Represent citable things as plain values, from which all citation formats are written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ON_RECORD, QUOTING = "On record at", "Quoting"
# Item types of Zotero; a page about a quote is saved as a web page.
ZOTERO = {"dataset": "dataset", "article-newspaper": "newspaperArticle", "document": "document"}
US = "Parley"  # keeps the record, and so is the author of our own pages


@dataclass(frozen=True, slots=True)
class CitedWork:
    """A citable work.

    Dates are imprecise ones as stored. Names are unparsed, since it is not known which part is the
    family name.
    """

    key: str  # identifies it in a bibliography
    kind: str  # a CSL item type
    title: str
    url: str | None
    authors: tuple[str, ...] = ()
    container: str | None = None
    publisher: str | None = None
    issued: str | None = None
    accessed: str | None = None
    version: str | None = None
    language: str | None = None
    record: str | None = None  # where it is recorded here, if `url` is elsewhere
    reference: str | None = None  # where to find it, if it has no URL
    quoting: tuple[str, ...] = ()  # the sources that it quotes, as text

    @property
    def quoted(self) -> str | None:
        """Name the quoted sources; None if there are none."""
        return f"{QUOTING} {'; '.join(self.quoting)}" if self.quoting else None

    @property
    def note(self) -> str | None:
        """What most styles have no field for: the quoted sources, and where it is recorded here."""
        return (
            ". ".join(filter(None, [self.quoted, self.record and f"{ON_RECORD} {self.record}"]))
            or None
        )

    def csl(self) -> dict[str, Any]:
        """Return a CSL-JSON item without empty fields."""
        item: dict[str, Any] = {
            "id": self.key,
            "type": self.kind,
            "title": one_line(self.title),
            "author": [{"literal": one_line(name)} for name in self.authors],
            "container-title": self.container and one_line(self.container),
            "publisher": self.publisher and one_line(self.publisher),
            "issued": self.issued and _parts(self.issued),
            "accessed": self.accessed and _parts(self.accessed),
            "version": self.version,
            "language": self.language,
            "archive_location": self.reference and one_line(self.reference),
            "note": self.note,
            "URL": self.url,
        }
        return {name: value for name, value in item.items() if value}


@dataclass(frozen=True, slots=True)
class Cite:
    """How to cite a page: the work, its permanent link and formats, and data for search engines."""

    work: CitedWork
    permalink: str  # the URL whose response never changes
    stem: str  # URL of its formats without their extension: "/quotes/3/cite"
    query: str  # "" or "?known_at=…"
    linked_data: Mapping[str, Any]

    @property
    def meta(self) -> list[tuple[str, str]]:
        """Meta tags for Zotero's page reader.

        There is no `citation_title`, which would make Zotero guess a journal article.
        """
        work = self.work
        tags = [
            ("z:itemType", ZOTERO.get(work.kind, "webpage")),
            ("DC.title", one_line(work.title)),
        ]
        tags += [("citation_author", name) for name in work.authors]
        optional = {
            "citation_publication_date": work.issued and work.issued.replace("-", "/"),
            "og:site_name": work.container and one_line(work.container),
            "citation_publisher": work.publisher,
            "citation_language": work.language,
            "citation_public_url": self.permalink,
        }
        return tags + [(name, value) for name, value in optional.items() if value]


def one_line(text: str) -> str:
    """Reduce all white space to single spaces."""
    return " ".join(text.split())


def shortened(text: str, most: int = 300) -> str:
    """Cut a text after a word, and mark the cut with an ellipsis."""
    text = one_line(text)
    if len(text) <= most:
        return text
    return text[:most].rsplit(" ", 1)[0].rstrip(" ,;:") + " …"


def _parts(text: str) -> dict[str, list[list[int]]]:
    return {"date-parts": [[int(part) for part in text.split("-")]]}
