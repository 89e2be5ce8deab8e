"""Load the practice negotiation, and start it anew."""
