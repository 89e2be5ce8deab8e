"""Share the lake with the tests of this folder."""

from tests.support.fixtures import lake, lake_database

__all__ = ["lake", "lake_database"]
