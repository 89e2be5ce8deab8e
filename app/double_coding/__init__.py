"""Code a sample a second time, blind, and measure how far the codings agree."""
