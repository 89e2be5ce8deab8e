"""Shared basics: clock, dates, errors, input models, logs, metrics and texts."""
