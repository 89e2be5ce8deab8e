"""Declare the arguments of tools, and read what an agent sent as them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.core.input_models import SLUG
from app.mcp.asking import Refused

Values = Mapping[str, list[str]]  # by name of the argument, as a query has them
NUMBER = re.compile(r"[1-9][0-9]{0,17}")


class Kind(StrEnum):
    """What an argument is in JSON."""

    TEXT = "text"
    SLUG = "slug"  # of a path
    NUMBER = "number"
    LIST = "list"


SCHEMAS: Mapping[Kind, Mapping[str, Any]] = {
    Kind.TEXT: {"type": "string"},
    Kind.SLUG: {"type": "string", "pattern": SLUG},
    Kind.NUMBER: {"type": "integer", "minimum": 1},
    Kind.LIST: {"type": "array", "items": {"type": "string"}},
}


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a tool, named as the parameter of the API that it becomes."""

    name: str
    description: str
    kind: Kind = Kind.TEXT
    required: bool = False
    choices: tuple[str, ...] = ()

    @property
    def schema(self) -> dict[str, Any]:
        """Return the argument's JSON Schema."""
        made = dict(SCHEMAS[self.kind])
        if self.choices and self.kind == Kind.LIST:
            made["items"] = {"type": "string", "enum": list(self.choices)}
        elif self.choices:
            made["enum"] = list(self.choices)
        return {**made, "description": self.description}


def input_schema(arguments: Sequence[Argument]) -> dict[str, Any]:
    """Return the JSON Schema of all arguments of a tool."""
    return {
        "type": "object",
        "properties": {argument.name: argument.schema for argument in arguments},
        "required": [argument.name for argument in arguments if argument.required],
        "additionalProperties": False,
    }


def read_arguments(declared: Sequence[Argument], sent: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the values that were sent, by name; raise Refused and name all faults.

    `null` counts as left out, and one text as a list of one. The values themselves are judged by
    the API.
    """
    known = {argument.name: argument for argument in declared}
    faults = [
        f"`{name[:80]}` is not an argument of this tool; it has {_listed(known)}."
        for name in sent
        if name not in known
    ]
    values: dict[str, list[str]] = {}
    for argument in declared:
        value = sent.get(argument.name)
        if value is None:
            if argument.required:
                faults.append(f"`{argument.name}` is required: {argument.description}")
            continue
        try:
            values[argument.name] = _texts(argument, value)
        except ValueError as error:
            faults.append(f"`{argument.name}` {error}")
    if faults:
        raise Refused("Invalid input", "The arguments of this call have faults.", faults)
    return values


def _texts(argument: Argument, value: object) -> list[str]:
    match argument.kind, value:
        case (_, bool()):
            pass
        case (Kind.NUMBER, int()):
            value = str(value)
            if not NUMBER.fullmatch(value):
                raise ValueError("is not a number from 1 up.")
            return [value]
        case (Kind.NUMBER, str()) if NUMBER.fullmatch(value):
            return [value]
        case (Kind.SLUG, str()):
            if len(value) > 80 or not re.fullmatch(SLUG, value):
                raise ValueError("is not a slug such as `ukraine-ceasefire-2025`.")
            return [value]
        case (Kind.TEXT, str()):
            return [value]
        case (Kind.LIST, str()):
            return [value]
        case (Kind.LIST, list()) if all(isinstance(one, str) for one in value):
            return list(value)
    raise ValueError(f"is not {EXPECTED[argument.kind]}.")


EXPECTED: Mapping[Kind, str] = {
    Kind.TEXT: "a text",
    Kind.SLUG: "a text, the slug of an object",
    Kind.NUMBER: "a number from 1 up",
    Kind.LIST: "a list of texts",
}


def _listed(names: Mapping[str, object]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "none"
