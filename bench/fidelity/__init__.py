"""Measure how faithfully documents are read, with documents whose true text is known."""
