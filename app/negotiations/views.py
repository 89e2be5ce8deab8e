"""Define a negotiation's code book as readers see it; the API returns exactly these fields."""

from dataclasses import dataclass, field


def mark_invented(title: str) -> str:
    """Say after a title that it belongs to a negotiation made up for practice."""
    return f"{title} (invented for practice)"


@dataclass(frozen=True, slots=True)
class NegotiationView:
    """A negotiation."""

    slug: str
    title: str
    summary: str | None
    status: str
    coded_through: str | None  # the day up to which its sources have been read
    licence: str | None
    contact: str | None
    method: str | None
    review: bool
    invented: bool  # made up for practice

    @property
    def cited_title(self) -> str:
        """Return the title for citations and feeds, which say that it is invented."""
        return mark_invented(self.title) if self.invented else self.title


@dataclass(frozen=True, slots=True)
class PartyView:
    """A party with its part in one negotiation."""

    slug: str
    name: str
    short_name: str | None
    kind: str | None
    role: str
    consent_required: bool
    aliases: list[str] = field(default_factory=list)
    wikidata_id: str | None = None
    order: int = 0
    merged_into: str | None = None  # slug of the party that its positions are recorded under


@dataclass(frozen=True, slots=True)
class OptionView:
    """An option of an issue."""

    slug: str
    label: str
    rank: float | int | None
    status_quo: bool
    retired: bool = False
    merged_into: str | None = None


@dataclass(frozen=True, slots=True)
class IssueView:
    """An issue with its options."""

    slug: str
    title: str
    question: str | None
    group: str | None
    ordered: bool
    options: list[OptionView]  # in the order of their ranks, retired ones too
    notes: str | None = None
    order: int = 0
