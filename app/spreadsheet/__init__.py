"""Import of positions from spreadsheets (CSV)."""
