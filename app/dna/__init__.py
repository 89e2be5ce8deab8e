"""Import and export files of Discourse Network Analyzer (DNA)."""
