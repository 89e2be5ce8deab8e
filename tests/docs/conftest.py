"""Share a served lake with the tests of this folder."""

from tests.support.fixtures import lake_database
from tests.support.live import live

__all__ = ["lake_database", "live"]
