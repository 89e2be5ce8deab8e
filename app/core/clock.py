"""Read the clock; all other code below takes the time as an argument."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


def instant(at: datetime) -> str:
    """Format an instant as in every response: UTC, microseconds, `Z`."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def parse_instant(text: str) -> datetime:
    """Parse an ISO 8601 instant with an offset or `Z`; raise ValueError with the reason."""
    try:
        # A "+" that was not escaped in a URL arrives as a space.
        at = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise ValueError("is not an instant such as 2026-11-23T10:00:00Z") from None
    if at.tzinfo is None:
        raise ValueError("needs its offset from UTC, such as a final Z")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("is out of range") from None
