"""Convert between form fields of the code book and typed values; pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from app.codebook.slugs import slug_of
from app.core.input_models import Input
from app.http.problems import body_faults

Texts = dict[str, str]  # text by field name; a ticked checkbox holds "on"


class Kind(StrEnum):
    """Kinds of input, which decide how a field is drawn and read."""

    LINE = "line"
    PROSE = "prose"
    LINES = "lines"  # a list, one entry a line
    CHOICE = "choice"
    CHECK = "check"
    NUMBER = "number"
    PARTY = "party"  # suggested while typing; `choices` are the first suggestions


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form, with its label, hint and kind of input."""

    name: str
    label: str
    kind: Kind = Kind.LINE
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()  # value, label
    wrong: str = ""  # error message in place of that of the model


def typed(fields: Sequence[Field], form: Mapping[str, Any]) -> Texts:
    """Return the typed texts by field; anything that is not text (a file) counts as empty."""
    given = {f.name: form.get(f.name, "") for f in fields}
    return {
        name: value.replace("\r\n", "\n") if isinstance(value, str) else ""
        for name, value in given.items()
    }


def shown(fields: Sequence[Field], held: Mapping[str, Any]) -> Texts:
    """Return stored values as the texts that an editor would type for them."""
    return {f.name: _text(held[f.name]) for f in fields}


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(value)
    if isinstance(value, bool):
        return "on" if value else ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value)


def differ(one: str, other: str) -> bool:
    """Tell whether two texts differ, apart from white space at their ends."""
    return one.strip() != other.strip()


def read(
    model: type[Input], fields: Sequence[Field], texts: Texts, **fixed: Any
) -> tuple[dict[str, Any], dict[str, str]]:
    """Convert texts to values by a model; return the values, or errors by field.

    `fixed` are values that the model needs and no field holds. An empty slug is made from the first
    field.
    """
    errors: dict[str, str] = {}
    unnamed = not texts.get("slug", "-").strip()
    if unnamed:
        texts = texts | {"slug": slug_of(texts[fields[0].name])}
    given: dict[str, Any] = dict(fixed)
    for field in fields:
        text = texts[field.name]
        if field.kind == Kind.CHECK:
            given[field.name] = bool(text)
        elif field.kind == Kind.LINES:
            given[field.name] = [line.strip() for line in text.split("\n") if line.strip()]
        elif field.kind == Kind.NUMBER and text.strip():
            try:
                given[field.name] = _number(text)
            except ValueError:
                errors[field.name] = f"{field.label}: “{text.strip()[:40]}” is not a number"
        elif text.strip():
            given[field.name] = text
    try:
        made = model.model_validate(given)
    except ValidationError as error:
        by_name = {f.name: f for f in fields}
        for fault in body_faults(error, given):
            name = fault.where.split("/")[1] if "/" in fault.where else ""
            if name in by_name:
                detail = "is required" if fault.detail == "must not be empty" else fault.detail
                errors.setdefault(name, f"{by_name[name].label}: {by_name[name].wrong or detail}")
        if unnamed and fields[0].name in errors:
            errors.pop("slug", None)  # it would have been made from the missing title
        if not errors:
            raise
        return {}, errors
    return ({}, errors) if errors else ({f.name: getattr(made, f.name) for f in fields}, {})


def _number(text: str) -> int | float:
    value = float(text.strip().replace(",", "."))
    return int(value) if value.is_integer() else value
