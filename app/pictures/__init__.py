"""Draw a matrix, a cell, an issue and a party as pictures, to be shown elsewhere."""
