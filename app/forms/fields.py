"""Declare the fields of a form; convert between what is typed and what is stored."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from app.core import dates
from app.core.clock import now
from app.core.errors import Fault
from app.core.input_models import Input
from app.http.problems import body_faults

Texts = dict[str, str]  # text by field name; a ticked checkbox holds "on"


class Kind(StrEnum):
    """Kinds of input, which decide how a field is drawn, read and shown."""

    LINE = "line"
    URL = "url"
    PROSE = "prose"
    VERBATIM = "verbatim"  # white space at its ends counts
    LINES = "lines"  # a list, one entry a line
    CHOICE = "choice"
    CHECK = "check"
    NUMBER = "number"
    WHOLE = "whole"  # a whole number, such as an id
    DATE = "date"  # as people write it, stored as 2025, 2025-03 or 2025-03-17
    PARTY = "party"  # suggested while typing; `choices` are the first suggestions


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. Whether it is required, and how long it may be, its model says."""

    name: str
    label: str
    kind: Kind = Kind.LINE
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()  # value, label
    wrong: str = ""  # error message in place of that of the model
    also: tuple[str, ...] = ()  # other parts of the model whose errors are shown here
    parse: Callable[[str], Any] | None = None  # in place of what its kind does
    suggest: Callable[[str], str] | None = None  # its value by the first field, if left empty


REASON = Field(
    "reason",
    "Reason for the change (public)",
    Kind.PROSE,
    "Shown beside the change.",
    wrong="enter a reason for the change",
)


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, the model that judges them, and the field that asks for a reason."""

    fields: tuple[Field, ...]
    model: type[Input]
    reason: Field = REASON


def typed(fields: Iterable[Field], posted: Mapping[str, str]) -> Texts:
    """Return the texts of these fields; one that was not sent counts as empty."""
    return {field.name: posted.get(field.name, "") for field in fields}


def shown(fields: Iterable[Field], held: Mapping[str, Any]) -> Texts:
    """Return stored values as the texts that an editor would type for them."""
    return {field.name: _show(field, held.get(field.name)) for field in fields}


def settled(fields: Iterable[Field], texts: Mapping[str, str]) -> Texts:
    """Return texts in the one spelling by which two of them are compared."""
    return {field.name: _settle(field, texts[field.name]) for field in fields}


def read(form: Form, texts: Texts, **fixed: Any) -> tuple[dict[str, Any], Texts]:
    """Convert texts to values by the form's model; return the values, or errors by field.

    `fixed` are values that the model needs and no field holds.
    """
    errors: Texts = {}
    given: dict[str, Any] = dict(fixed)
    suggested: set[str] = set()
    for field in form.fields:
        text = texts[field.name]
        if field.suggest and not text.strip():
            text = field.suggest(texts[form.fields[0].name])
            suggested.add(field.name)
        try:
            if text.strip() or field.kind in (Kind.CHECK, Kind.LINES):
                given[field.name] = _parse(field, text)
        except ValueError as error:
            errors[field.name] = message(field, str(error))
    try:
        made = form.model.model_validate(given)
    except ValidationError as error:
        errors = by_field(form.fields, body_faults(error, given), message) | errors
        if form.fields[0].name in errors:  # from which they would have been made
            errors = {name: words for name, words in errors.items() if name not in suggested}
        return {}, {f.name: errors[f.name] for f in form.fields if f.name in errors}
    return ({}, errors) if errors else ({f.name: getattr(made, f.name) for f in form.fields}, {})


def by_field(
    fields: Sequence[Field], faults: Iterable[Fault], say: Callable[[Field, str], str]
) -> Texts:
    """Return the words of each fault by the field that it is about, else by the first field."""
    known = {name: field for field in fields for name in field.also}
    known |= {field.name: field for field in fields}
    found: Texts = {}
    for fault in faults:
        field = known.get(fault.where.strip("/").split("/")[0], fields[0])
        found.setdefault(field.name, say(field, fault.detail))
    return found


def message(field: Field, detail: str) -> str:
    """Say what the model has against a field, so that it can be read by itself."""
    if not field.wrong and detail in ("must not be empty", "is required"):
        return _asked(field)
    return _labelled(field, field.wrong or detail)


def refused(field: Field, detail: str) -> str:
    """Say what an action has against a field; the label stands before what is no sentence."""
    return _labelled(field, detail) if detail[:1].islower() else detail


def _asked(field: Field) -> str:
    """Ask for a field that is empty."""
    if field.label.endswith("?") or field.label.startswith(("How", "What", "When", "Where")):
        return _labelled(field, "is required")
    article = "an" if field.label[0] in "AEIOU" else "a"
    return f"Enter {article} {field.label[0].lower()}{field.label[1:]}"


def _labelled(field: Field, words: str) -> str:
    if field.label.endswith("?"):
        return f"{field.label} {words[:1].upper()}{words[1:]}"
    return f"{field.label}: {words}"


def number(text: str | None) -> int | None:
    """Return a whole number of at most 18 digits; None for any other text."""
    return int(text) if text and len(text) < 19 and text.isascii() and text.isdecimal() else None


def _parse(field: Field, text: str) -> Any:
    if field.parse:
        return field.parse(text.strip())
    match field.kind:
        case Kind.CHECK:
            return bool(text)
        case Kind.LINES:
            return [line.strip() for line in text.split("\n") if line.strip()]
        case Kind.NUMBER:
            return _parse_number(text)
        case Kind.WHOLE:
            return _parse_whole(text.strip())
        case Kind.DATE:
            return dates.parse_human(text, now().date()).text
        case Kind.VERBATIM:
            return text
        case _:
            return text.strip()


def _parse_number(text: str) -> int | float:
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"“{text.strip()[:40]}” is not a number")
    return int(value) if value.is_integer() else value


def _parse_whole(text: str) -> int:
    found = number(text)
    if found is None:
        raise ValueError(f"“{text[:40]}” is not a whole number")
    return found


def _show(field: Field, value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "on" if value else ""
        case list():
            return "\n".join(value)
        case float() if value.is_integer():
            return str(int(value))
        case str() if field.kind == Kind.DATE and value:
            return dates.display(value)
        case _:
            return str(value)


def _settle(field: Field, text: str) -> str:
    if field.kind in (Kind.PROSE, Kind.VERBATIM):
        return text.strip()
    try:
        return _show(field, _parse(field, text)) if text.strip() else ""
    except ValueError:
        return text.strip()
