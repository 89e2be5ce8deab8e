"""Validate the input of a redaction."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from app.core.input_models import Input, Reason
from app.redaction.subject import Subject, What

Number = Annotated[int, Field(ge=1, lt=2**63)]


class SubjectInput(Input):
    """What is to be redacted; a version is required for a summary or a reason, and only there."""

    what: What
    number: Number
    version: Number | None = None

    @model_validator(mode="after")
    def _versioned(self) -> Self:
        if (self.what in ("summary", "reason")) != (self.version is not None):
            raise ValueError(
                "a summary and a reason are those of a version of a position; nothing else has one"
            )
        return self

    @property
    def subject(self) -> Subject:
        """Return the validated subject."""
        return Subject(self.what, self.number, self.version)


class RedactionInput(SubjectInput):
    """A subject, and the reason for redacting it."""

    reason: Reason  # public
