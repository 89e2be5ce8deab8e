"""Render the templates with an invented negotiation."""
