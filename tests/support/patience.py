"""Hold how long tests wait before they give up."""

PATIENCE = 240  # seconds; so long that no machine that works at all is too slow
