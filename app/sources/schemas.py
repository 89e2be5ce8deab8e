"""Define what the API takes and answers about a source."""

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator
from typing_extensions import TypedDict

from app.core import dates
from app.core.input_models import Input, Line, Name, Storable
from app.sources.urls import check_url
from app.sources.views import TombstoneView

Url = Annotated[str, Storable, AfterValidator(check_url)]
# Stored as sent, apart from line ends; as long as a request body may be.
Text = Annotated[str, Storable, Field(min_length=1)]
# BCP 47.
Language = Annotated[str, Field(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", max_length=35)]


def _partial(value: str) -> str:
    return dates.parse(value).text


PartialDate = Annotated[str, AfterValidator(_partial)]


class SourceFields(Input):
    """Public fields of a source, all but its text."""

    url: Url | None = None
    reference: Line | None = None
    title: Name
    publisher: Line | None = None
    author: Line | None = None
    published_on: PartialDate | None = None
    accessed_on: PartialDate | None = None
    kind: Line | None = None
    language: Language | None = None
    archive_url: Url | None = None
    licence: Line | None = None

    @model_validator(mode="after")
    def _findable(self) -> "SourceFields":
        if not self.url and not self.reference:
            raise ValueError("a source needs a url, or a reference that says where to find it")
        return self


class SourceInput(SourceFields):
    text: Text | None = None


class Source(TypedDict):
    id: int
    uid: str
    url: str | None
    reference: str | None
    title: str
    publisher: str | None
    author: str | None
    published_on: str | None
    accessed_on: str | None
    kind: str | None
    language: str | None
    archive_url: str | None
    licence: str | None
    text_sha256: str | None
    redacted: dict[str, TombstoneView] | None
    link: str
