"""Import of data packages."""
