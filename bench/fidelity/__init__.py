"""How faithfully documents are read: sentences whose true words are known, in documents made on the spot."""
