"""Fixed phrases around what editors typed; pure."""

import re
from collections.abc import Mapping, Sequence

from app.core.dates import display

ONLY_IF = "only if"
_BEGINS_SO = re.compile(r"\s*(?:(?:only\s+)?if\b\s*:?\s*)*", re.IGNORECASE)


def only_if(condition: str) -> str:
    """Say a condition with its words "only if" before it, once, whether they were typed or not."""
    return f"{ONLY_IF} {bare_condition(condition) or '…'}"


def bare_condition(condition: str) -> str:
    """A condition without the words "only if" at its beginning, as the form shows it after these words."""
    return _BEGINS_SO.sub("", condition, count=1).strip()


def some_time(stated_on: Sequence[str]) -> str:
    """Say when something was said of which only these periods are known: "said some time in March 2025"."""
    return "said some time in " + " or ".join(map(display, dict.fromkeys(stated_on)))


def listed(parties: Sequence[str], names: Mapping[str, str]) -> str:
    """Name parties in a sentence: "Ukraine, Poland and France"."""
    called = [names.get(party, party) for party in parties]
    return " and ".join(filter(None, [", ".join(called[:-1]), *called[-1:]]))


def according_to(parties: Sequence[str], names: Mapping[str, str]) -> str:
    """Say whose word alone it is: "according to Ukraine and France"; nothing where it is the party's own."""
    return f"according to {listed(parties, names)}" if parties else ""


def led(text: str, parties: Sequence[str], names: Mapping[str, str]) -> str:
    """Put whose word it is before a text: "According to Ukraine: …"; nothing where it is the party's own."""
    said = according_to(parties, names)
    return f"{said[0].upper()}{said[1:]}: {text}" if said else text
