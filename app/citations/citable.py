"""Something that can be cited, as plain values: what every form of a citation is written from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ON_RECORD, QUOTING = "On record at", "Quoting"
# A kind of work as Zotero names it; a page about somebody's words is saved as the page that it is.
ZOTERO = {"dataset": "dataset", "article-newspaper": "newspaperArticle", "document": "document"}
US = "Parley"  # who keeps the record: the author of what is ours


@dataclass(frozen=True, slots=True)
class Work:
    """Dates are imprecise ones as stored; names stand as written: which part is the family's is not known."""

    key: str  # tells it from others in a list of references
    kind: str  # one of CSL's types
    title: str
    url: str | None
    authors: tuple[str, ...] = ()
    container: str | None = None
    publisher: str | None = None
    issued: str | None = None
    accessed: str | None = None
    version: str | None = None
    language: str | None = None
    record: str | None = None  # where it is on record here, if its own address is elsewhere
    reference: str | None = None  # where to find what has no address
    quoting: tuple[str, ...] = ()  # the sources that it quotes, in words

    @property
    def quoted(self) -> str | None:
        return f"{QUOTING} {'; '.join(self.quoting)}" if self.quoting else None

    @property
    def note(self) -> str | None:
        """What most styles have no place for: the sources that it quotes, and where it is on record."""
        return (
            ". ".join(filter(None, [self.quoted, self.record and f"{ON_RECORD} {self.record}"]))
            or None
        )

    def csl(self) -> dict[str, Any]:
        """Write it as an item of CSL-JSON, what is not known left out."""
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
    """What a page says of how to cite it: the work, where it stays, its forms, and the same for search engines."""

    work: Work
    permalink: str  # the address that answers the same for ever
    stem: str  # address of its forms, without what tells them apart: "/quotes/3/cite"
    query: str  # "" or "?known_at=…"
    linked_data: Mapping[str, Any]

    @property
    def meta(self) -> list[tuple[str, str]]:
        """What Zotero's reader of pages takes; a `citation_title` would make it guess a journal article."""
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
    return " ".join(text.split())


def shortened(text: str, most: int = 300) -> str:
    """Cut a text at a word, with a sign that it was cut."""
    text = one_line(text)
    if len(text) <= most:
        return text
    return text[:most].rsplit(" ", 1)[0].rstrip(" ,;:") + " …"


def _parts(text: str) -> dict[str, list[list[int]]]:
    return {"date-parts": [[int(part) for part in text.split("-")]]}
