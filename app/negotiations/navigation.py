"""List the sections of a negotiation for the menu of its pages."""

SECTIONS = (
    ("", "Matrix"),
    ("/changes", "Changes"),
    ("/timeline", "Timeline"),
    ("/common-ground", "Common ground"),
    ("/agreement", "Agreement"),
    ("/coverage", "Coverage"),
    ("/about", "About"),
)


def nav(negotiation: str, current: str | None = None) -> list[tuple[str, str, bool]]:
    """Return the sections of a negotiation as (label, URL, whether it is the current one)."""
    return [(label, f"/n/{negotiation}{path}", path == current) for path, label in SECTIONS]
