"""Positions: write, read, recode, cite and present them."""
