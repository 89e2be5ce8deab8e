"""Define what stays of a part of a source, quote or position that was redacted."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TombstoneView:
    """That something was redacted: what law or a publisher forbids was blanked, and this stays."""

    at: str  # UTC, with Z
    reason: str
    by: str  # a role
