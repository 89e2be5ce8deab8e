"""The page of the matrix: its views, its order, and what of it is folded or left out."""
