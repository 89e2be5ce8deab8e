"""Negotiations, their parties, speakers, issues and options."""
