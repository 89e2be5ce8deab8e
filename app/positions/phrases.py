"""Put fixed phrases around what editors typed."""

import re
from collections.abc import Mapping, Sequence

from app.core.dates import display

ONLY_IF = "only if"
_BEGINS_SO = re.compile(r"\s*(?:(?:only\s+)?if\b\s*:?\s*)*", re.IGNORECASE)


def only_if(condition: str) -> str:
    """Put "only if" before a condition, exactly once even if the editor typed these words too."""
    return f"{ONLY_IF} {bare_condition(condition) or '…'}"


def bare_condition(condition: str) -> str:
    """Strip the words "only if" from a condition, because the form shows them before its field."""
    return _BEGINS_SO.sub("", condition, count=1).strip()


def some_time(stated_on: Sequence[str]) -> str:
    """Name the only known periods of a statement: "said some time in March 2025"."""
    return "said some time in " + " or ".join(map(display, dict.fromkeys(stated_on)))


def listed(parties: Sequence[str], names: Mapping[str, str]) -> str:
    """List parties in a sentence: "Ukraine, Poland and France"."""
    called = [names.get(party, party) for party in parties]
    return " and ".join(filter(None, [", ".join(called[:-1]), *called[-1:]]))


def according_to(parties: Sequence[str], names: Mapping[str, str]) -> str:
    """Name the parties whose word alone it is: "according to Ukraine and France".

    Return an empty string for the party's own words, where `parties` is empty.
    """
    return f"according to {listed(parties, names)}" if parties else ""


def led(text: str, parties: Sequence[str], names: Mapping[str, str]) -> str:
    """Put before a text whose word it is: "According to Ukraine: …".

    Return the text alone for the party's own words, where `parties` is empty.
    """
    said = according_to(parties, names)
    return f"{said[0].upper()}{said[1:]}: {text}" if said else text


def proposer(proposed_by: Mapping[str, str]) -> str:
    """Name who found what is proposed: a person, or a tool with its model, version and run."""
    if "person" in proposed_by:
        return proposed_by["person"]
    parts = [proposed_by.get("tool", "")]
    parts += [f"{n} {proposed_by[n]}" for n in ("model", "version", "run") if proposed_by.get(n)]
    return ", ".join(filter(None, parts))
