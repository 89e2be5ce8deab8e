"""Every model, for what must know them all: migrations and their tests."""

from app.models import account, idempotency, issue, log, negotiation, position, source  # noqa: F401  (registers tables)
from app.models.base import Base

metadata = Base.metadata
