"""Define what the API answers about quotes."""

from typing_extensions import TypedDict

from app.http.described import Closest
from app.models.vocabulary import Mismatch, QuoteKind, Verification
from app.positions.views import SourceView, SpeakerView
from app.sources.views import TombstoneView


class Quote(TypedDict):
    id: int
    uid: str
    exact: str
    prefix: str | None
    suffix: str | None
    kind: QuoteKind
    language: str | None
    translated_from: str | None
    translation: str | None
    said_on: str | None
    verification: Verification
    start: int | None
    end: int | None
    segments: list[list[int]] | None
    speaker: SpeakerView | None
    source: SourceView
    link: str | None
    speaker_id: int | None
    redacted: TombstoneView | None
    page: int | None
    positions: list[int]
    url: str


class QuoteCheck(TypedDict):
    verification: Verification
    start: int | None
    end: int | None
    segments: list[list[int]] | None
    prefix: str | None
    suffix: str | None
    closest: Closest | None
    reason: Mismatch | None  # why it is a mismatch
