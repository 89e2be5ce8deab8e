"""The data package format: reading, writing and exporting packages."""
