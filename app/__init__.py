"""Parley: who wants what in a negotiation, in their own words."""
