"""What a redaction is about, and what it would touch."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from app.models.log import Revision
from app.redaction.word_match import Span, Wording

What = Literal["quote", "source", "text", "summary", "reason"]
WHATS: tuple[What, ...] = get_args(What)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be blanked: a quote's words, a source's data or texts, a position's summary or a version's reason."""

    what: What
    number: int  # of the quote, source or position
    version: int | None = None  # of the position


@dataclass(frozen=True, slots=True)
class Context:
    """Words beside another quote that hold some of these, and what may stay of them."""

    quote_id: int
    source_id: int
    seq: int | None  # of the check that filled them; None where they were given with the quote
    prefix: str | None
    suffix: str | None


@dataclass(frozen=True, slots=True)
class Touched:
    """Where the program has put the words, and the words."""

    words: list[str]
    redacted: bool  # has been done already
    uids: list[str]  # of what holds them
    holders: Sequence[Revision] = ()  # versions that say them, or give them as their reason
    quotes: Sequence[int] = ()  # the quote, and its copies under other parties
    source_id: int | None = None
    texts: dict[int, list[Span]] = field(
        default_factory=dict
    )  # places in stored texts of the source
    whole_texts: int = 0  # stored texts that go as a whole
    contexts: Sequence[Context] = ()
    users: frozenset[int] = frozenset()  # numbers of the positions that have one of those contexts
    releases: Sequence[tuple[int, int]] = ()  # negotiation and number
    answers: int = 0  # kept for Idempotency-Keys

    @property
    def wording(self) -> Wording:
        return Wording(tuple(self.words))

    @property
    def positions(self) -> set[int]:
        """Numbers of the positions that get a version."""
        return {r.object_id for r in self.holders if r.kind == "position"} | self.users

    @property
    def anything(self) -> bool:
        return bool(
            self.holders
            or self.texts
            or self.whole_texts
            or self.contexts
            or self.releases
            or self.answers
        )
