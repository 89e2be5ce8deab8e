"""Extraction of text from files, in a process with limits."""
