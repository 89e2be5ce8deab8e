"""Change the form's fields for its smaller buttons: nothing is saved, no JavaScript is needed.

Each function returns the new fields and the name of the field to focus.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from app.forms.fields import number
from app.models.vocabulary import Act, Firmness
from app.position_form.fields import Values, block, fill_quote, is_kept, numbered

CARRIED_ON = (
    "source", "source_id", "kind", "speaker", "office", "speaker_party", "said_on", "language",
    "translated_from",
)  # fmt: skip

OF_RENDERING = ("token", "version", "sure", "near", "do")  # fields of one rendering of a form


def add_quote(form: Mapping[str, str]) -> tuple[Values, str]:
    """Add a block for one more quote, with the speaker, source and date of the last one."""
    blocks = numbered(form, "q")
    n = max(blocks, default=-1) + 1
    last = next((block(form, b) for b in reversed(blocks) if not is_kept(block(form, b))), {})
    added = {f"q-{n}-{name}": last[name] for name in CARRIED_ON if last.get(name)}
    return {**form, **added, f"q-{n}-exact": "", f"q-{n}-more": "1"}, f"q-{n}-exact"


def carry_typed(base: Mapping[str, str], typed: Mapping[str, str]) -> Values:
    """Add what was typed into an empty form to the fields of a saved position.

    What was typed counts where both have a value. Its quotes come after those of the position.
    """
    own = {
        name: value
        for name, value in typed.items()
        if value.strip() and not re.match(r"[ql]-[0-9]", name) and name not in OF_RENDERING
    }
    for name, untouched in (("firmness", Firmness.UNCLEAR), ("act", Act.STATES)):
        if own.get(name) == untouched:  # as in an empty form
            del own[name]
    blocks = [n for n in numbered(typed, "q") if any(block(typed, n).values())]
    empty = [n for n in numbered(base, "q") if not is_kept(block(base, n))] if blocks else []
    without, replaced = tuple(f"q-{n}-" for n in empty), _replaced(base, own)
    values = {
        name: value
        for name, value in base.items()
        if name not in replaced and not name.startswith(without)
    } | own
    for letter, numbers in (("q", blocks), ("l", numbered(typed, "l"))):
        first = max(numbered(values, letter), default=-1) + 1
        for n, old in enumerate(numbers, first):
            start = f"{letter}-{old}-"
            values |= {
                f"{letter}-{n}-{name.removeprefix(start)}": value
                for name, value in typed.items()
                if name.startswith(start)
            }
    return values


def _replaced(base: Mapping[str, str], own: Mapping[str, str]) -> list[str]:
    """Return the fields of attitudes that those in `own` replace; only one option is preferred."""
    options = [name[2:] for name in own if name.startswith("o-")]
    if "prefers" in (own[f"o-{slug}"] for slug in options):
        options += [n[2:] for n, v in base.items() if n.startswith("o-") and v == "prefers"]
    return [f"{letter}-{slug}" for slug in options for letter in "oci"]


def drop_quote(form: Mapping[str, str], n: int) -> tuple[Values, str]:
    """Remove the block of a quote."""
    return {k: v for k, v in form.items() if not k.startswith(f"q-{n}-")}, "add-quote"


def requote(form: Mapping[str, str], n: int, quote: Mapping[str, Any]) -> tuple[Values, str]:
    """Replace a saved quote by a new one to correct it, because quotes never change."""
    kept, _ = drop_quote(form, n)
    opened = {f"q-{n}-{name}": value for name, value in fill_quote({**quote, "id": None}).items()}
    return {**kept, **opened}, f"q-{n}-exact"


def take_over(form: Mapping[str, str], n: int, exact: str) -> tuple[Values, str]:
    """Replace the text of a quote by that of its source, and clear the context of the old text."""
    return {**form, f"q-{n}-exact": exact, f"q-{n}-prefix": "", f"q-{n}-suffix": ""}, f"q-{n}-exact"


def name_speaker(form: Mapping[str, str], n: int, name: str) -> tuple[Values, str]:
    """Replace the typed name by that of the saved speaker who was meant."""
    return {**form, f"q-{n}-speaker": name, f"q-{n}-speaker_new": ""}, f"q-{n}-speaker"


def add_speaker(form: Mapping[str, str], n: int) -> tuple[Values, str]:
    """Mark the typed name as that of a new speaker, who is saved with the position.

    Return the form and the field to go on with.
    """
    chosen = next((name for name in ("party", "issue") if not form.get(name)), "summary")
    return {**form, f"q-{n}-speaker_new": "1"}, chosen


def reject_others(form: Mapping[str, str], options: Iterable[str]) -> tuple[Values, str]:
    """Reject all options without an attitude, since a red line alone does not reject the others."""
    return {
        **form,
        **{f"o-{slug}": "rejects" for slug in options if not form.get(f"o-{slug}")},
    }, "reject-others"


def add_link(form: Mapping[str, str]) -> tuple[Values, str]:
    """Add an empty block for a link."""
    n = max(numbered(form, "l"), default=-1) + 1
    return {**form, f"l-{n}-to": ""}, f"l-{n}-to"


def numbered_button(do: str) -> tuple[str, int | None]:
    """Split the value of a button such as "drop-3" into what it does and the number of a block."""
    name, _, last = do.rpartition("-")
    n = number(last)
    return (do, None) if n is None else (name, n)
