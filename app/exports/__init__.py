"""Export the matrix as CSV, JSON, a workbook, networks and citations."""
