"""How many examples a property is tried with: few by default, all with `--hypothesis-profile=full`."""

from hypothesis import settings


def examples(full: int) -> int:
    """As many as asked for in the full run, no more than others else."""
    return (
        full
        if settings.get_current_profile_name() == "full"
        else min(full, settings.default.max_examples)
    )
