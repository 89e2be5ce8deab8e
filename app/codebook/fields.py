"""Forms of the code book: what stands in their fields, as text; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from app.codebook.slugs import slug_of
from app.core.input_models import Input
from app.http.problems import body_faults

Texts = dict[str, str]  # what stands in each field; a ticked box holds "on"


class Kind(StrEnum):
    LINE = "line"
    PROSE = "prose"
    LINES = "lines"  # a list, one a line
    CHOICE = "choice"
    CHECK = "check"
    NUMBER = "number"
    PARTY = "party"  # looked up as it is typed; `choices` are what is offered at first


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    label: str
    kind: Kind = Kind.LINE
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()  # value, label
    wrong: str = ""  # what to say in place of the model's own words


def typed(fields: Sequence[Field], form: Mapping[str, Any]) -> Texts:
    """What somebody typed; what is no text (an uploaded file) counts as nothing."""
    given = {f.name: form.get(f.name, "") for f in fields}
    return {
        name: value.replace("\r\n", "\n") if isinstance(value, str) else ""
        for name, value in given.items()
    }


def shown(fields: Sequence[Field], held: Mapping[str, Any]) -> Texts:
    """What is on file, as one would type it."""
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
    """Do two texts say something else? White space at either end does not count."""
    return one.strip() != other.strip()


def read(
    model: type[Input], fields: Sequence[Field], texts: Texts, **fixed: Any
) -> tuple[dict[str, Any], dict[str, str]]:
    """Turn texts into values, `fixed` ones added to satisfy the model; gives the fields' values, or errors by field.

    A short name that was left empty is made from the first field.
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
            errors.pop("slug", None)  # it would have been made from what is missing
        if not errors:
            raise
        return {}, errors
    return ({}, errors) if errors else ({f.name: getattr(made, f.name) for f in fields}, {})


def _number(text: str) -> int | float:
    value = float(text.strip().replace(",", "."))
    return int(value) if value.is_integer() else value
