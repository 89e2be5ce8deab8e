"""Code book: pages on which editors define negotiations, parties, issues and options."""
