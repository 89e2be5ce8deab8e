"""Share what every input model needs.

Unknown fields are refused, and so are texts that the database or a page cannot hold.
"""

import re
from datetime import date, datetime
from typing import Annotated, TypeVar, get_origin

from fastapi import Path, Request
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)
from pydantic.json_schema import SkipJsonSchema

from app.core.clock import parse_instant
from app.core.errors import Fault, Invalid
from app.core.text_lines import line_ends, unstorable

FIRST_YEAR = 1000  # all dates that are stored and shown have years of four digits
SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"


class Input(BaseModel):
    """Base of input models, sent as JSON or by a form."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _storable(value: str) -> str:
    """Normalise line ends; refuse characters that cannot be stored.

    These are those that PostgreSQL or UTF-8 cannot hold, and other control characters.
    """
    value = line_ends(value)
    if fault := unstorable(value):
        raise ValueError(fault)
    return value


def _line(value: str) -> str:
    return " ".join(value.split())


def _prose(value: str) -> str:
    return value.strip()


def _given(value: str) -> str:
    if not value:
        raise ValueError("must not be empty")
    return value


Storable = AfterValidator(_storable)
# One line, with runs of white space reduced to one space; up to 1,000 characters.
Line = Annotated[str, Storable, AfterValidator(_line), Field(max_length=1_000)]
Name = Annotated[Line, AfterValidator(_given)]  # a line that must not be empty
Prose = Annotated[str, Storable, AfterValidator(_prose), Field(max_length=50_000)]
Reason = Annotated[Prose, AfterValidator(_given)]
Verbatim = Annotated[str, Storable, Field(max_length=20_000)]  # kept as sent, except for line ends
# White space alone is no text.
Spoken = AfterValidator(lambda v: _given(v) if v.strip() else _given(""))
Words = Annotated[Verbatim, Spoken]
Slug = Annotated[str, StringConstraints(pattern=SLUG, max_length=80)]
Flag = Annotated[bool, Field(strict=True)]  # true or false, not "yes" or 1


def _never_null(value: object) -> object:
    if value is None:
        raise ValueError("must not be null")
    return value


T = TypeVar("T")
# May be omitted, but is never null.
LeftOut = Annotated[T | SkipJsonSchema[None], BeforeValidator(_never_null)]


def _blank_is_none(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


# An optional field that a form sends empty if nothing was typed.
BlankIsNone = BeforeValidator(_blank_is_none)


def _day(value: object) -> object:
    if isinstance(value, str):
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            raise ValueError("is not a day such as 2025-03-17")
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise ValueError("is not a day of the calendar") from None
        if day.year < FIRST_YEAR:
            raise ValueError(f"is before the year {FIRST_YEAR}, the first year supported")
        return day
    if not isinstance(value, date):
        raise ValueError("is not a day such as 2025-03-17")
    return value


def _instant(value: object) -> object:
    return parse_instant(value) if isinstance(value, str) else value


Day = Annotated[date, BeforeValidator(_day)]  # a whole day, written 2025-03-17
Instant = Annotated[datetime, BeforeValidator(_instant)]  # written with its offset from UTC


def _plain_number(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"[1-9][0-9]{0,18}", value, re.ASCII):
        raise ValueError("is not a valid number")
    return value


# Values in the path of a URL: an object has only one URL, and a value that cannot name an object is
# 404.
SlugInPath = Annotated[str, Path(pattern=SLUG, max_length=80)]
NumberInPath = Annotated[int, BeforeValidator(_plain_number), Path(ge=1, lt=2**63)]


class Query(Input):
    """Base of the query parameters of a URL."""


class KnownAt(Query):
    """Query with the moment of the log that is asked for (docs/rules.md, rule 6)."""

    known_at: Annotated[
        Instant | None, Field(description="What the database held at this instant.")
    ] = None


Q = TypeVar("Q", bound=Query)


def read_query(model: type[Q], request: Request) -> Q:
    """Read the query parameters of a page.

    Empty values count as omitted, unknown parameters are ignored; raises Invalid for bad values.
    """
    given: dict[str, object] = {}
    for field, info in model.model_fields.items():
        name = info.alias or field
        values = [v for v in request.query_params.getlist(name) if v.strip()]
        if values:
            given[name] = values if get_origin(info.annotation) in (list, tuple) else values[-1]
    try:
        return model.model_validate(given)
    except ValidationError as error:
        faults = [
            Fault(str(e["loc"][0]), e["msg"].removeprefix("Value error, "), parameter=True)
            for e in error.errors(include_url=False)
        ]
        raise Invalid("A value in this address is not valid.", *faults) from None
