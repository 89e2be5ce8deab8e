"""What one party wants, on one issue who wants what, and a party in all its negotiations."""
