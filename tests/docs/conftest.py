from tests.support.fixtures import lake_database
from tests.support.live import live

__all__ = ["lake_database", "live"]
