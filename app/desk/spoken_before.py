"""Offer the speaker and the party of the last quote taken from a source for the next one."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.desk.source_view import Reading
from app.models.vocabulary import QuoteKind


@dataclass(frozen=True, slots=True)
class Voice:
    """Who spoke in the last quote for which party, as fields of the form."""

    position: int
    name: str
    party: str
    fields: Mapping[str, str]

    @property
    def own_words(self) -> bool:
        """Whether the quote has the speaker’s own words."""
        return "q-0-kind" in self.fields

    def is_in(self, values: Mapping[str, str]) -> bool:
        """Return whether the form has all of this already."""
        return all(values.get(name) == value for name, value in self.fields.items())


def voice_of(reading: Reading, position: int | None = None) -> Voice | None:
    """Return who spoke in the last position that quotes this source, or in the given one.

    Hearsay is left out: its speaker belongs to another party than its position.
    """
    said = [
        (p, q)
        for p, q in reading.quotes()
        if q.speaker and not p.attributed_by and position in (None, p.id)
    ]
    if not said:
        return None
    last, quote = max(said, key=lambda one: one[0].id)
    speaker = quote.speaker
    if speaker is None:
        return None
    given = {
        "party": last.party,
        "q-0-speaker": speaker.name,
        "q-0-office": speaker.office,
        "q-0-kind": "direct" if quote.kind == QuoteKind.DIRECT else None,
    }
    fields = {name: value for name, value in given.items() if value}
    return Voice(last.id, speaker.name or speaker.office or "", last.party, fields)
