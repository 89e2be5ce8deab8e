"""Measure speed, memory and fidelity: python -m bench, or make bench."""
