"""Share the editors and their negotiation with the tests of this folder."""

from tests.support.desks import api, author, editor, second, source, tokens, viewer

__all__ = ["api", "author", "editor", "second", "source", "tokens", "viewer"]
