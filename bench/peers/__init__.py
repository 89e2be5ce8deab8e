"""Measure Parley beside the tools that people would use instead: make bench ARGS="peers"."""
