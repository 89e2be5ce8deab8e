"""Lend the practice negotiation to the tests of exports."""

from tests.practice.conftest import practice

__all__ = ["practice"]
