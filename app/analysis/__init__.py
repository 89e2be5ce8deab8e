"""Analyse positions: agreement of parties, moves over time, coverage."""
