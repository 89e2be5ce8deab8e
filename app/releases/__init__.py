"""Freeze a negotiation's data package under a number, for citation."""
