"""Share the lake, served and not, and a browser with the tests of this folder."""

from tests.support.fixtures import lake, lake_database
from tests.support.live import browser, live

__all__ = ["browser", "lake", "lake_database", "live"]
