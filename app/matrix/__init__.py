"""The matrix of parties and issues: current positions, moves and common ground."""
