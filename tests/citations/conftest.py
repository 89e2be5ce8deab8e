"""The lake: a small invented negotiation with accounts, made once and copied for every test that asks for it."""

from tests.support.fixtures import lake, lake_database

__all__ = ["lake", "lake_database"]
