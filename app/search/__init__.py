"""Search everything that is public."""
