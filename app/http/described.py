"""Declare at a route what it takes and answers; only the OpenAPI description reads this.

Answers are written by orjson and never validated against these types. The description publishes the
docstrings of classes here.
"""

from typing import Annotated, Any, Generic, NotRequired, TypeVar

from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from app.models.vocabulary import Mismatch

T = TypeVar("T")
Json = dict[str, Any]
DayText = Annotated[str, Field(json_schema_extra={"format": "date"})]
InstantText = Annotated[str, Field(json_schema_extra={"format": "date-time"})]

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
REF = "#/components/schemas/{model}"


class Meta(TypedDict):
    """Which times an answer was given for, and where the next part is."""

    known_at: InstantText
    revision: int
    next: NotRequired[str | None]
    as_of: NotRequired[DayText]
    changed_since: NotRequired[int]
    total_cells: NotRequired[int]
    total_issues: NotRequired[int]
    total_pairs: NotRequired[int]
    total_corrections: NotRequired[int]


class Closest(TypedDict):
    exact: str
    start: int
    end: int


class Fault(TypedDict):
    pointer: NotRequired[str]
    parameter: NotRequired[str]
    detail: str
    # Both only if a quote does not match the text of its source.
    closest: NotRequired[Closest | None]
    reason: NotRequired[Mismatch | None]


class Problem(TypedDict):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request: str | None
    errors: list[Fault]


class Bare(BaseModel, Generic[T]):
    data: T


class Answer(Bare[T], Generic[T]):
    meta: Meta


class Warned(Answer[T], Generic[T]):
    warnings: list[Fault] = []  # left out where there is none


def answers(model: type[BaseModel], *errors: int, status: int = 200) -> dict[int | str, Json]:
    """Declare the answer, and errors that not every route of its method has."""
    return {status: {"model": model}, **{error: {} for error in errors}}


def takes(model: type[BaseModel], example: Json) -> Json:
    """Declare the body of a POST."""
    return _body(model.model_json_schema(ref_template=REF), example, JSON)


def takes_patch(model: type[BaseModel], example: Json) -> Json:
    """Declare the body of a PATCH: any part of the model, and the reason."""
    whole = model.model_json_schema(ref_template=REF)
    properties = whole["properties"] | {
        "reason": {"type": "string", "minLength": 1, "description": "Why; needed but for a draft."}
    }
    for field in ("attitudes", "conditions"):
        if field in properties:  # null removes an entry
            [(slug, value)] = properties[field]["patternProperties"].items()
            values = {slug: {"anyOf": [value, {"type": "null"}]}}
            properties[field] = {**properties[field], "patternProperties": values}
    name = model.__name__.removesuffix("Input").removesuffix("Patch")
    schema = {
        "type": "object",
        "title": f"{name}Patch",
        "properties": properties,
        "description": "A JSON Merge Patch (RFC 7396).",
        "$defs": whole.get("$defs", {}),
    }
    return _body(schema, example, JSON, MERGE_PATCH)


def _body(schema: Json, example: Json, *types: str) -> Json:
    content = {"schema": schema, "example": example}
    return {"requestBody": {"required": True, "content": dict.fromkeys(types, content)}}
