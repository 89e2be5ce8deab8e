"""What every input model shares: unknown fields refused, and texts that a database and a page can hold."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"


class Input(BaseModel):
    """Base of what is sent in, as JSON or by a form."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_max_length=1_000_000)


def _storable(value: str) -> str:
    """Refuse what PostgreSQL or UTF-8 cannot hold, and control characters that nobody types."""
    for c in value:
        if "\ud800" <= c <= "\udfff":
            raise ValueError("contains half of a surrogate pair, which is no character")
        if unicodedata.category(c) == "Cc" and c not in "\n\r\t\x85":
            raise ValueError(f"contains the control character U+{ord(c):04X}")
    return value


def _line(value: str) -> str:
    return " ".join(value.split())


def _prose(value: str) -> str:
    return value.replace("\r\n", "\n").strip()


def _given(value: str) -> str:
    if not value:
        raise ValueError("must not be empty")
    return value


Storable = AfterValidator(_storable)
# One line, with runs of white space made one space; up to 1,000 characters.
Line = Annotated[str, Storable, AfterValidator(_line), Field(max_length=1_000)]
Name = Annotated[Line, AfterValidator(_given)]  # a line that must not be empty
Prose = Annotated[str, Storable, AfterValidator(_prose), Field(max_length=50_000)]
Reason = Annotated[Prose, AfterValidator(_given)]
Verbatim = Annotated[str, Storable, Field(max_length=20_000)]  # kept to the character as sent
Words = Annotated[Verbatim, AfterValidator(lambda v: _given(v) if v.strip() else _given(""))]
Slug = Annotated[str, StringConstraints(pattern=SLUG, max_length=80)]


def _blank_is_none(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


# An optional field that a form sends empty when nothing was typed.
BlankIsNone = BeforeValidator(_blank_is_none)
