"""Share a served lake and a browser with the tests of this folder."""

from tests.support.fixtures import lake_database
from tests.support.live import browser, live

__all__ = ["browser", "lake_database", "live"]
