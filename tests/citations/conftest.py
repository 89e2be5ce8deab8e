"""Provide the lake: a small invented negotiation with accounts, copied for each test."""

from tests.support.fixtures import lake, lake_database

__all__ = ["lake", "lake_database"]
