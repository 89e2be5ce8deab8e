"""Serve the reading desk: sources to read, with the form for new positions beside the text."""
