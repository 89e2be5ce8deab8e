"""Measure whether Parley holds under hostile and heavy readers."""
