"""Set how many examples a property is tried with: few by default, all with a profile.

The profile is `--hypothesis-profile=full`.
"""

from hypothesis import settings


def examples(full: int) -> int:
    """Use this many examples in the full run, and otherwise no more than the default."""
    return (
        full
        if settings.get_current_profile_name() == "full"
        else min(full, settings.default.max_examples)
    )
