"""The one place where the clock is read; everything below takes the time as an argument."""

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)


def instant(at: datetime) -> str:
    """Write an instant the way every answer does: UTC, microseconds, `Z`."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def parse_instant(text: str) -> datetime:
    """Read an ISO 8601 instant with an offset (or `Z`); ValueError says what is wrong."""
    try:
        at = datetime.fromisoformat(
            text.replace(" ", "+")
        )  # a "+" that an address carried unescaped
    except ValueError:
        raise ValueError("is not an instant such as 2026-11-23T10:00:00Z") from None
    if at.tzinfo is None:
        raise ValueError("needs its offset from UTC, such as a final Z")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("is out of range") from None
