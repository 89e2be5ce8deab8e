"""Say where a document is from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class About:
    """Where a document is from."""

    origin: str  # of this server
    permalink: str
    as_of: str
    known_at: datetime  # the state of the log that it shows
    known_at_words: str
    notes: Sequence[str]  # what a reader must know: corrections since, reading not yet done, parts
