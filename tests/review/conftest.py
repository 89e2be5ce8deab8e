"""Share two editors and a negotiation with required review with the tests of this folder."""

import pytest

from tests.support.desks import REVIEWED, api, author, editor, second, source, tokens, viewer
from tests.support.worlds import World

__all__ = ["api", "author", "editor", "second", "source", "tokens", "viewer"]


@pytest.fixture
def world() -> World:
    """Fill the database with a negotiation with required review."""
    return REVIEWED
