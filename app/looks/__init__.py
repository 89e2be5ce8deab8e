"""Looks: notes that a cell was searched and nothing was found."""
