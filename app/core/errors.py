"""What can go wrong in the domain, as one small family: raised by actions and queries, shown by the edges."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with what was sent: where it stands (a JSON pointer or a parameter's name) and why."""

    where: str
    detail: str
    parameter: bool = False
    extra: dict[str, Any] = field(
        default_factory=dict, compare=False
    )  # what helps a program to mend it


class DomainError(Exception):
    """Base of all; `status` is the HTTP status it answers with, `title` its name for people."""

    status = 400
    title = "The request cannot be carried out"

    def __init__(self, detail: str, *faults: Fault, extra: dict[str, object] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.faults = faults
        self.extra = extra or {}


class Invalid(DomainError):
    status = 422
    title = "Something in it is not valid"


class NotFound(DomainError):
    status = 404
    title = "Not found"


class Conflict(DomainError):
    """It contradicts what is there already."""

    status = 409
    title = "It conflicts with what is there"


class Stale(DomainError):
    """It was written over a version that is no longer the newest."""

    status = 412
    title = "Somebody changed it in the meantime"


class PreconditionRequired(DomainError):
    status = 428
    title = "If-Match is required"


class SignInRequired(DomainError):
    status = 401
    title = "Sign in first"


class Forbidden(DomainError):
    status = 403
    title = "Not allowed"


class TooLarge(DomainError):
    status = 413
    title = "Too large"


class TooMany(DomainError):
    """Asked too often; `retry_after` is in seconds."""

    status = 429
    title = "Too many requests"

    def __init__(self, detail: str, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Unavailable(DomainError):
    """It cannot be answered just now; `retry_after` is in seconds."""

    status = 503
    title = "Not available just now"

    def __init__(self, detail: str, retry_after: int = 1) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


def invalid(pointer: str, detail: str) -> Invalid:
    """One fault at a JSON pointer."""
    return Invalid(detail, Fault(pointer, detail))


def bad_parameter(name: str, detail: str) -> Invalid:
    """One fault in a query parameter."""
    return Invalid(f"{name}: {detail}", Fault(name, detail, parameter=True))
