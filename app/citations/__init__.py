"""Citations of the data: citable works and their citation formats."""
