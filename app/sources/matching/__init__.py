"""Comparison of quotes with the text of their source, tolerant only as rule 2 allows."""
