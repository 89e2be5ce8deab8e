"""Share two editors and a negotiation with required review with the tests of this folder."""

from tests.support.reviewers import api, author, second, source, tokens, viewer

__all__ = ["api", "author", "second", "source", "tokens", "viewer"]
