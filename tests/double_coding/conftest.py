from tests.support.reviewers import api, author, second, source, tokens, viewer

__all__ = ["api", "author", "second", "source", "tokens", "viewer"]
