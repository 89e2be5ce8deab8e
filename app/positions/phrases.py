"""Fixed phrases around what editors typed; pure."""

import re

ONLY_IF = "only if"
_BEGINS_SO = re.compile(r"\s*(?:(?:only\s+)?if\b\s*:?\s*)*", re.IGNORECASE)


def only_if(condition: str) -> str:
    """Say a condition with its words "only if" before it, once, whether they were typed or not."""
    return f"{ONLY_IF} {bare_condition(condition) or '…'}"


def bare_condition(condition: str) -> str:
    """A condition without the words "only if" at its beginning, as the form shows it after these words."""
    return _BEGINS_SO.sub("", condition, count=1).strip()
