"""Import every model, for migrations and their tests."""

from app.models import (  # noqa: F401  (registers tables)
    account,
    alert,
    idempotency,
    issue,
    log,
    negotiation,
    position,
    proposal,
    release,
    review,
    source,
)
from app.models.base import Base

metadata = Base.metadata
