"""Share editors and the negotiation that they work on with the tests of this folder."""

import pytest

from tests.support.desks import SARN, api, editor, source, tokens, viewer
from tests.support.worlds import World

__all__ = ["api", "editor", "source", "tokens", "viewer"]


@pytest.fixture
def world() -> World:
    """Fill the database with a negotiation without required review."""
    return SARN
