from tests.support.fixtures import lake, lake_database

__all__ = ["lake", "lake_database"]
