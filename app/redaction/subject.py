"""Define what a redaction is about, and what it would touch."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from app.models.log import Revision
from app.redaction.word_match import Span, Wording

What = Literal["quote", "source", "text", "summary", "reason"]
WHATS: tuple[What, ...] = get_args(What)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be blanked.

    A quote's words, a source's metadata or texts, a position's summary, or a version's reason.
    """

    what: What
    number: int  # of the quote, source or position
    version: int | None = None  # of the position


@dataclass(frozen=True, slots=True)
class Context:
    """Prefix and suffix of another quote that hold words to be redacted, cut to what may stay."""

    quote_id: int
    source_id: int
    seq: int | None  # of the check that filled them; None if they were given with the quote
    prefix: str | None
    suffix: str | None


@dataclass(frozen=True, slots=True)
class AffectedRecords:
    """The words to be redacted, and every place where the program has stored them."""

    words: list[str]
    redacted: bool  # done already
    uids: list[str]  # of the objects that hold the words
    holders: Sequence[Revision] = ()  # versions with the words in their data or reason
    quotes: Sequence[int] = ()  # the quote, and its copies under other parties
    source_id: int | None = None
    # Places in stored texts of the source, by the text's id.
    texts: dict[int, list[Span]] = field(default_factory=dict)
    whole_texts: int = 0  # number of stored texts that are blanked as a whole
    contexts: Sequence[Context] = ()
    users: frozenset[int] = frozenset()  # ids of the positions with one of these contexts
    releases: Sequence[tuple[int, int]] = ()  # (negotiation id, number)
    proposals: Sequence[int] = ()  # ids; each is blanked as a whole
    answers: int = 0  # number of responses stored for Idempotency-Keys

    @property
    def wording(self) -> Wording:
        """Return the words for comparison with other texts."""
        return Wording(tuple(self.words))

    @property
    def positions(self) -> set[int]:
        """Return the ids of the positions that get a new version."""
        return {r.object_id for r in self.holders if r.kind == "position"} | self.users

    @property
    def anything(self) -> bool:
        """Tell whether the redaction would blank anything."""
        return bool(
            self.holders
            or self.texts
            or self.whole_texts
            or self.contexts
            or self.releases
            or self.proposals
            or self.answers
        )
