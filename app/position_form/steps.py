"""What the form's smaller buttons do to what was typed: they save nothing, and work without JavaScript; pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.position_form.fields import Values, block, fill_quote, is_kept, number, numbered

CARRIED_ON = (
    "source", "source_id", "kind", "speaker", "office", "speaker_party", "said_on", "language", "translated_from",
)  # fmt: skip


def add_quote(form: Mapping[str, str]) -> tuple[Values, str]:
    """One more block, from the same mouth and source as the last; gives the field to go on with too."""
    blocks = numbered(form, "q")
    n = max(blocks, default=-1) + 1
    last = next((block(form, b) for b in reversed(blocks) if not is_kept(block(form, b))), {})
    added = {f"q-{n}-{name}": last[name] for name in CARRIED_ON if last.get(name)}
    return {**form, **added, f"q-{n}-exact": "", f"q-{n}-more": "1"}, f"q-{n}-exact"


def drop_quote(form: Mapping[str, str], n: int) -> tuple[Values, str]:
    return {k: v for k, v in form.items() if not k.startswith(f"q-{n}-")}, "add-quote"


def requote(form: Mapping[str, str], n: int, quote: Mapping[str, Any]) -> tuple[Values, str]:
    """Open a quote that is on file to be corrected: quotes never change, so a new one takes its place."""
    kept, _ = drop_quote(form, n)
    opened = {f"q-{n}-{name}": value for name, value in fill_quote({**quote, "id": None}).items()}
    return {**kept, **opened}, f"q-{n}-exact"


def take_over(form: Mapping[str, str], n: int, exact: str) -> tuple[Values, str]:
    """The words as the source has them; what was given to stand beside them goes, since it belonged to others."""
    return {**form, f"q-{n}-exact": exact, f"q-{n}-prefix": "", f"q-{n}-suffix": ""}, f"q-{n}-exact"


def name_speaker(form: Mapping[str, str], n: int, name: str) -> tuple[Values, str]:
    """The speaker who was meant, by the name that Parley has."""
    return {**form, f"q-{n}-speaker": name, f"q-{n}-speaker_new": ""}, f"q-{n}-speaker"


def add_speaker(form: Mapping[str, str], n: int) -> tuple[Values, str]:
    """The name as typed is that of somebody new, who is saved with the position."""
    return {**form, f"q-{n}-speaker_new": "1"}, f"q-{n}-speaker_new"


def reject_others(form: Mapping[str, str], options: Iterable[str]) -> tuple[Values, str]:
    """A preferred red line does not by itself reject the rest; one press says that it does."""
    return {
        **form,
        **{f"o-{slug}": "rejects" for slug in options if not form.get(f"o-{slug}")},
    }, "reject-others"


def add_link(form: Mapping[str, str]) -> tuple[Values, str]:
    n = max(numbered(form, "l"), default=-1) + 1
    return {**form, f"l-{n}-to": ""}, f"l-{n}-to"


def numbered_step(do: str) -> tuple[str, int | None]:
    """Part "drop-3" into what to do and with which block."""
    name, _, last = do.rpartition("-")
    n = number(last)
    return (do, None) if n is None else (name, n)
