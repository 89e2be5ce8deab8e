"""Tell people and programs of changes: by webhook and by e-mail, out of a queue."""
