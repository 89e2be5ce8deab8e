"""Serve quotes: their pages, JSON and Web Annotations, and checks against a text."""
