"""Define what a search takes and answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, NotRequired

from markupsafe import Markup, escape
from pydantic import Field
from typing_extensions import TypedDict

from app.core.input_models import Day, Instant, Query, Slug
from app.http.described import Bare, Meta
from app.models.vocabulary import Firmness, QuoteKind

LANGUAGE = r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"


class HitType(StrEnum):
    """The kinds of things that a search finds."""

    PARTY = "party"
    ISSUE = "issue"
    SPEAKER = "speaker"
    NEGOTIATION = "negotiation"
    POSITION = "position"
    QUOTE = "quote"
    SOURCE = "source"


class SearchQuery(Query):
    """Query of a search, with the filters that its positions have to pass."""

    q: Annotated[
        str,
        Field(
            max_length=1000,
            description='Words, a "phrase in quotation marks", `or`,'
            " and `-` before what must not be there, in any form.",
        ),
    ]
    type: Annotated[list[HitType], Field(description="Only results of these types.")] = []
    negotiation: Annotated[
        list[Slug],
        Field(description="Only positions of these negotiations. This, as each filter of positions,"
              " leaves out parties, issues, speakers, negotiations and sources."),
    ] = []  # fmt: skip
    party: Annotated[list[Slug], Field(description="Only positions of these parties.")] = []
    issue: Annotated[
        list[Slug], Field(description="Only positions on these issues, in every negotiation.")
    ] = []
    firmness: Annotated[list[Firmness], Field(description="Only positions as firm as this.")] = []
    kind: Annotated[
        list[QuoteKind], Field(description="Only positions with quotes of this kind.")
    ] = []
    language: Annotated[
        list[Annotated[str, Field(pattern=LANGUAGE, max_length=35)]],
        Field(description="Only positions with quotes in these languages, such as `uk`."),
    ] = []
    since: Annotated[
        Day | None, Field(description="Only positions stated by this day or a later one.")
    ] = None
    until: Annotated[Day | None, Field(description="Only positions stated by this day.")] = None
    limit: Annotated[int, Field(ge=1, le=500, description="Maximum number of results.")] = 50
    cursor: Annotated[
        str | None, Field(max_length=1000, description="From `meta.next`, with the same words.")
    ] = None
    known_at: Annotated[
        Instant | None, Field(description="What the database held at this instant.")
    ] = None

    @property
    def filters(self) -> dict[str, list[str]]:
        """Return the values that are chosen of each filter of positions."""
        return {name: [str(one) for one in getattr(self, name)] for name in FACETS}

    @property
    def filtered(self) -> bool:
        """Tell whether positions are filtered."""
        return any(self.filters.values()) or self.since is not None or self.until is not None


FACETS = ("negotiation", "party", "issue", "firmness", "kind", "language")


class ApiQuery(SearchQuery):
    """Query of a search by the API."""

    grouped: Annotated[
        bool,
        Field(description="Each position once, with its quotes that were found in `quotes`."),
    ] = False
    counts: Annotated[
        bool,
        Field(description="Add `total`, `counts` and, if nothing is found, `suggestions` to"
              " `meta`."),
    ] = False  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hit:
    """One result, field for field as the API answers it.

    `snippet` is plain text; `marks` are the places in it, in code points, of what was found.
    """

    type: str
    id: int
    title: str
    snippet: str
    url: str
    context: str | None  # the title or name of what it belongs to
    marks: list[tuple[int, int]] = field(default_factory=list)
    cut_start: bool = False  # the text begins before the snippet
    cut_end: bool = False  # the text goes on after the snippet
    position: int | None = None  # of a quote: the newest position that uses it
    negotiation: str | None = None
    party: str | None = None
    issue: str | None = None
    on: str | None = None  # of a quote: the party and the issue, in words
    firmness: str | None = None
    stated_on: str | None = None
    said_on: str | None = None
    speaker: str | None = None  # with the party, if that is another one
    source: str | None = None  # its title
    language: str | None = None
    kind: str | None = None
    quotes: list["Hit"] = field(default_factory=list)
    more_quotes: int = 0  # that were found too and are not listed
    translation: str | None = None  # of a quote in `quotes`: a snippet, if it was found there
    translation_marks: list[tuple[int, int]] = field(default_factory=list)

    @property
    def marked(self) -> Markup:
        """Return the snippet as markup."""
        return _marked(self.snippet, self.marks)

    @property
    def marked_translation(self) -> Markup:
        """Return the translation as markup."""
        return _marked(self.translation or "", self.translation_marks)


def _marked(text: str, marks: Sequence[tuple[int, int]]) -> Markup:
    """Escape a text, and mark what was found; a macro of a template takes ten times as long."""
    parts, done = [], 0
    for start, end in marks:
        found = f"<mark>{escape(text[start:end])}</mark>" if start < end else ""
        parts += [escape(text[done:start]), found]
        done = end
    return Markup("".join([*parts, escape(text[done:])]))  # noqa: S704 (it is escaped here)


class Count(TypedDict):
    """One value of a filter, and how many positions it would leave."""

    value: str
    label: str
    count: int


class Suggestion(TypedDict):
    """Other words to search for, and how many results they have."""

    q: str
    total: int


class SearchMeta(Meta):
    """`total` and `counts` are of the newest 5,000 positions where more have the words."""

    total: NotRequired[int]
    more: NotRequired[bool]
    counts: NotRequired[dict[str, list[Count]]]
    suggestions: NotRequired[list[Suggestion]]


class SearchAnswer(Bare[list[Hit]]):
    meta: SearchMeta
