"""Redact what law or a publisher forbids, everywhere the program has stored it."""
