"""Define a position as readers see it; the API returns exactly these fields."""

from dataclasses import dataclass

from app.sources.views import TombstoneView


@dataclass(frozen=True, slots=True)
class SpeakerView:
    """Who said it, with the office and party held when it was said."""

    name: str | None
    office: str | None
    party: str | None  # slug


@dataclass(frozen=True, slots=True)
class SourceView:
    """The document a quote was taken from, as much of it as a quote shows."""

    id: int
    uid: str
    url: str | None
    reference: str | None
    title: str
    publisher: str | None
    published_on: str | None  # imprecise date as written


@dataclass(frozen=True, slots=True)
class QuoteView:
    """Words taken from a source, with what checking them gave.

    Offsets count code points of the text as stored.
    """

    id: int
    uid: str
    exact: str
    prefix: str | None
    suffix: str | None
    kind: str
    language: str | None
    translated_from: str | None
    translation: str | None
    said_on: str | None  # imprecise date as written
    verification: str
    start: int | None
    end: int | None
    segments: list[list[int]] | None
    speaker: SpeakerView | None
    source: SourceView
    link: str | None  # source.url with a text fragment, or the page of a document
    # For mirrors, which follow a speaker's new name by this id.
    speaker_id: int | None = None
    # If present, `exact` is "[redacted]" and the other texts are null.
    redacted: TombstoneView | None = None
    page: int | None = None  # in a source that has pages

    @property
    def is_marked(self) -> bool:
        """Tell whether the link leads to the words, and not merely to the source."""
        return self.link is not None and (":~:text=" in self.link or "#page=" in self.link)


@dataclass(frozen=True, slots=True)
class LinkView:
    """From a position to another issue of its negotiation, optionally to an option there; slugs."""

    issue: str
    option: str | None
    kind: str


@dataclass(frozen=True, slots=True)
class ProposedView:
    """Who proposed a version of a position, and which editor accepted it.

    `mended` names what the editor changed before; empty: it was accepted as it was.
    """

    version: int
    kind: str  # position or correction
    proposed_by: dict[str, str]  # person, or tool, model, version, run, prompt_sha256
    account: str
    accepted_by: str | None
    mended: list[str]


@dataclass(frozen=True, slots=True)
class PositionView:
    """What a party wants on an issue from a date on, in one version.

    Slugs name parties, issues and options.
    """

    id: int
    uid: str
    version: int
    status: str
    act: str
    negotiation: str
    party: str
    issue: str
    summary: str | None
    firmness: str
    attitudes: dict[str, str]  # option slug -> attitude, in the order of the issue's options
    conditions: dict[str, str]  # option slug -> "only if …"
    inferred: list[str]  # option slugs
    attributed_by: list[str]  # party slugs; empty unless only other parties' speakers say so
    salience: int | None
    links: list[LinkView]
    stated_on: str | None  # imprecise date as written
    stated_from: str | None
    stated_by: str | None
    recorded_at: str  # UTC, with Z
    recorded_by: str | None
    action: str
    reason: str | None
    url: str
    quotes: list[QuoteView]
    # By the fields of this version ("summary", "reason") that were redacted and are null.
    redacted: dict[str, TombstoneView] | None = None
    # By which it was made and corrected up to this version; null where nobody proposed it.
    proposals: list[ProposedView] | None = None
