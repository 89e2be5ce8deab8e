"""Define the errors of the domain, raised by actions and queries, and shown by the routes."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault in a request: where it is and why.

    `where` is a JSON pointer, or the name of a query parameter if `parameter` is true.
    """

    where: str
    detail: str
    parameter: bool = False
    # Helps a program to correct the fault.
    extra: dict[str, Any] = field(default_factory=dict, compare=False)


class DomainError(Exception):
    """Base of all domain errors; `status` is the HTTP status, `title` a name for users."""

    status = 400
    title = "The request cannot be processed"

    def __init__(self, detail: str, *faults: Fault, extra: dict[str, object] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.faults = faults
        self.extra = extra or {}


class Invalid(DomainError):
    """The request has faults."""

    status = 422
    title = "Invalid input"


class NotFound(DomainError):
    """The object does not exist."""

    status = 404
    title = "Not found"


class Conflict(DomainError):
    """The request contradicts what is stored."""

    status = 409
    title = "Conflict with existing data"


class StaleVersion(DomainError):
    """The change was made over a version that is no longer the newest."""

    status = 412
    title = "Somebody changed it in the meantime"


class PreconditionRequired(DomainError):
    """The request needs an If-Match header."""

    status = 428
    title = "If-Match is required"


class SignInRequired(DomainError):
    """The request needs a valid session or token."""

    status = 401
    title = "Sign in first"


class Forbidden(DomainError):
    """The user may not do this."""

    status = 403
    title = "Not allowed"


class TooLarge(DomainError):
    """The request body is too large."""

    status = 413
    title = "Too large"


class TooMany(DomainError):
    """Too many requests; `retry_after` is in seconds."""

    status = 429
    title = "Too many requests"

    def __init__(self, detail: str, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Unavailable(DomainError):
    """No response is possible at the moment; `retry_after` is in seconds."""

    status = 503
    title = "Temporarily unavailable"

    def __init__(self, detail: str, retry_after: int = 1) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


def invalid(pointer: str, detail: str) -> Invalid:
    """Return an Invalid with one fault at a JSON pointer."""
    return Invalid(detail, Fault(pointer, detail))


def bad_parameter(name: str, detail: str) -> Invalid:
    """Return an Invalid with one fault in a query parameter."""
    return Invalid(f"{name}: {detail}", Fault(name, detail, parameter=True))
