from tests.support.fixtures import lake_database
from tests.support.live import browser, live

__all__ = ["browser", "lake_database", "live"]
