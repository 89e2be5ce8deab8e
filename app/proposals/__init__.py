"""Propose positions, sources and corrections; editors decide about them."""
